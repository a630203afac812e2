/** Commands: what each prints, keeps, refuses and exits with, against a server of raw frames. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CliWorld, fine, type Ran } from "./cli_world.ts";

let cli: CliWorld;
let todo: (...args: string[]) => Promise<Ran>;
beforeEach(async () => {
  cli = await CliWorld.start();
  todo = cli.todo;
});
afterEach(() => cli.remove());

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
  expect(await todo("done", "1", "1")).toEqual(
    fine('Done: 1 "Milk".', '1 "Milk" was done already.'),
  );
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
  expect(await todo("undone", "1", "1")).toEqual(
    fine('Open again: 1 "Milk".', '1 "Milk" was open already.'),
  );
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
    expect(cli.world.lists.size).toBe(2);
    expect((await todo("add", "Milk")).out).toContain('to "groceries"');
  });

  test("the one named last is used on, for each user and each server apart", async () => {
    await todo("start", "groceries");
    await todo("start", "work");
    await todo("ls", "--list", "groceries");
    expect((await todo("ls")).out).toContain('"groceries"');
    await cli.run(cli.terminal("bob"), "start", "bobs");
    expect((await todo("ls")).out).toContain('"groceries"');
    const kept = JSON.parse(
      readFileSync(join(cli.folder, "state", "todo", "last_lists.json"), "utf8"),
    );
    expect(kept).toEqual([
      { url: cli.server.url, user: "bob", list: "list-3" },
      { url: cli.server.url, user: "alice", list: "list-1" },
    ]);
  });

  test("without one named or used: the only one; of several, or none, a sentence", async () => {
    expect(await todo("ls")).toEqual({
      exit: 2,
      out: "",
      err: "You have no list yet. Make one with `todo start TITLE`.\n",
    });
    await todo("start", "groceries");
    const fresh = () => cli.terminal("alice", { XDG_STATE_HOME: join(cli.folder, "fresh") });
    expect((await cli.run(fresh(), "ls")).exit).toBe(0);
    await todo("start", "work");
    expect(await cli.run(fresh(), "ls")).toEqual({
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
  expect((await cli.run(cli.terminal("bob"), "ls", "--list", "groc")).exit).toBe(0);
  expect(await todo("share", "groceries", "b b")).toMatchObject({ exit: 2 });
  expect(await todo("share", "groceries", "bob", "--role", "king")).toMatchObject({ exit: 2 });
});

describe("marks in the words", () => {
  test("add puts tags, priority and assignee on; with --tags both", async () => {
    await todo("start", "groceries");
    await todo("add", "Oat", "milk", "+home", "!high", "@bob", "--tags", "x,home");
    await todo("add", "\\+home is a tag", "--date", "fri");
    expect(await todo("ls")).toEqual(
      fine(
        '"groceries": 2 todos',
        "1  [ ]  Oat milk                    !high  +home +x @bob",
        "2  [ ]  +home is a tag  2026-11-27",
      ),
    );
  });

  test("edit takes new words, adds their tags, and leaves what is not said", async () => {
    await todo("start", "groceries");
    await todo("add", "Milk +a !high", "--date", "today");
    expect(await todo("edit", "1", "Oat milk", "+b")).toEqual(fine('Changed 1 "Oat milk".'));
    expect(await todo("edit", "1", "+c")).toEqual(fine('Changed 1 "Oat milk".'));
    expect(await todo("edit", "1", "--title", "+1 litre")).toEqual(fine('Changed 1 "+1 litre".'));
    expect((await todo("ls")).out).toContain("1  [ ]  +1 litre  2026-11-25  !high  +a +b +c\n");
    expect(await todo("edit", "1", "!high")).toEqual(fine('1 "+1 litre" was so already.'));
  });
});

test("a tag with a blank in it is seen to be one", async () => {
  await todo("start", "groceries");
  await todo("add", "Milk", "--tags", "a b,c");
  expect((await todo("ls")).out).toContain('1  [ ]  Milk  +"a b" +c\n');
  expect((await todo("show", "1")).out).toContain('tags  +"a b" +c\n');
});

test("a state folder that cannot be made keeps nobody from anything", async () => {
  const nowhere = { XDG_STATE_HOME: "/proc/nowhere/c" };
  const { exit, err } = await cli.run(cli.terminal("alice", nowhere), "start", "groceries");
  expect({ exit, err }).toEqual({ exit: 0, err: "" });
});

test("what others wrote is made visible, in tables and in sentences", async () => {
  await todo("start", "groceries");
  const evil = "a\u001b]0;x\u0007\u202eb\nc";
  cli.world.change("list-1", { op: "list_renamed", title: evil });
  const todoOf = {
    id: 1,
    title: evil,
    date: null,
    done: false,
    rev: 2,
    tags: [evil],
    assignee: evil,
  };
  cli.world.change("list-1", { op: "todo_added", todo: todoOf });
  for (const args of [["ls"], ["lists"], ["done", "1"], ["rm", "7"], ["add", "x"]]) {
    const { out } = await todo(...args);
    expect(out, args[0]).toContain("a␛]0;x␇\\u{202e}b␊c");
    expect(out, args[0]).not.toContain("\u001b");
    expect(out, args[0]).not.toContain("\u202e");
  }
});
