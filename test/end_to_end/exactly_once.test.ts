/**
 * ExactlyOnce: keyed writes through connections that are cut at random bytes, while the server is
 * killed and restarted, each happen once; and no call fails.
 *
 * Every write changes its list by a known number of events, so the lists' last seq tells whether
 * one was lost or doubled. TODO_WRITES sets how many (2000), TODO_KILLS how many SIGKILLs (2),
 * TODO_TERMS how many SIGTERMs (0), TODO_CLIENTS and TODO_LISTS who writes to what (8, 4),
 * TODO_SEED the choices; where cuts and ends fall is up to the machine.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RpcError } from "../../client/rpc_error.ts";
import { TodoClient } from "../../client/todo_client.ts";
import * as TodoReplica from "../../client/todo_replica.ts";
import type { List } from "../../shared/protocol/results.ts";
import { seeded } from "../../shared/random.ts";
import { CuttingProxy, UNLIMITED } from "../client/support/cutting_proxy.ts";
import { DEADLINE_MS, ServerProcess } from "../support/server_process.ts";

const WRITES = Number(process.env.TODO_WRITES ?? 2000);
const KILLS = Number(process.env.TODO_KILLS ?? 2);
const SEED = Number(process.env.TODO_SEED ?? Date.now() % 1_000_000);
const TERMS = Number(process.env.TODO_TERMS ?? 0);
const CLIENTS = Number(process.env.TODO_CLIENTS ?? 8);
const LANES = 8; // Writes of one client that are under way at once.
const TIMEOUT_MS = 60_000;
const TRIES = 5; // Each of that time, under one key: as a user would who got no answer.
const WRITER_BYTES = 8000; // What a writer's connection carries on average.
const WATCHER_BYTES = 128_000; // One page of a list may be twice as long.

const lists = Array.from({ length: Number(process.env.TODO_LISTS ?? 4) }, (_, n) => `list-${n}`);

/** A write that was acknowledged. */
interface Done {
  readonly list: string;
  readonly seq: number;
  readonly events: number;
  /** The title or the notes that the event `seq` gave its todo. */
  readonly marker: string | undefined;
}
/** One who follows a list through cuts. */
interface Watcher {
  readonly list: string;
  readonly seqs: number[];
  readonly markers: Map<number, string | undefined>;
  replica: TodoReplica.T | undefined;
}

const random = seeded(SEED);
const done: Done[] = [];
const failed: unknown[] = [];
const watchers: Watcher[] = [];
const clients: TodoClient[] = [];
const finals = new Map<string, List>();
const begun = new Map<string, number>();
const marks: { readonly at: number; readonly reached: () => void }[] = [];
let server: ServerProcess;
let writerProxy: CuttingProxy;
let watcherProxy: CuttingProxy;

async function connect(url: string): Promise<TodoClient> {
  // Waits a fifth as long as it would: the cuts are many.
  const environment = { random: () => Math.random() / 5 };
  const token = await server.token("alice");
  const client = await TodoClient.connect({ url, token, environment });
  clients.push(client);
  return client;
}

/** Bytes with this mean, seldom many times as much. */
function allowanceOf(meanBytes: number) {
  const bytes = () => Math.ceil(-Math.log(1 - random()) * meanBytes) + 1500; // Upgrade and welcome.
  return () => ({ up: bytes(), down: bytes() });
}

beforeAll(async () => {
  console.info(`seed ${SEED}`);
  server = await ServerProcess.start();
  writerProxy = await CuttingProxy.start(server.port);
  watcherProxy = await CuttingProxy.start(server.port);
  const writers = await Promise.all(
    Array.from({ length: CLIENTS }, () => connect(writerProxy.url)),
  );
  for (const list of lists) {
    const { seq } = await (writers[0] as TodoClient).start({ list });
    begun.set(list, seq);
  }
  await Promise.all([...lists, ...lists].map(watch));
  writerProxy.allow = allowanceOf(WRITER_BYTES);
  watcherProxy.allow = allowanceOf(WATCHER_BYTES);
  for (const proxy of [writerProxy, watcherProxy]) proxy.cutDownAfter(1000);
  const written = Promise.all(writers.map(write));
  void written.then(() => {
    left = 0;
    for (const { reached } of marks) reached(); // Should they have ended early, nobody waits on.
  });
  await Promise.all([endNowAndThen(), written]);
  watcherProxy.allow = () => UNLIMITED;
  watcherProxy.cutDownAfter(1000);
  const direct = await connect(server.socketUrl);
  for (const list of lists) finals.set(list, await wholeList(direct, list));
  const cuts = writerProxy.cuts + watcherProxy.cuts;
  console.info(
    `${done.length} writes, ${KILLS} kills, ${TERMS} restarts, ${cuts} cuts,`,
    `${failed.length} failed`,
  );
}, 1_800_000);

afterAll(async () => {
  for (const client of clients) client.close();
  await writerProxy?.stop();
  await watcherProxy?.stop();
  await server?.remove();
});

async function watch(list: string): Promise<void> {
  const client = await connect(watcherProxy.url);
  const watcher: Watcher = { list, seqs: [], markers: new Map(), replica: undefined };
  watchers.push(watcher);
  const first = Promise.withResolvers<void>();
  client.follow(list, {
    changed(replica, event) {
      watcher.replica = replica;
      watcher.seqs.push(replica.state.seq);
      first.resolve();
      if (event?.op === "todo_added") watcher.markers.set(event.seq, event.todo.title);
      if (event?.op === "todo_updated") watcher.markers.set(event.seq, event.todo.notes);
    },
    ended: (reason) => failed.push(reason),
  });
  await first.promise;
}

/** Ends the server and starts it again, at even distances, by SIGKILL and SIGTERM in any order. */
async function endNowAndThen(): Promise<void> {
  const ends = KILLS + TERMS;
  let kills = KILLS;
  for (let end = 1; end <= ends; end++) {
    await new Promise<void>((reached) => marks.push({ at: (WRITES * end) / (ends + 1), reached }));
    const isKill = random() * (ends - end + 1) < kills;
    if (isKill) kills -= 1;
    const { code } = isKill ? await server.kill() : await server.term();
    if (!isKill && code !== 0) failed.push(`SIGTERM: exit code ${code}`);
    await server.restart();
  }
}

let left = WRITES;

async function write(client: TodoClient, index: number): Promise<void> {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => writeLane(client, index, lane)));
}

async function writeLane(client: TodoClient, index: number, lane: number): Promise<void> {
  const list = lists[(index + lane) % lists.length] as string;
  const name = `${index}.${lane}`;
  const own = await attempt(list, 1, name, (options) =>
    client.addTodo(list, { title: name }, options),
  );
  const added: number[] = [];
  for (let n = 0; own !== undefined && left > 0; n++) {
    left -= 1;
    await writeOne(client, { list, id: own.id, added, marker: `${name}.${n}` });
  }
}

interface Lane {
  readonly list: string;
  /** A todo that nobody else changes, and those that it may delete. */
  readonly id: number;
  readonly added: number[];
  readonly marker: string;
}

async function writeOne(client: TodoClient, { list, id, added, marker }: Lane): Promise<void> {
  const dice = random();
  const old = added[0];
  if (dice < 0.3) {
    const answer = await attempt(list, 1, marker, (options) =>
      client.addTodo(list, { title: marker }, options),
    );
    if (answer !== undefined) added.push(answer.id);
  } else if (dice < 0.5 && old !== undefined) {
    added.shift();
    const answer = await attempt(list, 1, undefined, (options) =>
      client.deleteTodo(list, old, options),
    );
    if (answer !== undefined) expect(answer.changed).toBe(true);
  } else if (dice < 0.65) {
    const ops = [
      { op: "update_todo", id, patch: { notes: `first ${marker}` } },
      { op: "update_todo", id, patch: { notes: marker } },
    ] as const;
    await attempt(list, 2, marker, (options) => client.tx(list, ops, options));
  } else {
    const patch = { notes: marker };
    await attempt(list, 1, marker, (options) => client.updateTodo(list, id, { patch, ...options }));
  }
}

type Write<Answer> = (options: { key: string; timeoutMs: number }) => Promise<Answer>;

/** Makes a write; a failure is kept, not thrown. */
async function attempt<Answer extends { readonly seq: number }>(
  ...[list, events, marker, run]: [string, number, string | undefined, Write<Answer>]
): Promise<Answer | undefined> {
  try {
    const answer = await tryAgain(run);
    done.push({ list, seq: answer.seq, events, marker });
    for (const mark of marks.splice(0)) {
      if (done.length >= mark.at) mark.reached();
      else marks.push(mark);
    }
    return answer;
  } catch (error) {
    failed.push(error);
    return undefined;
  }
}

async function tryAgain<Answer>(run: Write<Answer>): Promise<Answer> {
  const options = { key: randomUUID(), timeoutMs: TIMEOUT_MS };
  for (let tries = 1; ; tries++) {
    try {
      return await run(options);
    } catch (error) {
      if (tries === TRIES || (error as Partial<RpcError>).kind !== "timeout") throw error;
    }
  }
}

async function wholeList(client: TodoClient, list: string): Promise<List> {
  let page = await client.list(list);
  const todos = [...page.todos];
  while (page.more === true) {
    page = await client.list(list, { after: todos.at(-1)?.id ?? 0 });
    todos.push(...page.todos);
  }
  return { ...page, todos };
}

test("no call failed", () => {
  expect(failed).toEqual([]);
  expect(done.length).toBeGreaterThanOrEqual(WRITES);
  expect(writerProxy.cuts).toBeGreaterThan(WRITES / 100);
});

describe.each(lists)("list %s", (list) => {
  const writes = () => done.filter((write) => write.list === list);

  test("every write happened exactly once", () => {
    const events = writes().reduce((sum, write) => sum + write.events, begun.get(list) ?? 0);
    expect(finals.get(list)?.seq).toBe(events);
    expect(new Set(writes().map(({ seq }) => seq)).size).toBe(writes().length);
  });

  test("at the seq that its answer said", () => {
    let checked = 0;
    for (const watcher of watchers.filter((one) => one.list === list)) {
      for (const { seq, marker } of writes()) {
        const seen = watcher.markers.get(seq);
        if (seen === undefined || marker === undefined) continue;
        expect(seen).toBe(marker);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(0);
  });

  test("every replica is the list, and was told each seq once", async () => {
    const { seq = 0, todos } = finals.get(list) ?? {};
    for (const watcher of watchers.filter((one) => one.list === list)) {
      await vi.waitFor(() => expect(watcher.replica?.state.seq).toBe(seq), {
        timeout: DEADLINE_MS,
        interval: 20,
      });
      expect(watcher.replica && TodoReplica.todos(watcher.replica)).toEqual(todos);
      const rising = watcher.seqs.every(
        (told, at) => at === 0 || told > (watcher.seqs[at - 1] ?? 0),
      );
      expect(rising).toBe(true);
    }
  });
});
