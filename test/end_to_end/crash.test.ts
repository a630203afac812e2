/**
 * Crash: 50 clients change 10 lists while the server is killed three times (promises P1, P2, P3).
 *
 * What happened is read from the events that the subscribers were told of; together they hold every
 * event of every list. The seed is printed, and TODO_SEED=N runs the same choices again; when the
 * kills fall is up to the machine.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import type { EventParams, List } from "../../shared/protocol/results.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { DEADLINE_MS, ServerProcess } from "../support/server_process.ts";
import { CrashWorker, isCut, type Operation } from "./crash_worker.ts";

const CLIENTS = 50;
const LISTS = 10;
const OPERATIONS = 10_000;
const KILLS = 3;
const SEED = Number(process.env.TODO_SEED ?? Date.now() % 1_000_000);

const lists = Array.from({ length: LISTS }, (_, index) => `list-${index}`);
let server: ServerProcess;
let up: Promise<void> = Promise.resolve();
let workers: CrashWorker[] = [];
let answered = 0;
const epochs = new Map<string, string>();
const finals = new Map<string, List>();
const histories = new Map<string, EventParams[]>();

/** A connected client of the user; waits for the server to be up. */
async function connect(
  user: string,
  pushed: (name: string, params: unknown) => void = () => undefined,
): Promise<TodoClient> {
  const token = await server.token(user);
  for (;;) {
    await up;
    try {
      const address = { url: server.socketUrl, token, pushed };
      return await TodoClient.connect({ ...address, reconnect: false });
    } catch (error) {
      if (!isCut(error)) throw error;
    }
  }
}

async function makeLists(): Promise<void> {
  const alice = await connect("alice");
  for (const list of lists) {
    const { epoch } = await alice.start({ list });
    epochs.set(list, epoch);
  }
  for (let index = 0; index < CLIENTS; index++) {
    await alice.share(lists[index % LISTS] ?? "", `user-${index}`, { role: "editor" });
  }
  alice.close();
}

function makeWorkers(): CrashWorker[] {
  return Array.from({ length: CLIENTS }, (_, index) => {
    const name = `user-${index}`;
    return new CrashWorker({
      name,
      list: lists[index % LISTS] ?? "",
      seed: SEED + index,
      connect: (pushed) => connect(name, pushed),
      answered: () => {
        answered += 1;
        for (const waiting of marks.splice(0)) {
          if (answered >= waiting.at) waiting.reached();
          else marks.push(waiting);
        }
      },
    });
  });
}

const marks: { at: number; reached: () => void }[] = [];

/** Resolves, in the midst of the answers, with the `at`th. */
function answers(at: number): Promise<void> {
  return new Promise((reached) => marks.push({ at, reached }));
}

async function killNowAndThen(): Promise<void> {
  for (let kill = 1; kill <= KILLS; kill++) {
    await answers((OPERATIONS * kill) / (KILLS + 1));
    const restarted = Promise.withResolvers<void>();
    up = restarted.promise;
    const { signal } = await server.kill();
    expect(signal).toBe("SIGKILL");
    await server.restart();
    restarted.resolve();
  }
}

/** What each subscriber was told, put together: seq → event, the same to all. */
function historyOf(list: string): EventParams[] {
  const bySeq = new Map<number, EventParams>();
  for (const { follower } of workers.filter((worker) => worker.follower.list === list)) {
    for (const event of follower.events) {
      const known = bySeq.get(event.seq);
      if (known === undefined) bySeq.set(event.seq, event);
      else expect(event, `seq ${event.seq} of ${list}`).toEqual(known);
    }
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

beforeAll(async () => {
  console.info(`seed ${SEED}`);
  server = await ServerProcess.start();
  await makeLists();
  workers = makeWorkers();
  const firstSeq = await subscribeAll();
  await Promise.all([
    killNowAndThen(),
    ...workers.map((worker) => worker.run(OPERATIONS / CLIENTS)),
  ]);
  await readFinals();
  for (const list of lists) histories.set(list, historyOf(list));
  const doubtful = workers.flatMap(({ operations }) =>
    operations.filter(({ outcome }) => outcome === "in_doubt"),
  ).length;
  console.info(`${answered} operations answered, ${doubtful} in doubt, from seq ${firstSeq}`);
}, 120_000);

/** Before the first operation, so that nobody misses an event. */
async function subscribeAll(): Promise<number> {
  await Promise.all(workers.map((worker) => worker.connected()));
  return Math.max(...workers.map(({ follower }) => follower.replica.state.seq));
}

async function readFinals(): Promise<void> {
  const alice = await connect("alice");
  for (const list of lists) finals.set(list, await alice.list(list));
  await Promise.all(workers.map((worker) => worker.connected())); // Whoever was cut last, too.
  await vi.waitFor(
    () => {
      for (const { follower } of workers) {
        expect(follower.replica.state.seq).toBe(finals.get(follower.list)?.seq);
      }
    },
    { timeout: DEADLINE_MS, interval: 10 },
  );
  alice.close();
}

afterAll(async () => {
  for (const worker of workers) worker.close();
  await server?.remove();
});

function operationsOf(list: string): Operation[] {
  return workers.flatMap(({ operations }) =>
    operations.filter((operation) => operation.list === list),
  );
}

describe.each(lists)("%s, after three kills", (list) => {
  const history = () => histories.get(list) ?? [];

  test("its seq has no gap and its epoch is the one it began with", () => {
    const [first] = history();
    const seqs = history().map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => (first?.seq ?? 0) + index));
    // The members, five of them, were made before anybody subscribed.
    expect(first?.seq).toBe(CLIENTS / LISTS + 1);
    expect(seqs.at(-1)).toBe(finals.get(list)?.seq);
    expect(finals.get(list)?.epoch).toBe(epochs.get(list));
    expect(new Set(history().map(({ epoch }) => epoch))).toEqual(new Set([epochs.get(list)]));
  });

  test("every acknowledged operation happened exactly once, one in doubt at most once", () => {
    const found = new Map<string, EventParams[]>();
    for (const event of history()) {
      const marker = markerOf(event);
      found.set(marker, [...(found.get(marker) ?? []), event]);
    }
    for (const operation of operationsOf(list)) checkOnce(operation, found);
    const known = new Set(operationsOf(list).map(markOf));
    expect([...found.keys()].filter((marker) => !known.has(marker))).toEqual([]);
  });

  test("ids are given out in order, and what was deleted stays deleted", () => {
    const added = history().flatMap((event) => (event.op === "todo_added" ? [event.todo.id] : []));
    expect(added).toEqual(added.map((_, index) => index + 1));
    const gone = new Set<number>();
    for (const event of history()) {
      if (event.op === "todo_updated") expect(gone).not.toContain(event.todo.id);
      if (event.op === "todo_deleted") gone.add(event.id);
    }
    const left = finals.get(list)?.todos.map(({ id }) => id) ?? [];
    expect(left).toEqual(added.filter((id) => !gone.has(id)));
    expect(finals.get(list)?.next).toBe(added.length + 1);
  });

  test("each subscriber's copy is the server's list", () => {
    const { todos, seq, next, title } = finals.get(list) ?? { todos: [] };
    for (const { follower } of workers.filter((worker) => worker.follower.list === list)) {
      const { state } = follower.replica;
      expect([...TodoList.page(state.todos, 0)]).toEqual(todos);
      expect({ seq: state.seq, next: state.todos.next, title: state.title }).toEqual({
        seq,
        next,
        title,
      });
    }
  });
});

test("the subscribers resumed: after its first one nobody got a snapshot", () => {
  for (const { follower } of workers) expect(follower.snapshots).toHaveLength(1);
});

test("the newest id, deleted before a kill, is not given out again after it", async () => {
  const before = await connect("alice");
  const { epoch } = await before.start({ list: "ids", todos: [{ title: "1" }, { title: "2" }] });
  await before.deleteTodo("ids", 2);
  await server.kill();
  before.close();
  await server.restart();
  const after = await connect("alice");
  expect(await after.list("ids")).toMatchObject({ epoch, seq: 3, next: 3 });
  expect(await after.addTodo("ids", { title: "3" })).toMatchObject({ id: 3, seq: 4 });
  after.close();
});

/** What tells an operation from all others of its list: of a delete, that the todo is gone. */
function markOf({ kind, marker, id }: Operation): string {
  return kind === "delete" ? `deleted ${id}` : `${kind} ${marker}`;
}

function markerOf(event: EventParams): string {
  switch (event.op) {
    case "todo_added":
      return `add ${event.todo.title}`;
    case "todo_updated":
      return `update ${event.todo.notes}`;
    case "todo_deleted":
      return `deleted ${event.id}`;
    default:
      return event.op;
  }
}

function checkOnce(operation: Operation, found: ReadonlyMap<string, EventParams[]>): void {
  const mark = markOf(operation);
  const events = found.get(mark) ?? [];
  expect(events.length, mark).toBeLessThanOrEqual(1);
  if (operation.outcome === "done") {
    expect(events[0]?.seq, mark).toBe(operation.seq);
    if (operation.kind === "add")
      expect(events[0], mark).toMatchObject({ todo: { id: operation.id } });
  } else if (operation.outcome === "unchanged") {
    // Somebody had deleted it: not this operation's doing, but done it is.
    expect(found.get(`deleted ${operation.id}`), mark).toHaveLength(1);
  }
}
