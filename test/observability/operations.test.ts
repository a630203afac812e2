/**
 * Operations: what docs/operations.md says is so: flags, files, metrics, and its commands do what
 * they are said to.
 */
import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import { runTokenCommand } from "../../server/auth/token_command.ts";
import { createTokens } from "../../server/auth/tokens.ts";
import { parseConfig } from "../../server/config.ts";
import { ServerProcess, temporaryFolder } from "../support/server_process.ts";
import { parseExposition } from "./exposition.ts";

const TEXT = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
/** Stands in for npm, which in the folder of a test finds no checkout. */
const NPM = `#!/bin/sh
shift 3 # start -s --
exec node --disable-warning=ExperimentalWarning "${process.cwd()}/server/main.ts" "$@"
`;

/** The fenced blocks of that language below a heading. */
function blocks(heading: string, language: string): string[] {
  const [, section = ""] = TEXT.split(`\n${heading}\n`);
  const [own = ""] = section.split(/\n#{1,3} /);
  const fence = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g");
  return Array.from(own.matchAll(fence), ([, block = ""]) => block);
}

/** What stands in backticks in the first column of the tables below a heading. */
function firstColumn(heading: string): string[] {
  const [, section = ""] = TEXT.split(`\n${heading}\n`);
  const [own = ""] = section.split(/\n#{1,3} /);
  const cells = own.split("\n").filter((line) => line.startsWith("| `"));
  return cells.flatMap((line) =>
    Array.from((line.split(" | ")[0] ?? "").matchAll(/`([a-z][^`]*)`/g), ([, name = ""]) => name),
  );
}

test("the flags are those of --help", () => {
  const parsed = parseConfig(["--help"], {});
  const help = parsed.kind === "help" ? parsed.text : "";
  expect(blocks("## Flags", "console")).toEqual([`$ npm start -s -- --help\n${help}`]);
});

test("so are those of the token's command", async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  await runTokenCommand(["--help"], { out: write, err: write });
  const shown = `$ npm run -s token -- --help\n${lines.join("\n")}\n`;
  expect(blocks("## Tokens", "console")).toEqual([shown]);
});

describe("of a server that runs", () => {
  let server: ServerProcess;
  let folder: string;
  let programs: string;
  beforeEach(async () => {
    folder = temporaryFolder();
    programs = temporaryFolder();
    writeFileSync(join(programs, "npm"), NPM, { mode: 0o755 });
    server = await ServerProcess.start([], join(folder, "data"));
  });
  afterEach(async () => {
    await server.remove();
    for (const each of [folder, programs]) rmSync(each, { recursive: true, force: true });
  });

  /** A client of the server, with this token or one of alice. */
  async function client(token?: string): Promise<TodoClient> {
    const own = token ?? (await server.token("alice"));
    return TodoClient.connect({ url: server.socketUrl, token: own });
  }

  async function run(command: string): Promise<void> {
    const env = {
      ...process.env,
      PATH: `${programs}:${dirname(process.execPath)}:${process.env.PATH}`,
    };
    await promisify(execFile)("sh", ["-ec", command], { cwd: folder, env });
  }

  test("every metric is described, and every one described is there", async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const names = [...parseExposition(text).keys()].filter((name) => name.startsWith("todo_"));
    const described = firstColumn("## Metrics").filter((name) => name.startsWith("todo_"));
    expect(described.toSorted()).toEqual(names.toSorted());
  });

  test("every file of the data folder is described", async () => {
    const alice = await client();
    await alice.start({ list: "groceries" });
    const described = firstColumn("## The data folder");
    expect(described).toContain("secret");
    expect(readdirSync(server.data).filter((file) => !described.includes(file))).toEqual([]);
    alice.close();
  });

  test("a backup, made while others write, has all that was acknowledged before", async () => {
    const alice = await client();
    const { list, epoch } = await alice.start({ list: "groceries" });
    for (let n = 1; n <= 300; n++) await alice.addTodo(list, { title: `${n}` });
    let isOver = false;
    const writing = (async () => {
      while (!isOver) await alice.addTodo(list, { title: "later" });
    })();
    await run(blocks("### Backup", "sh")[0] ?? "false");
    isOver = true;
    await writing;
    alice.close();
    await server.term();
    await run(blocks("### Restore", "sh")[0] ?? "false");
    expect(readdirSync(folder).toSorted()).toEqual(["backup", "data"]);
    expect(readdirSync(join(folder, "backup")).toSorted()).toEqual(["secret", "todo.db"]);
    await server.restart();
    const again = await client();
    const restored = await again.list(list);
    expect(restored.todos.slice(0, 300).map(({ title }) => title)).toEqual(
      Array.from({ length: 300 }, (_each, n) => `${n + 1}`),
    );
    expect(restored.epoch).not.toBe(epoch);
    const { events } = await again.history(list, { limit: 500 });
    expect(events.map(({ seq }) => seq)).toEqual(
      Array.from({ length: Math.min(500, restored.seq) }, (_each, n) => restored.seq - n),
    );
    await again.addTodo(list, { title: "after" });
    await run(blocks("### One list", "sh")[0] ?? "false");
    expect(readdirSync(folder)).toContain("groceries.jsonl");
    again.close();
  });

  test("after a clean stop a copy of the folder is whole", async () => {
    const alice = await client();
    await alice.start({ list: "groceries" });
    await alice.addTodo("groceries", { title: "Milk" });
    alice.close();
    expect(await server.term()).toMatchObject({ code: 0 });
    expect(readdirSync(server.data)).not.toContain("todo.db-wal");
    cpSync(server.data, join(folder, "copy"), { recursive: true });
    rmSync(server.data, { recursive: true });
    renameSync(join(folder, "copy"), server.data);
    await server.restart();
    const again = await client();
    expect((await again.list("groceries")).todos.map(({ title }) => title)).toEqual(["Milk"]);
    again.close();
  });

  test("a new key signs, and the tokens of the old one go on", async () => {
    const old = await server.token("alice");
    await run(blocks("## Tokens", "sh")[0] ?? "false");
    expect(await server.term()).toMatchObject({ code: 0 });
    await server.restart();
    const opened = createTokens(server.data);
    const young = opened.ok ? await opened.tokens.sign("alice", 60_000) : "";
    const kid = (token: string) => Buffer.from(token.split(".")[0] ?? "", "base64url").toString();
    expect(kid(young)).not.toBe(kid(old));
    for (const token of [old, young]) {
      const alice = await client(token);
      expect(await alice.whoami()).toMatchObject({ user: "alice" });
      alice.close();
    }
  });
});
