/**
 * load: the whole program against a real server, each scenario for a second.
 *
 * What is counted must add up, and nothing may be left behind.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import {
  type Ended,
  type Running,
  runProgram,
  ServerProcess,
  watched,
} from "../support/server_process.ts";
import type { Outcome } from "./outcome.ts";

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start(["--store", "memory"]);
});

afterAll(() => server.remove());

function start(args: string): Running {
  const where = ["--url", server.url, "--data", server.data];
  return runProgram("test/load/main.ts", [...args.split(" "), ...where]);
}

/** Runs it to its end; its outcome when it ended with 0. */
async function load(args: string): Promise<Outcome> {
  const { code, stdout, stderr } = await start(`${args} --json`).ended;
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Outcome;
}

/** How many lists there are of the first user, who owns some of every scenario. */
async function listsLeft(): Promise<number> {
  const client = await TodoClient.connect({
    url: server.socketUrl,
    token: await server.token("load-1"),
  });
  const lists = await client.allLists();
  client.close();
  return lists.length;
}

describe("each scenario: no error, nothing left, and the figures add up", () => {
  test("call", async () => {
    const { operations, pushes, errors, cleanUp, lists } = await load(
      "call --seconds 1 --connections 8 --outstanding 4",
    );
    expect(errors).toEqual({});
    expect(cleanUp).toEqual({ removed: 8, leftBehind: [], kept: [] });
    expect(lists).toBe(8);
    const { count, byKind, latencyMs } = operations;
    expect(count).toBeGreaterThan(0);
    expect(Object.values(byKind).reduce((sum, each) => sum + each, 0)).toBe(count);
    expect(latencyMs?.count).toBe(count);
    expect(pushes.count).toBe(0);
    expect(await listsLeft()).toBe(0);
  });

  test("fanout", async () => {
    const { operations, pushes, cleanUp } = await load(
      "fanout --seconds 1 --connections 10 --writers 2 --rate 200",
    );
    expect(pushes).toMatchObject({ count: operations.count * 10, gaps: 0, repeats: 0 });
    const { add_todo = 0, update_todo = 0 } = operations.byKind;
    expect(pushes.latencyMs?.count).toBe((add_todo + update_todo) * 10);
    expect(pushes.lastLatencyMs?.count).toBe(add_todo + update_todo);
    expect(cleanUp).toEqual({ removed: 1, leftBehind: [], kept: [] });
    expect(await listsLeft()).toBe(0);
  });

  test("rooms", async () => {
    const { operations, pushes, copies, cleanUp } = await load(
      "rooms --seconds 1 --connections 12 --lists 3 --writers 2 --rate 200",
    );
    expect(copies).toEqual({ equal: 12, unequal: 0, unknown: 0 });
    expect(pushes).toMatchObject({ count: operations.count * 4, gaps: 0, repeats: 0 });
    expect(cleanUp).toEqual({ removed: 3, leftBehind: [], kept: [] });
    expect(await listsLeft()).toBe(0);
  });

  test("idle", async () => {
    const {
      connections,
      pushes,
      server: measured,
    } = await load("idle --seconds 2 --connections 20 --lists 2");
    expect(connections).toBe(21);
    expect(pushes.count % 10).toBe(0);
    if (process.platform === "linux") {
      expect(measured).toMatchObject({ pid: expect.any(Number), busy: expect.any(Number) });
    }
    expect(await listsLeft()).toBe(0);
  });

  test("connect", async () => {
    const { operations } = await load("connect --seconds 1 --connections 2");
    expect(operations.byKind.connect).toBe(operations.count);
    expect(operations.count).toBeGreaterThan(0);
    expect(await listsLeft()).toBe(0);
  });
});

describe("it ends as it should", () => {
  test("kept lists hold what was written", async () => {
    const { operations, cleanUp } = await load("call --seconds 1 --connections 1 --keep");
    const [list = ""] = cleanUp.kept;
    const client = await TodoClient.connect({
      url: server.socketUrl,
      token: await server.token("load-1"),
    });
    expect(await client.list(list)).toMatchObject({ seq: operations.count });
    await client.deleteList(list);
    client.close();
  });

  test("an interrupted run reports what it measured, and cleans up", async () => {
    const running = start("rooms --seconds 600 --connections 4 --lists 2");
    await untilWritten("load-1");
    running.child.kill("SIGINT");
    const { code, stdout } = await running.ended;
    expect(stdout).toMatch(/interrupted after [\d.]+ s/);
    expect(stdout).toContain("4 of 4 equal the server's list");
    expect(stdout).toContain("2 lists deleted · nothing left behind");
    expect(code).toBe(0);
  });

  test("no server, a refused token and no secret are each one sentence", async () => {
    const nowhere = "ws://127.0.0.1:1/socket";
    expect(await ended(["call", "--url", nowhere, "--data", server.data])).toEqual([
      1,
      `load: The server at ${nowhere} cannot be reached. ` +
        "Start one with `npm start`, or name another with --url.\n",
    ]);
    expect(await ended(["call", "--url", server.url], { TODO_TOKEN: "none" })).toEqual([
      1,
      `load: The token in TODO_TOKEN is expired or not one of ${server.socketUrl}. ` +
        "Put one into TODO_TOKEN, made beside the server with `npm run -s token -- USER`.\n",
    ]);
    expect(await ended(["call", "--url", server.url, "--data", "/nowhere"])).toEqual([
      1,
      expect.stringContaining("Name the server's data folder with --data"),
    ]);
  });

  test("wrong usage ends with 2 and touches no server", async () => {
    expect(await ended(["call", "--seconds", "601"])).toEqual([
      2,
      "load: Option '--seconds <n>' argument '601' is invalid. " +
        "Want an integer from 1 to 600. See `npm run load -- --help`.\n",
    ]);
  });

  test("a server that dies ends the run early; when it is back, it is cleaned up", async () => {
    const doomed = await ServerProcess.start(["--store", "memory"]);
    const where = ["--url", doomed.url, "--data", doomed.data];
    const running = runProgram("test/load/main.ts", [
      "call",
      "--json",
      "--seconds=600",
      "--connections=2",
      ...where,
    ]);
    await untilWritten("load-1", doomed);
    await doomed.kill();
    await doomed.restart();
    const { code, stdout } = await running.ended;
    const { errors, cleanUp } = JSON.parse(stdout) as Outcome;
    expect(errors).toMatchObject({ close_1006: 2 });
    expect(cleanUp).toEqual({ removed: 2, leftBehind: [], kept: [] });
    expect(code).toBe(1);
    await doomed.remove();
  });

  test("a report that nobody reads is no fault, one that cannot be written is", async () => {
    const args = ["call", "--seconds", "1", "--connections", "1", "--url", server.url];
    const child = runProgram("test/load/main.ts", [...args, "--data", server.data]);
    child.child.stdout?.destroy();
    expect(await child.ended).toMatchObject({ code: 0, stderr: "" });
    if (process.platform !== "linux") return;
    const full = openSync("/dev/full", "w");
    const words = ["--disable-warning=ExperimentalWarning", "test/load/main.ts", ...args];
    const written = spawn(process.execPath, [...words, "--data", server.data], {
      stdio: ["ignore", full, "pipe"],
    });
    expect(await watched(written).ended).toMatchObject({
      code: 1,
      stderr: "load: The output cannot be written (ENOSPC).\n",
    });
    closeSync(full);
    expect(await listsLeft()).toBe(0);
  });
});

async function ended(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<[Ended["code"], string]> {
  const { code, stderr } = await runProgram("test/load/main.ts", args, env).ended;
  return [code, stderr];
}

/** Resolves when a list of this user has been written to: the run is under way. */
async function untilWritten(user: string, on = server): Promise<void> {
  const client = await TodoClient.connect({ url: on.socketUrl, token: await on.token(user) });
  for (;;) {
    const { lists } = await client.lists();
    if (lists.some(({ count }) => count > 0)) break;
  }
  client.close();
}
