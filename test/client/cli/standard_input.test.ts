/** Command -: commands from standard input, over one connection. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CliWorld, failed, fine, jsonLines } from "./cli_world.ts";

let cli: CliWorld;
beforeEach(async () => {
  cli = await CliWorld.start();
});
afterEach(() => cli.remove());

test("each line is a command; all share one connection", async () => {
  const lines = [
    "start groceries",
    "",
    "  # two for tomorrow",
    "add 'Oat  milk' +home --date tomorrow",
    'add "Bread" # soon',
    "done 2",
    "ls",
  ];
  expect(await cli.piped(lines.join("\n"), "-")).toEqual(
    fine(
      'Started "groceries". Add to it with `todo add TITLE`.',
      'Added 1 "Oat milk" for 2026-11-26 to "groceries".',
      'Added 2 "Bread" to "groceries".',
      'Done: 2 "Bread".',
      '"groceries": 2 todos, 1 done',
      "1  [ ]  Oat milk  2026-11-26  +home",
      "2  [x]  Bread",
    ),
  );
  expect(cli.server.connections).toHaveLength(1);
});

test("nothing at all is fine and connects to nobody", async () => {
  expect(await cli.piped("\n# nothing\n", "-")).toEqual(fine());
  expect(cli.server.connections).toHaveLength(0);
});

test("lines go on with the list used last, whatever happens elsewhere", async () => {
  await cli.todo("start", "groceries");
  await cli.todo("start", "work");
  cli.answers.add_todo = () => {
    cli.file("state/todo/last_lists.json", "[]"); // Another command's doing.
    return undefined;
  };
  const lines = "add Milk --list groceries\nadd Bread";
  expect((await cli.piped(lines, "-")).out).toBe(
    'Added 1 "Milk" to "groceries".\nAdded 2 "Bread" to "groceries".\n',
  );
});

describe("a line that fails", () => {
  const lines = "start groceries\ndone 7\nadd Milk\nls --bogus\nadd Bread";

  test("is the last one and gives the exit code", async () => {
    expect(await cli.piped(lines, "-")).toEqual({
      exit: 1,
      out: 'Started "groceries". Add to it with `todo add TITLE`.\n',
      err: 'Line 2: There is no todo 7 in "groceries". `todo ls` shows those there are.\n',
    });
  });

  test("with --keep-going the others are run, the exit code is that of the first", async () => {
    const { exit, out, err } = await cli.piped(lines, "-", "--keep-going");
    expect(exit).toBe(1);
    expect(out).toContain('Added 1 "Milk"');
    expect(out).toContain('Added 2 "Bread"');
    expect(err).toBe(
      'Line 2: There is no todo 7 in "groceries". `todo ls` shows those there are.\n' +
        "Line 4: Unknown option '--bogus'. See `todo --help`.\n",
    );
  });

  test.each([
    ["add 'Milk", "A ' has no end: end it on its line, or quote it."],
    ["add Milk\\", "A \\ has no end: end it on its line, or quote it."],
    ["ls --as bob", "--as is for all lines alike: give it to the command that reads them."],
    ["ls --url x", "--url is for all lines alike: give it to the command that reads them."],
    ["-", "Standard input is being read already: leave out the -."],
    ["watch", "watch does not end by itself: run it as a command of its own."],
    ["nonsense", "Unknown command 'nonsense'. See `todo --help`."],
  ])("%j: wrong usage", async (line, sentence) => {
    expect(await cli.piped(line, "-")).toEqual(failed(2, `Line 1: ${sentence}`));
  });

  test("delete asks nobody: the lines come from where the answer would", async () => {
    const terminal = cli.terminal("alice", {}, { isTTY: true, input: "start a\ndelete a\ny" });
    const { exit, err } = await cli.run(terminal, "-");
    expect(exit).toBe(2);
    expect(err).toBe('Line 2: Nobody can be asked here: to delete "a" say --yes.\n');
    expect(cli.world.lists.size).toBe(1);
  });

  test("no server: the first line that needs one says so", async () => {
    await cli.server.stop();
    const { exit, err } = await cli.piped("# hello\nls", "-");
    expect(exit).toBe(3);
    expect(err).toMatch(/^Line 2: The server at ws:[^\n]* cannot be reached\. [^\n]*\n$/);
    await cli.restart();
  });
});

describe("--json and --quiet", () => {
  test("given to - are for all lines; each outcome names its line", async () => {
    const { exit, out } = await cli.piped("start a\n\nadd x\ndone 1 7", "-", "--json");
    expect(exit).toBe(1);
    expect(jsonLines(out)).toMatchObject([
      { line: 1, list: "list-1", created: true },
      { line: 3, id: 1, title: "x" },
      { line: 4, id: 1, changed: true },
      { line: 4, id: 7, error: { kind: "not_found" } },
    ]);
    const unended = await cli.piped("add '", "-", "--json");
    expect(jsonLines(unended.out)).toMatchObject([{ line: 1, error: { kind: "usage" } }]);
  });

  test("given to a line are for it alone", async () => {
    const { out } = await cli.piped("start a\nadd x --quiet\nls --json\nrm 1", "-");
    expect(out.split("\n")).toEqual([
      'Started "a". Add to it with `todo add TITLE`.',
      "1",
      expect.stringContaining('{"line":3,"list":"list-1","id":1,'),
      'Deleted 1 from "a".',
      "",
    ]);
  });
});
