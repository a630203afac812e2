/**
 * Restart: a server that is ended by a signal and started again, as at a deploy, while clients
 * write and follow beside peers that do not read; and signals that come before it has started.
 */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { RpcError } from "../../client/rpc_error.ts";
import { TodoClient } from "../../client/todo_client.ts";
import {
  DEADLINE_MS,
  type Running,
  runProgram,
  ServerProcess,
  temporaryFolder,
  within,
} from "../support/server_process.ts";

const CLIENTS = 6;
const LANES = 2;
/** Milliseconds of a start, on a machine that has time for a test of calls that end after 7 s. */
const START_MS_MAX = 1_500;
/** How often it is tried on a machine that has none. */
const ROUNDS_MAX = 5;
const NOTES = "n".repeat(9_000);
const WAIT = { timeout: DEADLINE_MS };

/** Clients that write one todo of one list without a pause, each write under a key of its own. */
class Writers {
  readonly seqs: number[] = [];
  /** What calls have failed with. Those are made again, so that `seqs` has no gap. */
  readonly failed: unknown[] = [];
  readonly clients: readonly TodoClient[];
  readonly #list: string;
  readonly #lanes: readonly Promise<void>[];
  #isOver = false;

  constructor(clients: readonly TodoClient[], list: string) {
    this.clients = clients;
    this.#list = list;
    this.#lanes = clients.flatMap((client, place) =>
      Array.from({ length: LANES }, (_, lane) => this.#lane(client, `${place}-${lane}`)),
    );
  }

  /** They are all connected, and have written on. */
  async goOn(): Promise<void> {
    const live = this.clients.map(() => "live");
    await vi.waitFor(() => expect(this.clients.map(({ state }) => state)).toEqual(live), WAIT);
    const before = this.seqs.length;
    await vi.waitFor(() => expect(this.seqs.length).toBeGreaterThan(before + 50), WAIT);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#lanes);
    for (const client of this.clients) client.close();
  }

  async #lane(client: TodoClient, name: string): Promise<void> {
    for (let n = 0; !this.#isOver; ) {
      try {
        const key = `${name}-${n}`;
        const { seq } = await client.updateTodo(this.#list, 1, { patch: { notes: key }, key });
        this.seqs.push(seq);
        n += 1;
      } catch (error) {
        if (!(error instanceof RpcError) || !error.retry) throw error;
        this.failed.push(error);
      }
    }
  }
}

/** One that answers nothing any more, and one that has asked for more than it takes. */
async function peersThatDoNotRead(server: ServerProcess, token: string): Promise<WebSocket[]> {
  const headers = { authorization: `Bearer ${token}` };
  const [dead, slow] = [0, 1].map(() => new WebSocket(server.socketUrl, "todo.v1", { headers }));
  if (dead === undefined || slow === undefined) throw new Error("there are two");
  await Promise.all([once(dead, "open"), once(slow, "open")]);
  for (const peer of [dead, slow]) peer.on("error", () => undefined).pause();
  const params = { list: "big" };
  for (let id = 1; id <= 200; id++) {
    slow.send(JSON.stringify({ jsonrpc: "2.0", id, method: "list", params }));
  }
  return [dead, slow];
}

/** Ends it as it is, and starts it again; the milliseconds of its start. */
async function restart(server: ServerProcess, token: string): Promise<number> {
  const peers = await peersThatDoNotRead(server, token);
  expect(await server.term()).toMatchObject({ code: 0 });
  for (const peer of peers) peer.terminate();
  const begunAt = performance.now();
  await server.restart();
  return performance.now() - begunAt;
}

/** True: there was a restart that tells something, in which nobody noticed anything. */
async function restartUnnoticed(
  writers: Writers,
  watching: Running,
  again: () => Promise<number>,
): Promise<boolean> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    await writers.goOn();
    const [failed, shown] = [writers.failed.length, watching.stdout().length];
    const startMs = await again();
    await writers.goOn();
    if (startMs > START_MS_MAX) continue;
    expect(writers.failed.slice(failed)).toEqual([]);
    expect(watching.stdout().slice(shown)).not.toContain("connection");
    return true;
  }
  return false;
}

test("no call fails, `watch` says nothing, all copies are right", {
  timeout: 240_000,
}, async ({ skip }) => {
  const server = await ServerProcess.start();
  const token = await server.token("alice");
  const connect = () => TodoClient.connect({ url: server.socketUrl, token });
  const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
  const reader = await connect();
  await reader.start({ list: "big" });
  const big = Array.from({ length: 40 }, () => reader.addTodo("big", { title: "t", notes: NOTES }));
  await Promise.all(big);
  await reader.start({ list: "kept", todos: [{ title: "Changed all the time" }] });
  const told: number[] = [];
  reader.follow("kept", {
    changed: ({ state }) => told.push(state.seq), // After a long absence several at once.
    ended: (reason) => expect.unreachable(String(reason)),
  });
  const args = ["watch", "--list", "kept", "--url", server.socketUrl];
  const watching = runProgram("client/cli/main.ts", args, { TODO_TOKEN: token });
  await vi.waitFor(() => expect(watching.stdout()).toContain("Changed all the time"), WAIT);
  const writers = new Writers(clients, "kept");
  const isTold = await restartUnnoticed(writers, watching, () => restart(server, token));
  await writers.end();
  const { seqs } = writers;
  const all = Array.from({ length: seqs.length }, (_, index) => index + 2);
  expect(seqs.toSorted((a, b) => a - b)).toEqual(all);
  await vi.waitFor(() => expect(told.at(-1)).toBe(seqs.length + 1), WAIT);
  expect(told.every((seq, index) => index === 0 || seq > (told[index - 1] ?? 0))).toBe(true);
  expect(reader.state).toBe("live");
  reader.close();
  watching.child.kill("SIGINT");
  expect(await within(watching.ended, "the end of watch")).toMatchObject({ code: 0, stderr: "" });
  await server.remove();
  if (!isTold) skip("this machine is too busy: no start was quick enough");
});

test("SIGHUP drains it too; a terminal that is closed may send it twice", async () => {
  const server = await ServerProcess.start();
  const pushes: string[] = [];
  const goaway = Promise.withResolvers<void>();
  const client = await TodoClient.connect({
    url: server.socketUrl,
    token: await server.token("alice"),
    pushed(name) {
      pushes.push(name);
      if (name === "goaway") goaway.resolve();
    },
    reconnect: false,
  });
  const ended = server.signal("SIGHUP");
  await within(goaway.promise, "goaway");
  expect(await server.signal("SIGHUP")).toMatchObject({ code: 0, signal: null, stderr: "" });
  await ended;
  expect(pushes).toEqual(["goaway", "bye"]);
  client.close();
  await server.remove();
});

test("a command is ended by a signal at any moment", async () => {
  const folder = temporaryFolder();
  const code = `setTimeout(() => process.kill(process.pid, "SIGINT"));`;
  const preload = `--import data:text/javascript,${encodeURIComponent(code)}`;
  const args = ["verify", "--data", folder];
  const { ended, child } = runProgram("server/main.ts", args, { NODE_OPTIONS: preload });
  const stopped = await within(ended, "the end", () => child.kill("SIGKILL"));
  expect(stopped).toMatchObject({ code: null, signal: "SIGINT" });
  rmSync(folder, { recursive: true, force: true });
});

/** What a program does to itself, before it has loaded anything: at that moment it is signalled. */
const MOMENTS = {
  "it can be": `process.on("newListener", (name) => {
    if (name === "SIGTERM") setImmediate(() => process.kill(process.pid, "SIGTERM"));
  });`,
  "it opens its store": `process.once("worker", () => process.kill(process.pid, "SIGTERM"));`,
};

test.each(Object.entries(MOMENTS))("signalled as soon as %s, it ends with 0", async (_, code) => {
  const folder = temporaryFolder();
  const data = join(folder, "data");
  const args = ["--port", "0", "--data", data];
  const preload = `--import data:text/javascript,${encodeURIComponent(code)}`;
  const { ended, child } = runProgram("server/main.ts", args, { NODE_OPTIONS: preload });
  const stopped = await within(ended, "the end", () => child.kill("SIGKILL"));
  expect(stopped).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  const server = await ServerProcess.start([], data); // What is there is whole.
  expect(await server.term()).toMatchObject({ code: 0, stderr: "" });
  rmSync(folder, { recursive: true, force: true });
});
