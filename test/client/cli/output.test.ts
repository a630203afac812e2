/** Output: JSON and ids of every command, and when there are colours. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CliWorld, jsonLines, type Ran } from "./cli_world.ts";

let cli: CliWorld;
let todo: (...args: string[]) => Promise<Ran>;
beforeEach(async () => {
  cli = await CliWorld.start();
  todo = cli.todo;
  await todo("start", "groceries");
  await todo("add", "Milk");
});
afterEach(() => cli.remove());

const MILK = { id: 1, title: "Milk", date: null, done: false, rev: 1 };

describe("--json prints a line per outcome or entry", () => {
  const list = "list-1";
  test.each([
    [["start", "work"], [{ list: "list-2", title: "work", created: true, seq: 0 }]],
    [["add", "Bread"], [{ list, title: "Bread", id: 2, rev: 2, seq: 2 }]],
    [["ls"], [{ list, ...MILK }]],
    [["show", "1"], [{ list, list_title: "groceries", ...MILK }]],
    [["lists"], [{ list, title: "groceries", role: "owner", seq: 1, count: 1 }]],
    [["done", "1"], [{ id: 1, changed: true, seq: 2, todo: { ...MILK, done: true, rev: 2 } }]],
    [["undone", "1"], [{ id: 1, changed: false, seq: 1, todo: MILK }]],
    [
      ["rm", "1", "7"],
      [
        { id: 1, changed: true, seq: 2 },
        { id: 7, changed: false, seq: 2 },
      ],
    ],
    [["members"], [{ list, user: "alice", role: "owner" }]],
    [["rename", "g", "food"], [{ list, title: "food", changed: true, seq: 2 }]],
    [["delete", "g", "--yes"], [{ list, title: "groceries", deleted: true }]],
  ])("%j", async (args, values) => {
    const { exit, out, err } = await todo("--json", ...args);
    expect({ exit, err, values: jsonLines(out) }).toEqual({ exit: 0, err: "", values });
  });

  test("share, unshare and restore", async () => {
    const both = [
      { user: "alice", role: "owner" },
      { user: "bob", role: "editor" },
    ];
    const shared = await todo("share", "g", "bob", "--json");
    expect(jsonLines(shared.out)).toMatchObject([{ list, changed: true, members: both }]);
    const unshared = await todo("unshare", "g", "bob", "--json");
    expect(jsonLines(unshared.out)).toMatchObject([{ list, members: [{ user: "alice" }] }]);
    await todo("delete", "g", "--yes");
    expect(jsonLines((await todo("restore", "g", "--json")).out)).toMatchObject([{ list }]);
  });

  test("a failure is a line too, beside its sentence", async () => {
    const { exit, out, err } = await todo("done", "7", "1", "--json");
    const message = 'There is no todo 7 in "groceries". `todo ls` shows those there are.';
    expect(jsonLines(out)).toMatchObject([
      { id: 7, error: { kind: "not_found", message } },
      { id: 1, changed: true },
    ]);
    expect({ exit, err }).toEqual({ exit: 1, err: `${message}\n` });
    const usage = await todo("ls", "--bogus", "--json");
    expect(usage.err).toBe("Unknown option '--bogus'. See `todo --help`.\n");
    const unknown = await todo("--json", "ls", "--list", "nope");
    expect(jsonLines(unknown.out)).toMatchObject([{ error: { kind: "refused" } }]);
  });
});

describe("--quiet prints ids alone", () => {
  test.each([
    [["start", "work"], "list-2\n"],
    [["add", "Bread"], "2\n"],
    [["ls"], "1\n"],
    [["show", "1"], "1\n"],
    [["lists"], "list-1\n"],
    [["done", "1"], "1\n"],
    [["edit", "1", "Oat"], "1\n"],
    [["rm", "1"], "1\n"],
    [["members"], "alice\n"],
    [["share", "g", "bob"], "list-1\n"],
    [["rename", "g", "food"], "list-1\n"],
    [["delete", "g", "--yes"], "list-1\n"],
    [["ls", "--date", "today"], ""],
  ])("%j", async (args, out) => {
    expect(await todo(...args, "-q")).toEqual({ exit: 0, out, err: "" });
  });
});

describe("colours", () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  ])("terminal %j, variables %j: %j", async (isTTY, env, coloured) => {
    const terminal = cli.terminal("alice", env, { isTTY });
    const { out } = await cli.run(terminal, "ls");
    expect(out.includes("\u001b[")).toBe(coloured);
    const json = cli.terminal("alice", env, { isTTY });
    expect((await cli.run(json, "ls", "--json")).out).not.toContain("\u001b");
  });

  test("on a terminal no line is wider than it", async () => {
    await todo("add", `long ${"word ".repeat(40)}`);
    const { out } = await cli.run(cli.terminal("alice", { NO_COLOR: "1" }, { isTTY: true }), "ls");
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(60);
    expect(out).toContain("…");
  });
});
