/** Command watch: lines, JSON and a screen, and the ways it ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { run } from "../../../client/cli/program.ts";
import type { Todo } from "../../../shared/todo/todo.ts";
import { FakeServer } from "../support/fake_server.ts";
import { FakeTerminal } from "../support/fake_terminal.ts";
import { TodoWorld } from "../support/todo_world.ts";
import { jsonLines } from "./cli_world.ts";

let folder = "";
let world = new TodoWorld();
let server: FakeServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "todo-watch-"));
  world = new TodoWorld();
  server = await FakeServer.start({ answer: (...call) => world.answer(...call) });
  await run(["start", "groceries"], terminalOf());
  await run(["add", "Milk", "--date", "2026-12-24"], terminalOf());
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function terminalOf(options = {}, env = {}): FakeTerminal {
  const base = { TODO_URL: server.url, XDG_STATE_HOME: folder, TODO_TOKEN: "token-of-alice" };
  return new FakeTerminal({ ...base, ...env }, options);
}

function todo(id: number, title: string, more: Partial<Todo> = {}): Todo {
  return { id, title, date: null, done: false, rev: 0, ...more };
}

test("prints the list, then a line per change, and ends with 0 on Ctrl-C", async () => {
  const terminal = terminalOf();
  const watching = run(["watch"], terminal);
  await terminal.stdout.until("Milk");
  const milk = todo(1, "Milk", { date: "2026-12-24" });
  world.change("list-1", { op: "todo_added", todo: todo(2, "Bread") }, "bob");
  world.change("list-1", { op: "todo_updated", todo: { ...milk, done: true } }, "bob");
  world.change("list-1", { op: "todo_updated", todo: milk }, "bob");
  world.change("list-1", { op: "todo_updated", todo: { ...milk, title: "Oat milk" } }, "bob");
  world.change("list-1", { op: "todo_updated", todo: todo(2, "Bread", { date: "2026-12-01" }) });
  world.change("list-1", { op: "todo_updated", todo: todo(2, "Bread", { notes: "rye" }) });
  world.change("list-1", { op: "todo_updated", todo: todo(2, "Bread", { tags: ["x"] }) });
  world.change("list-1", { op: "todo_deleted", id: 2 }, "carol");
  world.change("list-1", { op: "member_set", user: "dora", role: "viewer" });
  world.change("list-1", { op: "member_removed", user: "dora" });
  world.change("list-1", { op: "list_renamed", title: "food\u001b[2J" });
  await terminal.stdout.until("renamed the list");
  terminal.interrupt();
  expect(await watching).toBe(0);
  expect(terminal.stdout.text.trimEnd().split("\n")).toEqual([
    '"groceries": 1 todo',
    "1  [ ]  Milk  2026-12-24",
    'bob added 2 "Bread"',
    'bob ticked off 1 "Milk"',
    'bob took up again 1 "Milk"',
    'bob renamed 1 "Milk" to "Oat milk"',
    'someone moved 2 "Bread" to 2026-12-01',
    'someone took the date off 2 "Bread"',
    'someone changed 2 "Bread"',
    'carol deleted 2 "Bread"',
    "someone made dora viewer",
    "someone removed dora",
    'someone renamed the list to "food␛[2J"',
  ]);
  expect(terminal.stderr.text).toBe("");
});

test("--json: the list, then each event as it was pushed", async () => {
  const terminal = terminalOf();
  const watching = run(["watch", "--json"], terminal);
  await terminal.stdout.until("snapshot");
  world.change("list-1", { op: "todo_deleted", id: 1 }, "bob");
  await terminal.stdout.until("todo_deleted");
  terminal.interrupt();
  expect(await watching).toBe(0);
  const lines = terminal.stdout.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    {
      type: "snapshot",
      list: "list-1",
      title: "groceries",
      epoch: "e-list-1",
      seq: 1,
      todos: [{ id: 1 }],
    },
    { type: "event", list: "list-1", seq: 2, op: "todo_deleted", id: 1, by: "bob" },
  ]);
});

test.each([
  ["deleted", 1, 'The list "groceries" was deleted.\n'],
  ["revoked", 4, 'You are no longer a member of "groceries".\n'],
])("gone, %s: exit code %i", async (reason, exit, sentence) => {
  const terminal = terminalOf();
  const watching = run(["watch"], terminal);
  await terminal.stdout.until("Milk");
  server.connection.push("gone", { list: "list-1", reason });
  expect(await watching).toBe(exit);
  expect(terminal.stderr.text).toBe(sentence);
});

describe("a lost connection heals", () => {
  test("as lines: said when it is lost and when it is back, with what was missed", async () => {
    const terminal = terminalOf();
    const watching = run(["watch"], terminal);
    await terminal.stdout.until("Milk");
    server.connection.cut();
    await terminal.stdout.until("trying again");
    world.change("list-1", { op: "todo_added", todo: todo(2, "Bread") }, "bob");
    await terminal.stdout.until("is back");
    world.change("list-1", { op: "todo_deleted", id: 2 }, "bob");
    await terminal.stdout.until("deleted");
    terminal.interrupt();
    expect(await watching).toBe(0);
    expect(terminal.stdout.text.trimEnd().split("\n")).toEqual([
      '"groceries": 1 todo',
      "1  [ ]  Milk  2026-12-24",
      "The connection is lost; trying again.",
      'bob added 2 "Bread"',
      "The connection is back.",
      'bob deleted 2 "Bread"',
    ]);
    expect(terminal.stderr.text).toBe("");
  });

  test("on a screen: the last line says how the connection is", async () => {
    const terminal = terminalOf({ isTTY: true });
    const watching = run(["watch"], terminal);
    await terminal.stdout.until("Milk");
    server.connection.cut();
    await terminal.stdout.until("Offline: this is how it was. Trying again … Ctrl-C ends.");
    world.change("list-1", { op: "todo_added", todo: todo(2, "Bread") }, "bob");
    await terminal.stdout.until("Bread");
    terminal.interrupt();
    expect(await watching).toBe(0);
    expect(terminal.stdout.text.endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
  });

  test("--json: states, and what was missed between them", async () => {
    const terminal = terminalOf();
    const watching = run(["watch", "--json"], terminal);
    await terminal.stdout.until("snapshot");
    server.connection.cut();
    await terminal.stdout.until('"offline"');
    world.change("list-1", { op: "todo_deleted", id: 1 }, "bob");
    await terminal.stdout.until('"live"');
    terminal.interrupt();
    expect(await watching).toBe(0);
    const lines = jsonLines(terminal.stdout.text) as { type: string; state?: string }[];
    expect(lines.map(({ type, state }) => state ?? type)).toEqual([
      "snapshot",
      "offline",
      "catching up",
      "event",
      "live",
    ]);
  });
});

test("--quiet: the ids of the todos that change", async () => {
  const terminal = terminalOf();
  const watching = run(["watch", "--quiet"], terminal);
  await vi.waitFor(() => expect(server.connection.frames.join()).toContain("subscribe"));
  world.change("list-1", { op: "todo_added", todo: todo(2, "Bread") }, "bob");
  world.change("list-1", { op: "list_renamed", title: "food" }, "bob");
  world.change("list-1", { op: "todo_deleted", id: 1 }, "bob");
  await terminal.stdout.until("1\n");
  terminal.interrupt();
  expect(await watching).toBe(0);
  expect(terminal.stdout.text).toBe("2\n1\n");
});

test("a token whose time is over ends it: exit code 4", async () => {
  const terminal = terminalOf();
  const watching = run(["watch"], terminal);
  await terminal.stdout.until("Milk");
  server.connection.push("bye", { code: 4401, reason: "The token's time is over." });
  server.connection.close(4401, "The token's time is over.");
  expect(await watching).toBe(4);
  expect(terminal.stderr.text).toBe(
    `The token in TODO_TOKEN is expired or not one of ${server.url}. ` +
      "Put one into TODO_TOKEN, made beside the server with `npm run -s token -- USER`.\n",
  );
});

test("on a terminal it draws a screen within its size and leaves it as it was", async () => {
  const terminal = terminalOf({ isTTY: true });
  const watching = run(["watch"], terminal);
  await terminal.stdout.until("Milk");
  for (let id = 2; id <= 20; id++) {
    world.change(
      "list-1",
      { op: "todo_added", todo: todo(id, `${id} ${"long ".repeat(30)}`) },
      "bob",
    );
  }
  await terminal.stdout.until("13 more");
  terminal.resize(30, 8);
  await terminal.stdout.until("17 more");
  terminal.interrupt();
  expect(await watching).toBe(0);
  const { text } = terminal.stdout;
  expect(text.startsWith("\u001b[?1049h\u001b[?25l")).toBe(true);
  expect(text.endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
  const last = text.split("\u001b[H").at(-1) ?? "";
  const lines = stripVTControlCharacters(last).split("\r\n");
  expect(lines).toHaveLength(8);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(30);
  expect(lines[0]).toBe('"groceries": 20 todos');
  expect(lines.at(-1)).toBe("Live. Ctrl-C ends.");
});

describe("a small screen", () => {
  async function screenOf(columns: number, rows: number): Promise<string[]> {
    const terminal = terminalOf({ isTTY: true });
    const more = { date: "2026-11-01", priority: "high", tags: ["home"] } as const;
    const bread = todo(2, "Bread of the dark kind", more);
    world.change("list-1", { op: "todo_added", todo: bread }, "bob");
    world.change("list-1", { op: "todo_deleted", id: 1 }, "bob");
    const watching = run(["watch"], terminal);
    await terminal.stdout.until("Bread");
    terminal.resize(columns, rows);
    await vi.waitFor(() => expect(lastDrawn(terminal)).toHaveLength(rows));
    terminal.interrupt();
    expect(await watching).toBe(0);
    return lastDrawn(terminal);
  }

  function lastDrawn({ stdout }: FakeTerminal): string[] {
    const last = stdout.text.split("\u001b[H").at(-1) ?? "";
    return stripVTControlCharacters(last).split("\r\n");
  }

  test.each([
    [40, 11],
    [30, 6],
    [20, 5],
    [10, 3],
    [3, 2],
    [1, 1],
  ])("%i columns, %i rows: it stays within them", async (columns, rows) => {
    for (const line of await screenOf(columns, rows)) {
      expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  test("with three rows: what the list is, what it holds, how the connection is", async () => {
    expect(await screenOf(30, 3)).toEqual([
      '"groceries": 1 todo',
      "2  [ ]  Bread of the d…  +home",
      "Live. Ctrl-C ends.",
    ]);
  });

  test("what fills a line is not cleared by what clears the rest of it", async () => {
    const terminal = terminalOf({ isTTY: true });
    const watching = run(["watch"], terminal);
    await terminal.stdout.until("Milk");
    terminal.interrupt();
    await watching;
    const drawn = terminal.stdout.text.split("\u001b[H").at(-1) ?? "";
    const [frame = ""] = drawn.split("\u001b[?2026l");
    for (const line of frame.split("\r\n")) {
      const cleared = ["\u001b[K", "\u001b[J"].map((clear) => line.lastIndexOf(clear));
      expect(Math.max(...cleared)).toBe(0);
    }
  });
});
