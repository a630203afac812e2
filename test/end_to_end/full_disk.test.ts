/**
 * FullDisk: the real server on a disk of 4 MB that is filled to the brim under load.
 *
 * Reads go on, writes are refused as read_only, and the client library repeats them until writing
 * resumes by itself, in the same process: no call fails. Whatever was acknowledged is there, and
 * nothing else, also after a kill.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import { DEADLINE_MS, ServerProcess } from "../support/server_process.ts";
import { SmallDisk, whyNoSmallDisk } from "../support/small_disk.ts";

const reason = whyNoSmallDisk();
if (reason !== undefined) console.warn(`skipped: ${reason}`);
const WRITERS = 8;
const NOTES = "n".repeat(1_000);
const PATIENCE_MS = 60_000;
const WAIT = { timeout: DEADLINE_MS, interval: 5 };

let disk: SmallDisk;
let server: ServerProcess;
const clients: TodoClient[] = [];
const lists: string[] = [];

/** The ids that writers were told of, by list; and the calls that failed. */
const acknowledged = new Map<string, Set<number>>();
const failed: unknown[] = [];

async function connect(): Promise<TodoClient> {
  const client = await TodoClient.connect({
    url: server.socketUrl,
    token: await server.token("alice"),
  });
  clients.push(client);
  return client;
}

/** Adds todos to its list, one after the other, until it is over. */
async function write(client: TodoClient, list: string, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const todo = { title: "x", notes: NOTES };
    const { id } = await client.addTodo(list, todo, { timeoutMs: PATIENCE_MS });
    acknowledged.get(list)?.add(id);
  }
}

/** Writes refused so far because the disk was full. */
async function refusals(): Promise<number> {
  const page = await (await fetch(`${server.url}/metrics`)).text();
  const [, count = "0"] =
    /^todo_appends_refused_total\{reason="read_only"\} (\d+)$/m.exec(page) ?? [];
  return Number(count);
}

async function idsOf(client: TodoClient, list: string): Promise<Set<number>> {
  const ids = new Set<number>();
  for (let more = true, after = 0; more; ) {
    const page = await client.list(list, { after });
    for (const { id } of page.todos) ids.add(id);
    after = page.todos.at(-1)?.id ?? 0;
    more = page.more === true;
  }
  return ids;
}

beforeAll(async () => {
  if (reason !== undefined) return;
  disk = new SmallDisk(4);
  server = await ServerProcess.start([], join(disk.folder, "data"));
});

afterAll(async () => {
  for (const client of clients) client.close();
  await server?.remove();
  disk?.remove();
});

test.skipIf(reason !== undefined)("a full disk", { timeout: 120_000 }, async () => {
  const writers = await Promise.all(Array.from({ length: WRITERS }, connect));
  for (const client of writers) {
    const { list } = await client.start({ title: "Kept" });
    lists.push(list);
    acknowledged.set(list, new Set());
  }
  let isOver = false;
  const writing = writers.map((client, n) => write(client, lists[n] as string, () => isOver));
  for (const one of writing) one.catch((error: unknown) => failed.push(error));
  const count = () => [...acknowledged.values()].reduce((sum, ids) => sum + ids.size, 0);
  await vi.waitFor(() => expect(count()).toBeGreaterThan(100), WAIT);

  for (let round = 0; round < 3; round++) {
    disk.fill();
    const refused = await refusals();
    await vi.waitFor(async () => expect(await refusals()).toBeGreaterThan(refused + WRITERS), WAIT);
    const reader = await connect();
    for (const list of lists) {
      const ids = await idsOf(reader, list);
      expect(acknowledged.get(list)?.difference(ids)).toEqual(new Set());
    }
    const before = count();
    const emptied = performance.now();
    disk.empty();
    await vi.waitFor(() => expect(count()).toBeGreaterThan(before), WAIT);
    console.info(`writing resumed after ${Math.round(performance.now() - emptied)} ms`);
  }
  isOver = true;
  await Promise.all(writing);
  expect(failed).toEqual([]);

  await server.kill(); // The first time that it ends.
  await server.restart();
  const reader = await connect();
  for (const list of lists) {
    const ids = await idsOf(reader, list);
    expect(acknowledged.get(list)).toEqual(ids); // None missing, none that was refused.
  }
});
