/** RealServer: what `todo` says of what the real server answers: sentences that two sides make. */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../../client/cli/program.ts";
import { createTokens } from "../../../server/auth/tokens.ts";
import { ServerProcess, temporaryFolder } from "../../support/server_process.ts";
import { FakeTerminal } from "../support/fake_terminal.ts";
import { failed, fine, type Ran } from "./cli_world.ts";

let server: ServerProcess;
let folder: string;
beforeAll(async () => {
  folder = temporaryFolder();
  server = await ServerProcess.start(["--list-todos", "2"]);
});
afterAll(async () => {
  await server?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `todo`; without a token in `env` one is made from the server's data folder. */
async function todoWith(env: Record<string, string>, ...args: string[]): Promise<Ran> {
  const own = { TODO_URL: server.socketUrl, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder };
  const terminal = new FakeTerminal({ ...own, ...env });
  const exit = await run(args, terminal);
  return { exit, out: terminal.stdout.text, err: terminal.stderr.text };
}

function todo(...args: string[]): Promise<Ran> {
  return todoWith({ TODO_DATA: server.data, TODO_USER: "alice" }, ...args);
}

const NEW_TOKEN =
  "Put one into TODO_TOKEN, made beside the server with `npm run -s token -- USER`.";

test("a full list: exit code 1", async () => {
  await todo("start", "Full");
  await todo("add", "one");
  await todo("add", "two");
  expect(await todo("add", "three")).toEqual(
    failed(
      1,
      "A list holds at most 2 todos; this is one more. " +
        "Delete todos that are done, or start another list.",
    ),
  );
});

test("an expired token, and one of another server: exit code 4", async () => {
  const opened = createTokens(server.data);
  const others = createTokens(join(folder, "others"));
  if (!opened.ok || !others.ok) throw new Error("no secret");
  const sentence = `The token in TODO_TOKEN is expired or not one of ${server.socketUrl}.`;
  for (const tokens of [opened.tokens, others.tokens]) {
    const ttlMs = tokens === opened.tokens ? -60_000 : 60_000;
    const token = await tokens.sign("alice", ttlMs);
    expect(await todoWith({ TODO_TOKEN: token }, "ls")).toEqual(
      failed(4, `${sentence} ${NEW_TOKEN}`),
    );
  }
});

test("a viewer may not add: exit code 4", async () => {
  await todo("start", "Shared");
  await todo("share", "Shared", "bob", "--role", "viewer");
  const bob = { TODO_DATA: server.data, TODO_USER: "bob" };
  const { exit, out, err } = await todoWith(bob, "add", "x", "--list", "Shared");
  expect({ exit, out }).toEqual({ exit: 4, out: "" });
  expect(err).toMatch(/^[^\n]+\. Ask an owner of the list for the role that it needs\.\n$/);
});

test("a list goes and comes back with its todos and its log", async () => {
  await todo("start", "Garden");
  await todo("add", "Dig +soil", "--date", "2026-11-20");
  expect((await todo("delete", "Garden", "--yes")).exit).toBe(0);
  expect((await todo("ls", "--list", "Garden")).exit).toBe(1);
  expect(await todo("restore", "gard")).toEqual(fine('"Garden" is back, with 1 todo.'));
  expect((await todo("today")).out).toContain(
    '"Garden": 1 todo, 1 overdue\n1  [ ]  Dig  2026-11-20  overdue  +soil\n',
  );
  expect((await todo("log")).out).toMatch(/alice added 1 "Dig" for 2026-11-20\n$/);
});

test("commands whose output nobody reads are carried out, with their exit code", async () => {
  await todo("start", "Unread");
  const lines = ["add one", "done 99999", "add two"];
  const shell = `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} |
    { "$NODE" bin/todo.mjs - --keep-going; echo "$?" >&2; } | true`;
  const own = { TODO_URL: server.socketUrl, TODO_DATA: server.data, TODO_USER: "alice" };
  const kept = { XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder };
  const env = { ...process.env, ...own, ...kept, TODO_LIST: "Unread", NODE: process.execPath };
  const { stderr } = await promisify(execFile)("sh", ["-c", shell], { env });
  expect(stderr.trim().split("\n").at(-1)).toBe("1");
  const { out } = await todo("ls", "--list", "Unread");
  expect(out).toMatch(/one[\s\S]*two/);
});
