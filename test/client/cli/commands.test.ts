/** Commands: what each prints, keeps, refuses and exits with, against a server of raw frames. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../../../client/cli/program.ts";
import { createTokens } from "../../../server/auth/tokens.ts";
import { FakeServer, type FakeServerOptions, refusal } from "../support/fake_server.ts";
import { FakeTerminal } from "../support/fake_terminal.ts";
import { TodoWorld } from "../support/todo_world.ts";

let folder = "";
let world = new TodoWorld();
let server: FakeServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "todo-cli-"));
  world = new TodoWorld();
  server = await FakeServer.start({ answer: (...call) => world.answer(...call) });
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function terminalOf(user: string, env: Record<string, string> = {}): FakeTerminal {
  const token = { TODO_TOKEN: `token-of-${user}` };
  return new FakeTerminal({ TODO_URL: server.url, XDG_STATE_HOME: folder, ...token, ...env });
}

/** Runs `todo` as alice. */
async function todo(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  return todoWith(terminalOf("alice"), ...args);
}

async function todoWith(terminal: FakeTerminal, ...args: string[]) {
  const exit = await run(args, terminal);
  return { exit, out: terminal.stdout.text, err: terminal.stderr.text };
}

function fine(out: string) {
  return { exit: 0, out: `${out}\n`, err: "" };
}

async function restart(options: FakeServerOptions): Promise<void> {
  await server.stop();
  server = await FakeServer.start(options);
}

test("a day with todo: start, add, ls, done, edit, rm", async () => {
  expect(await todo("start", "groceries")).toEqual(
    fine('Started "groceries". Add to it with `todo add TITLE`.'),
  );
  expect(await todo("add", "Milk", "--date", "2026-12-24")).toEqual(
    fine('Added 1 "Milk" for 2026-12-24 to "groceries".'),
  );
  expect(await todo("add", "Two", "words", "--date", "tomorrow", "--tags", "a, b")).toEqual(
    fine('Added 2 "Two words" for 2026-11-26 to "groceries".'),
  );
  expect(await todo("add", "Later", "--priority", "high", "--assignee", "bob")).toMatchObject({
    exit: 0,
  });
  expect(await todo("done", "1", "1")).toEqual(fine('Done: 1 "Milk".\n1 "Milk" was done already.'));
  expect(await todo("ls")).toEqual(
    fine(
      [
        '"groceries": 3 todos, 1 done',
        "1  [x]  Milk       2026-12-24",
        "2  [ ]  Two words  2026-11-26         +a +b",
        "3  [ ]  Later                  !high  @bob",
      ].join("\n"),
    ),
  );
  expect(await todo("edit", "2", "--title", "Three", "--date", "none", "--tags", "")).toEqual(
    fine('Changed 2 "Three".'),
  );
  expect(await todo("edit", "1", "--undone")).toEqual(fine('Changed 1 "Milk".'));
  expect(await todo("ls", "--date", "none")).toMatchObject({
    out: expect.stringContaining('"groceries" without a date: 2 todos\n2  [ ]  Three\n'),
  });
  expect(await todo("rm", "1", "9")).toEqual(
    fine('Deleted 1 from "groceries".\nThere is no todo 9 in "groceries": nothing to delete.'),
  );
});

describe("which list", () => {
  test("start of a title that one has takes that list and says so", async () => {
    await todo("start", "groceries");
    await todo("start", "work");
    expect(await todo("start", "groceries")).toEqual(
      fine('You already have "groceries", as its owner: it is used from now on.'),
    );
    expect(world.lists.size).toBe(2);
    expect((await todo("add", "Milk")).out).toContain('to "groceries"');
  });

  test("the one named last is used on, for each user and each server apart", async () => {
    await todo("start", "groceries");
    await todo("start", "work");
    await todo("ls", "--list", "groceries");
    expect((await todo("ls")).out).toContain('"groceries"');
    await todoWith(terminalOf("bob"), "start", "bobs");
    expect((await todo("ls")).out).toContain('"groceries"');
    const kept = JSON.parse(readFileSync(join(folder, "todo-actors", "last_lists.json"), "utf8"));
    expect(kept).toEqual([
      { url: server.url, user: "bob", list: "list-3" },
      { url: server.url, user: "alice", list: "list-1" },
    ]);
  });

  test("without one named or used: the only one; of several, or none, a sentence", async () => {
    expect(await todo("ls")).toEqual({
      exit: 2,
      out: "",
      err: "You have no list yet. Make one with `todo start TITLE`.\n",
    });
    await todo("start", "groceries");
    const fresh = () => terminalOf("alice", { XDG_STATE_HOME: join(folder, "fresh") });
    expect((await todoWith(fresh(), "ls")).exit).toBe(0);
    await todo("start", "work");
    expect(await todoWith(fresh(), "ls")).toEqual({
      exit: 2,
      out: "",
      err: 'You have 2 lists, name one with --list: "groceries" (list-1), "work" (list-2).\n',
    });
  });

  test("a name is a title, an id or how a title begins; case seldom matters", async () => {
    for (const title of ["Garden", "garden", "Groceries", "Work"]) await todo("start", title);
    const named = async (name: string) => (await todo("ls", "--list", name)).out.split("\n")[0];
    expect(await named("garden")).toBe('"garden": 0 todos');
    expect(await named("Garden")).toBe('"Garden": 0 todos');
    expect(await named("list-4")).toBe('"Work": 0 todos');
    expect(await named("groc")).toBe('"Groceries": 0 todos');
    expect(await named("WORK")).toBe('"Work": 0 todos');
  });

  test("an ambiguous name is said with the candidates, an unknown with what to do", async () => {
    await todo("start", "Work at home");
    await todo("start", "Work elsewhere");
    expect(await todo("ls", "--list", "work")).toEqual({
      exit: 2,
      out: "",
      err:
        '"work" fits 2 lists, name one by its id: ' +
        '"Work at home" (list-1), "Work elsewhere" (list-2).\n',
    });
    expect(await todo("add", "x", "--list", "nope")).toEqual({
      exit: 1,
      out: "",
      err: 'You have no list named "nope". `todo lists` shows those you have.\n',
    });
  });

  test("lists marks the one in use", async () => {
    expect((await todo("lists")).out).toBe(
      "You have no list yet. Make one with `todo start TITLE`.\n",
    );
    await todo("start", "groceries");
    await todo("start", "work");
    await todo("add", "x");
    expect((await todo("lists")).out).toBe(
      "   groceries  0 todos  owner  list-1\n*  work        1 todo  owner  list-2\n",
    );
  });
});

test("share lets another user in, who finds the list by its title", async () => {
  await todo("start", "groceries");
  expect(await todo("share", "groceries", "bob")).toEqual(
    fine('bob is now editor of "groceries".'),
  );
  expect(await todo("share", "groceries", "bob")).toEqual(
    fine('bob was editor of "groceries" already.'),
  );
  expect((await todo("share", "groceries", "bob", "--role", "viewer")).out).toContain("now viewer");
  expect((await todoWith(terminalOf("bob"), "ls", "--list", "groc")).exit).toBe(0);
  expect(await todo("share", "groceries", "b b")).toMatchObject({ exit: 2 });
  expect(await todo("share", "groceries", "bob", "--role", "king")).toMatchObject({ exit: 2 });
});

describe("--json prints a line per outcome", () => {
  const lines = (out: string) =>
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  test("of every command", async () => {
    const start = await todo("--json", "start", "groceries");
    expect(lines(start.out)).toEqual([
      { list: "list-1", title: "groceries", created: true, seq: 0 },
    ]);
    const add = await todo("add", "Milk", "--json");
    expect(lines(add.out)).toEqual([{ list: "list-1", title: "Milk", id: 1, rev: 1, seq: 1 }]);
    const ls = await todo("ls", "--json");
    const milk = { id: 1, title: "Milk", date: null, done: false, rev: 1 };
    expect(lines(ls.out)).toEqual([{ list: "list-1", title: "groceries", seq: 1, todos: [milk] }]);
    const done = await todo("done", "1", "7", "--json");
    expect(lines(done.out)).toMatchObject([
      { id: 1, changed: true, seq: 2 },
      { id: 7, error: { kind: "not_found" } },
    ]);
    expect(done.exit).toBe(1);
    expect(lines((await todo("lists", "--json")).out)[0].lists).toHaveLength(1);
    expect(lines((await todo("share", "groceries", "bob", "--json")).out)).toMatchObject([
      { changed: true, members: [{ user: "alice" }, { user: "bob" }] },
    ]);
  });
});

describe("wrong usage is one sentence and exit code 2", () => {
  test.each([
    [
      ["ls", "--date", "2026-02-30"],
      'A date is a day like 2026-12-24, today, tomorrow or none; "2026-02-30" came.',
    ],
    [["done", "one"], 'An ID is the number that `todo ls` shows before a todo; "one" came.'],
    [["done", "0"], 'An ID is the number that `todo ls` shows before a todo; "0" came.'],
    [["edit", "1"], "Say what to change, as in `todo edit 12 --title TITLE --date tomorrow`."],
    [["add", "  "], "A title is "],
    [["add", "x", "--assignee", "b b"], "--assignee wants a user name"],
    [["add"], "Missing required argument 'title'. See `todo --help`."],
    [["lss"], "Unknown command 'lss' (Did you mean ls?). See `todo --help`."],
    [["ls", "--bogus"], "Unknown option '--bogus'. See `todo --help`."],
    [["ls", "--as", "b b"], "--as wants a user name"],
    [
      ["ls", "--as", "bob"],
      "TODO_TOKEN is a token of alice, not of bob: unset it or leave out --as.",
    ],
    [["ls", "--url", "x"], '--url wants one like ws://127.0.0.1:4000/socket; "x" came.'],
    [
      ["ls", "--url", "ws://h/socket?token=t"],
      "--url wants no token, user or query; a token goes in TODO_TOKEN.",
    ],
  ])("%j", async (args, sentence) => {
    const { exit, out, err } = await todo(...args);
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
    expect(err).toContain(sentence);
    expect(err).toMatch(/^[^\n]*\.\n$/);
  });
});

describe("exit codes of what the server says", () => {
  test.each([
    ["forbidden", 4],
    ["list_full", 1],
    ["bad_args", 1],
    ["overloaded", 1],
    ["crashed", 1],
    ["read_only", 1],
    ["timeout", 3],
  ])("%s: %i", async (kind, exit) => {
    await todo("start", "groceries");
    const lists = world.answer;
    await restart({
      answer: (message, connection) =>
        message.method === "lists" ? lists(message, connection) : refusal(kind, { applied: "no" }),
    });
    const refused = await todo("add", "x", "--list", "groceries");
    expect(refused).toMatchObject({ exit, out: "" });
    expect(refused.err).toMatch(/^The fake server says [a-z_]+\.[^\n]*\n$/);
  });

  test("a todo that is not there: 1, and the others are done all the same", async () => {
    await todo("start", "groceries");
    await todo("add", "Milk");
    expect(await todo("done", "9", "1")).toEqual({
      exit: 1,
      out: 'Done: 1 "Milk".\n',
      err: 'There is no todo 9 in "groceries". `todo ls` shows those there are.\n',
    });
  });

  test("no server: 3", async () => {
    await server.stop();
    const { exit, err } = await todo("ls");
    expect(exit).toBe(3);
    expect(err).toBe(
      `The server at ${server.url} cannot be reached. ` +
        "Start one with `npm start`, or name another with --url.\n",
    );
    server = await FakeServer.start();
  });

  test("a token that the server does not take: 4", async () => {
    await restart({
      greet(connection) {
        connection.push("bye", { code: 4401, reason: "A valid token is wanted." });
        connection.close(4401, "A valid token is wanted.");
      },
    });
    expect(await todo("ls")).toMatchObject({
      exit: 4,
      err: expect.stringMatching(
        /^The token in TODO_TOKEN is expired or not one of ws:.*npm run -s token/,
      ),
    });
    const none = await todoWith(terminalOf("alice", { TODO_TOKEN: "", TODO_DATA: folder }), "ls");
    expect(none).toMatchObject({
      exit: 4,
      err: expect.stringContaining("No token was found: There is no "),
    });
    createTokens(folder);
    const other = await todoWith(terminalOf("alice", { TODO_TOKEN: "", TODO_DATA: folder }), "ls");
    expect(other).toMatchObject({
      exit: 4,
      err: expect.stringContaining("has another data folder than"),
    });
  });
});

describe("without TODO_TOKEN a token is minted from the data folder", () => {
  async function sentFor(...args: string[]): Promise<unknown> {
    const data = join(folder, "data");
    const opened = createTokens(data);
    if (!opened.ok) throw new Error(opened.message);
    await restart({
      answer: () => ({ result: { lists: [] } }),
      greet(connection) {
        connection.push("welcome", { user: "whoever", limits: { message_bytes: 65_536 } });
      },
    });
    const terminal = new FakeTerminal({
      TODO_URL: server.url,
      XDG_STATE_HOME: folder,
      TODO_DATA: data,
    });
    await run(["lists", ...args], terminal);
    const token = server.connection.request.headers.authorization?.replace("Bearer ", "") ?? "";
    return opened.tokens.verify(token);
  }

  test("for the system's user", async () => {
    expect(await sentFor()).toMatchObject({ ok: true, identity: { user: "sys" } });
  });

  test("or for --as", async () => {
    expect(await sentFor("--as", "bob")).toMatchObject({ ok: true, identity: { user: "bob" } });
  });
});

test("what others wrote is made visible, in tables and in sentences", async () => {
  await todo("start", "groceries");
  const evil = "a\u001b]0;x\u0007\u202eb\nc";
  world.change("list-1", { op: "list_renamed", title: evil });
  const todoOf = {
    id: 1,
    title: evil,
    date: null,
    done: false,
    rev: 2,
    tags: [evil],
    assignee: evil,
  };
  world.change("list-1", { op: "todo_added", todo: todoOf });
  for (const args of [["ls"], ["lists"], ["done", "1"], ["rm", "7"], ["add", "x"]]) {
    const { out } = await todo(...args);
    expect(out, args[0]).toContain("a␛]0;x␇\\u{202e}b␊c");
    expect(out, args[0]).not.toContain("\u001b");
    expect(out, args[0]).not.toContain("\u202e");
  }
});
