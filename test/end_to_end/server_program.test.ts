/**
 * ServerProgram: `todo-server` as its operator meets it: signals, flags, files, health pages.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RpcError } from "../../client/rpc_error.ts";
import { TodoClient } from "../../client/todo_client.ts";
import {
  type Ended,
  runServer,
  ServerProcess,
  temporaryFolder,
  within,
} from "../support/server_process.ts";

/** One line on stderr, a whole sentence, and nothing of the inside. */
function expectRefusal(
  { code, stdout, stderr }: Ended,
  wanted: { code: number; says: RegExp },
): void {
  expect({ code, stdout }).toEqual({ code: wanted.code, stdout: "" });
  expect(stderr).toMatch(/^todo-server: [^\n]+\n$/);
  expect(stderr).toMatch(wanted.says);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+|Error:/);
}

interface Follower {
  readonly client: TodoClient;
  readonly pushes: { readonly name: string; readonly params: unknown }[];
  readonly closed: Promise<RpcError>;
}

async function connect(server: ServerProcess, user = "alice"): Promise<Follower> {
  const pushes: Follower["pushes"] = [];
  const closed = Promise.withResolvers<RpcError>();
  const client = await TodoClient.connect({
    url: server.socketUrl,
    token: await server.token(user),
    reconnect: false,
    pushed: (name, params) => pushes.push({ name, params }),
    closed: (error) => closed.resolve(error),
  });
  return { client, pushes, closed: closed.promise };
}

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
  let server: ServerProcess;
  beforeEach(async () => {
    server = await ServerProcess.start();
  });
  afterEach(() => server.remove());

  test("says goaway and bye 4100, keeps what it acknowledged and ends with 0", async () => {
    const { client, pushes, closed } = await connect(server);
    await client.start({ list: "kept" });
    const adds = Array.from({ length: 200 }, (_, n) => client.addTodo("kept", { title: `${n}` }));
    const ended = server.signal(signal);
    const answers = await Promise.allSettled(adds);
    const { code, data } = await within(closed, "the close");
    expect({ code, close: data.close_code }).toEqual({ code: 0, close: 4100 });
    expect(pushes).toEqual([
      { name: "goaway", params: { within_ms: expect.any(Number), jitter_ms: expect.any(Number) } },
      { name: "bye", params: { code: 4100, reason: expect.any(String) } },
    ]);
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    await server.restart();
    const acknowledged = answers.filter(({ status }) => status === "fulfilled").length;
    expect(acknowledged).toBe(adds.length);
    const again = await connect(server);
    expect((await again.client.list("kept")).todos.map(({ title }) => title)).toEqual(
      adds.map((_, n) => `${n}`),
    );
    again.client.close();
  });

  test("ends at once when nobody is connected", async () => {
    expect(await server.signal(signal)).toMatchObject({ code: 0, signal: null, stderr: "" });
  });
});

test("a second signal, of whichever kind, ends it at once", async () => {
  const server = await ServerProcess.start();
  const goaway = Promise.withResolvers<void>();
  const follow = await connectTold(server, (name) => name === "goaway" && goaway.resolve());
  void server.term();
  await within(goaway.promise, "goaway");
  expect(await server.signal("SIGINT")).toMatchObject({ code: null, signal: "SIGINT" });
  follow.close();
  await server.remove();
});

test("a disk that hangs does not keep it: it says so and is killed by its own hand", async () => {
  const data = temporaryFolder();
  const pipe = join(data, "pipe");
  const preload = new URL("../support/hanging_disk.ts", import.meta.url);
  const server = await ServerProcess.start([], data, {
    NODE_OPTIONS: `--import ${preload.href}`,
    HANGING_DISK: pipe,
  });
  const { client } = await connect(server);
  await client.start({ list: "kept" });
  execFileSync("mkfifo", [pipe]);
  const write = client.addTodo("kept", { title: "never on disk" });
  void write.catch(() => undefined); // It is never answered.
  const ended = await server.term();
  expect(ended).toMatchObject({ code: null, signal: "SIGKILL" });
  expect(ended.stderr).toMatch(/^todo-server: The log was not closed in time[^\n]+\n$/);
  client.close();
  await server.remove();
});

test("who is connected while it drains is served, and nobody new is let in", async () => {
  const server = await ServerProcess.start();
  const { client, pushes } = await connect(server);
  await client.start({ list: "late" });
  const goaway = Promise.withResolvers<void>();
  const follow = await connectTold(server, (name) => name === "goaway" && goaway.resolve());
  const ended = server.term();
  await within(goaway.promise, "goaway");
  expect(await client.addTodo("late", { title: "still" })).toMatchObject({ id: 1 });
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
  await expect(connect(server)).rejects.toMatchObject({
    kind: "unreachable",
    data: { status: 503 },
  });
  follow.close();
  client.close();
  expect(await ended).toMatchObject({ code: 0 });
  expect(pushes.map(({ name }) => name)).toEqual(["goaway"]);
  await server.remove();
});

async function connectTold(
  server: ServerProcess,
  pushed: (name: string) => unknown,
): Promise<TodoClient> {
  return TodoClient.connect({
    url: server.socketUrl,
    token: await server.token("bob"),
    pushed,
  });
}

describe("what it refuses to start with", () => {
  let data: string;
  let listener: Server | undefined;
  beforeEach(() => {
    data = temporaryFolder();
  });
  afterEach(() => {
    listener?.close();
    listener = undefined;
    rmSync(data, { recursive: true, force: true });
  });

  test("a port that is in use", async () => {
    const other = createServer();
    listener = other;
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const ended = await runServer(["--port", String(port), "--data", data]);
    expectRefusal(ended, { code: 1, says: new RegExp(`${port}.*in use`) });
  });

  test.each([
    ["--no-such-flag"],
    ["--port", "70000"],
    ["--store", "paper"],
    ["--host", "0.0.0.0"],
    ["--tls-cert", "only.pem"],
    ["surplus"],
  ])("%s %s: exit code 2", async (...flags) => {
    const ended = await runServer([...flags, "--data", join(data, "unmade")]);
    expectRefusal(ended, { code: 2, says: new RegExp(flags[0] ?? "") });
    expect(existsSync(join(data, "unmade"))).toBe(false);
  });

  test("a data folder that another server uses", async () => {
    const server = await ServerProcess.start([], data);
    const ended = await runServer(["--port", "0", "--data", data]);
    expectRefusal(ended, { code: 1, says: /in use by another server/ });
    const { client } = await connect(server); // Which is not disturbed.
    expect(await client.start({ list: "mine" })).toMatchObject({ created: true });
    client.close();
    await server.remove();
  });

  test("a data folder that is a file", async () => {
    writeFileSync(join(data, "file"), "");
    const ended = await runServer(["--port", "0", "--data", join(data, "file")]);
    expectRefusal(ended, { code: 1, says: /data folder/ });
  });

  test.runIf(existsSync("/proc/self"))("a data folder that can never be made", async () => {
    const ended = await runServer(["--port", "0", "--data", "/proc/data"]);
    expectRefusal(ended, { code: 1, says: /data folder \/proc\/data/ });
  });

  test("a todo.db that is no database, which stays as it was", async () => {
    const path = join(data, "todo.db");
    writeFileSync(path, "notes of mine\n".repeat(1000));
    const ended = await runServer(["--port", "0", "--data", data]);
    expectRefusal(ended, { code: 1, says: /todo\.db is not a store/ });
    expect(readFileSync(path, "utf8")).toBe("notes of mine\n".repeat(1000));
  });

  test("a todo.db of another program, which stays as it was", async () => {
    const path = join(data, "todo.db");
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE mine (a); INSERT INTO mine VALUES (1)");
    db.close();
    const before = readFileSync(path);
    const ended = await runServer(["--port", "0", "--data", data]);
    expectRefusal(ended, { code: 1, says: /todo\.db is not a store/ });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("a todo.db whose first page is overwritten", async () => {
    const server = await ServerProcess.start([], data);
    await server.term();
    const path = join(data, "todo.db");
    writeFileSync(path, Buffer.alloc(4096, 7), { flag: "r+" });
    const ended = await runServer(["--port", "0", "--data", data]);
    expectRefusal(ended, { code: 1, says: /todo\.db/ });
  });
});

test("--store memory keeps nothing but serves", async () => {
  const server = await ServerProcess.start(["--store", "memory"]);
  const first = await connect(server);
  await first.client.start({ list: "fleeting", todos: [{ title: "a" }] });
  expect(existsSync(join(server.data, "todo.db"))).toBe(false);
  expect(await first.client.list("fleeting")).toMatchObject({ seq: 1 });
  first.client.close();
  expect(await server.term()).toMatchObject({ code: 0, stderr: "" });
  await server.restart();
  const second = await connect(server);
  await expect(second.client.list("fleeting")).rejects.toMatchObject({ kind: "not_found" });
  second.client.close();
  await server.remove();
});

test("--help names every flag and variable and ends with 0", async () => {
  const { code, stdout, stderr } = await runServer(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const name of ["--port", "TODO_PORT", "--data", "TODO_DATA", "--store", "TODO_STORE"]) {
    expect(stdout).toContain(name);
  }
});

test("the health pages need no credentials; what is not there is 404", async () => {
  const server = await ServerProcess.start();
  const status = async (path: string) => (await fetch(`${server.url}${path}`)).status;
  expect(await status("/healthz")).toBe(200);
  expect(await status("/readyz")).toBe(200);
  expect(await status("/socket")).toBe(426);
  expect(await status("/no/such")).toBe(404);
  await server.remove();
});
