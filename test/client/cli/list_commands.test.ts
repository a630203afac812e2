/** Commands about lists and their members: rename, delete, restore, members, unshare. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refusal } from "../support/fake_server.ts";
import { CliWorld, failed, fine, type Ran } from "./cli_world.ts";

let cli: CliWorld;
let todo: (...args: string[]) => Promise<Ran>;
beforeEach(async () => {
  cli = await CliWorld.start();
  todo = cli.todo;
  await todo("start", "Groceries");
  await todo("add", "Milk");
});
afterEach(() => cli.remove());

test("rename gives another title, and says so when it has it already", async () => {
  expect(await todo("rename", "groc", "Food", "and", "drink")).toEqual(
    fine('"Groceries" is now "Food and drink".'),
  );
  expect(await todo("rename", "food", "Food and drink")).toEqual(
    fine('"Food and drink" has this title already.'),
  );
  expect((await todo("ls")).out).toContain('"Food and drink": 1 todo');
});

describe("delete", () => {
  const typed = (input: string) => cli.terminal("alice", {}, { isTTY: true, input });
  const question = 'Delete "Groceries" with 1 todo for all its members? [y/N] ';

  test.each(["y", "YES "])("on a terminal asks first; %j deletes", async (answer) => {
    expect(await cli.run(typed(answer), "delete", "Groceries")).toEqual({
      exit: 0,
      out: 'Deleted "Groceries". For 30 days `todo restore` brings it back.\n',
      err: question,
    });
    expect(cli.world.lists.size).toBe(0);
  });

  test.each(["n", "", "yess"])("another answer, %j, leaves the list", async (answer) => {
    expect(await cli.run(typed(answer), "delete", "Groceries")).toEqual({
      exit: 0,
      out: '"Groceries" is left as it is.\n',
      err: question,
    });
    expect(cli.world.lists.size).toBe(1);
  });

  test("without a terminal wants --yes", async () => {
    expect(await todo("delete", "Groceries")).toEqual(
      failed(2, 'Nobody can be asked here: to delete "Groceries" say --yes.'),
    );
    expect(cli.world.lists.size).toBe(1);
    expect((await todo("delete", "Groceries", "--yes")).exit).toBe(0);
    expect(cli.world.lists.size).toBe(0);
  });
});

describe("restore", () => {
  test("finds a deleted list by its title and is then about it", async () => {
    await todo("delete", "Groceries", "--yes");
    await todo("start", "Work");
    expect(await todo("lists", "--deleted")).toEqual(
      fine("   Groceries  1 todo  owner  deleted 2026-11-24  list-1"),
    );
    expect(await todo("restore", "groc")).toEqual(fine('"Groceries" is back, with 1 todo.'));
    expect((await todo("ls")).out).toContain('"Groceries": 1 todo');
    expect(await todo("lists", "--deleted")).toEqual(
      fine("You have no deleted list that can be restored."),
    );
  });

  test("of two with the same title the id chooses", async () => {
    await todo("start", "Groceries 2");
    for (const title of ["Groceries", "Groceries 2"]) await todo("delete", title, "--yes");
    expect(await todo("restore", "gro")).toEqual(
      failed(
        2,
        '"gro" fits 2 lists, name one by its id: ' +
          '"Groceries" (list-1), "Groceries 2" (list-2).',
      ),
    );
    expect((await todo("restore", "list-2")).out).toContain('"Groceries 2" is back');
  });

  test("an unknown one is said with what to do", async () => {
    expect(await todo("restore", "Groceries")).toEqual(
      failed(
        1,
        'You have no deleted list named "Groceries". ' +
          "`todo lists --deleted` shows those that can be restored.",
      ),
    );
  });
});

describe("members", () => {
  test("of the list named, or of the one used last", async () => {
    await todo("share", "Groceries", "bob", "--role", "viewer");
    const both = fine("alice  owner", "bob    viewer");
    expect(await todo("members", "groc")).toEqual(both);
    expect(await todo("members")).toEqual(both);
  });

  test("unshare takes one out, or says that there was none", async () => {
    await todo("share", "Groceries", "bob");
    expect(await todo("unshare", "Groceries", "bob")).toEqual(
      fine('bob is no longer a member of "Groceries".'),
    );
    expect(await todo("unshare", "Groceries", "bob")).toEqual(
      fine('bob was no member of "Groceries".'),
    );
    expect(await todo("unshare", "Groceries", "b b")).toMatchObject({ exit: 2, out: "" });
  });

  test("one may leave", async () => {
    await todo("share", "Groceries", "bob");
    expect(await cli.run(cli.terminal("bob"), "unshare", "Groceries", "bob")).toEqual(
      fine('You are no longer a member of "Groceries".'),
    );
  });

  test("the last owner may not, and is told what the server says", async () => {
    cli.answers.unshare = () => refusal("forbidden", { applied: "no" });
    expect(await todo("unshare", "Groceries", "alice")).toEqual(
      failed(
        4,
        "The fake server says forbidden. Ask an owner of the list for the role that it needs.",
      ),
    );
  });
});
