/** Commands that read: show, today, log, status. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AgendaList, EventParams } from "../../../shared/protocol/results.ts";
import type { Todo } from "../../../shared/todo/todo.ts";
import type { Change } from "../../../shared/todo/todo_event.ts";
import { CliWorld, failed, fine, jsonLines, type Ran } from "./cli_world.ts";

let cli: CliWorld;
let todo: (...args: string[]) => Promise<Ran>;
beforeEach(async () => {
  cli = await CliWorld.start();
  todo = cli.todo;
  await todo("start", "Groceries");
});
afterEach(() => cli.remove());

function todoOf(id: number, title: string, more: Partial<Todo> = {}): Todo {
  return { id, title, date: null, done: false, rev: id, ...more };
}

describe("show", () => {
  test("all of one todo, and its notes below", async () => {
    const marks = ["--priority", "high", "--tags", "a,b", "--assignee", "bob"];
    await todo("add", "Milk", "--date", "2026-11-24", "--notes", "rye\n\nno\ttabs", ...marks);
    expect(await todo("show", "1")).toEqual(
      fine(
        "1  [ ]  Milk",
        'list      "Groceries" (list-1)',
        "date      2026-11-24, overdue",
        "priority  high",
        "tags      +a +b",
        "assignee  @bob",
        "rev       1",
        "",
        "rye",
        "",
        "no␉tabs",
      ),
    );
  });

  test("what is not set has no line", async () => {
    await todo("add", "Milk");
    await todo("done", "1");
    const lines = ["1  [x]  Milk", 'list  "Groceries" (list-1)', "rev   2"];
    expect(await todo("show", "1")).toEqual(fine(...lines));
  });

  test("one that is not there, also between others", async () => {
    for (const title of ["a", "b", "c"]) await todo("add", title);
    await todo("rm", "2");
    for (const id of ["2", "4"]) {
      expect(await todo("show", id)).toEqual(
        failed(1, `There is no todo ${id} in "Groceries". \`todo ls\` shows those there are.`),
      );
    }
  });
});

describe("today", () => {
  const late = todoOf(3, "Bread", { date: "2026-11-20" });
  const now = todoOf(7, "Milk", { date: "2026-11-25", tags: ["home"] });
  const groceries = { list: "list-1", title: "Groceries", seq: 9 };
  const work = { list: "list-2", title: "Work", seq: 2 };

  test("all lists, what is overdue marked", async () => {
    const lists: AgendaList[] = [
      { ...groceries, todos: [late, now] },
      { ...work, todos: [todoOf(1, "Report", { date: "2026-11-25" })] },
    ];
    cli.answers.agenda = () => ({ result: { lists } });
    expect(await todo("today")).toEqual(
      fine(
        '"Groceries": 2 todos, 1 overdue',
        "3  [ ]  Bread  2026-11-20  overdue",
        "7  [ ]  Milk   2026-11-25           +home",
        '"Work": 1 todo',
        "1  [ ]  Report  2026-11-25",
      ),
    );
    expect(jsonLines((await todo("today", "--json")).out)).toEqual([
      { ...late, list: "list-1", list_title: "Groceries", overdue: true },
      { ...now, list: "list-1", list_title: "Groceries", overdue: false },
      expect.objectContaining({ list: "list-2", title: "Report" }),
    ]);
    expect((await todo("today", "--quiet")).out).toBe("list-1 3\nlist-1 7\nlist-2 1\n");
  });

  test("asks up to today, and goes on within the list that a page ended in", async () => {
    const asked: unknown[] = [];
    const pages = [
      { lists: [{ ...groceries, todos: [late] }], more: true },
      { lists: [{ ...groceries, todos: [now] }], more: true },
      { lists: [{ ...work, todos: [todoOf(1, "Report", { date: "2026-11-25" })] }] },
    ];
    cli.answers.agenda = ({ params }) => {
      asked.push(params);
      return { result: pages[asked.length - 1] };
    };
    expect((await todo("today")).out.split("\n").filter((line) => line.startsWith('"'))).toEqual([
      '"Groceries": 2 todos, 1 overdue',
      '"Work": 1 todo',
    ]);
    expect(asked).toEqual([
      { to: "2026-11-25" },
      { to: "2026-11-25", after: "list-1", after_id: 3 },
      { to: "2026-11-25", after: "list-1", after_id: 7 },
    ]);
  });

  test("lists that the server cannot read are said: exit code 1", async () => {
    const asked: unknown[] = [];
    const pages = [
      { lists: [], missing: ["list-0"], more: true },
      { lists: [{ ...groceries, todos: [now] }], missing: ["list-0"], more: true },
      { lists: [], missing: ["list-3"] },
    ];
    cli.answers.agenda = ({ params }) => {
      asked.push(params);
      return { result: pages[(asked.length - 1) % pages.length] };
    };
    const sentence = "2 lists cannot be read at present: list-0, list-3. Try again in a moment.";
    expect(await todo("today")).toEqual({
      exit: 1,
      out: '"Groceries": 1 todo\n7  [ ]  Milk  2026-11-25  +home\n',
      err: `${sentence}\n`,
    });
    expect(asked).toEqual([
      { to: "2026-11-25" },
      { to: "2026-11-25", after: "list-0" },
      { to: "2026-11-25", after: "list-1", after_id: 7 },
    ]);
    expect(jsonLines((await todo("today", "--json")).out)).toEqual([
      { ...now, list: "list-1", list_title: "Groceries", overdue: false },
      { missing: ["list-0", "list-3"], error: { kind: "refused", message: sentence } },
    ]);
  });

  test("that nothing is to do is not said when a list could not be read", async () => {
    cli.answers.agenda = () => ({ result: { lists: [], missing: ["list-1"] } });
    expect(await todo("today")).toEqual(
      failed(1, "1 list cannot be read at present: list-1. Try again in a moment."),
    );
  });

  test("nothing to do is said", async () => {
    cli.answers.agenda = () => ({ result: { lists: [] } });
    expect(await todo("today")).toEqual(fine("Nothing is to be done by today."));
    expect(await todo("today", "--json")).toEqual({ exit: 0, out: "", err: "" });
  });
});

describe("log", () => {
  function happened(...changes: Change[]): void {
    for (const change of changes) {
      const seq = cli.events.length + 1;
      const at = new Date(2026, 10, 25, 9, seq % 60).getTime();
      const where = { list: "list-1", epoch: "e", seq, at, by: "bob", pid: "<0.5.0>" };
      cli.events.push({ ...where, ...change } as EventParams);
    }
  }

  test("newest first, and says what a todo was before", async () => {
    happened(
      { op: "todo_added", todo: todoOf(1, "Milk") },
      { op: "todo_updated", todo: todoOf(1, "Oat milk") },
      { op: "todo_updated", todo: todoOf(1, "Oat milk", { done: true }) },
      { op: "todo_deleted", id: 1 },
      { op: "member_set", user: "eve", role: "viewer" },
    );
    expect(await todo("log")).toEqual(
      fine(
        "2026-11-25 09:05  bob made eve viewer",
        '2026-11-25 09:04  bob deleted 1 "Oat milk"',
        '2026-11-25 09:03  bob ticked off 1 "Oat milk"',
        '2026-11-25 09:02  bob renamed 1 "Milk" to "Oat milk"',
        '2026-11-25 09:01  bob added 1 "Milk"',
      ),
    );
    expect((await todo("log", "--quiet", "--limit", "2")).out).toBe("5\n4\n");
    expect(jsonLines((await todo("log", "--json", "--limit", "1")).out)).toEqual([cli.events[4]]);
  });

  test("--limit says how many lines, over pages; 20 without it", async () => {
    for (let id = 1; id <= 1200; id++) {
      happened({ op: "todo_added", todo: todoOf(id, `t${id}`) });
    }
    const lines = async (...args: string[]) => (await todo("log", ...args)).out.split("\n");
    expect(await lines()).toHaveLength(21);
    const many = await lines("--limit", "1100");
    expect(many).toHaveLength(1101);
    expect(many.at(-2)).toContain('added 101 "t101"');
    expect(await todo("log", "--limit", "0")).toEqual(
      failed(2, '--limit wants a number from 1 on; "0" came.'),
    );
  });

  test("of a list to which nothing has happened", async () => {
    expect(await todo("log")).toEqual(fine('Nothing has happened to "Groceries" yet.'));
  });
});

describe("status", () => {
  test("says who one is to which server, and what it takes", async () => {
    const { exit, out, err } = await todo("status");
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    expect(out.replace(/[0-9.]+ ms/, "N ms")).toBe(
      fine(
        `server       ${cli.server.url}, reachable, answers in N ms`,
        "version      0, protocol 1, node todo@fake",
        "you are      alice, as <0.7.0>",
        "profile      none",
        "data folder  ./data",
        "token        from TODO_TOKEN",
        "limits       message_bytes 65536, in_flight 256, subscriptions 1000",
      ).out,
    );
    expect(jsonLines((await todo("status", "--json")).out)).toMatchObject([
      { reachable: true, url: cli.server.url, user: "alice", pid: "<0.7.0>", profile: null },
    ]);
    expect((await todo("status", "-q")).out).toBe("<0.7.0>\n");
  });

  test("a server elsewhere gets no token unasked, and status says so", async () => {
    const env = { TODO_URL: "ws://nowhere.invalid", TODO_TOKEN: "", TODO_DATA: "/d" };
    expect((await cli.run(cli.terminal("alice", env), "status")).out).toContain(
      "data folder  /d\ntoken        none\n",
    );
  });

  test("without a server: what was tried, then the sentence", async () => {
    await cli.server.stop();
    const sentence =
      `The server at ${cli.server.url} cannot be reached. ` +
      "Start one with `npm start`, or name another with --url.";
    expect(await todo("status")).toEqual({
      exit: 3,
      out: fine(
        `server       ${cli.server.url}, not connected`,
        "profile      none",
        "data folder  ./data",
        "token        from TODO_TOKEN",
      ).out,
      err: `${sentence}\n`,
    });
    expect(jsonLines((await todo("status", "--json")).out)).toEqual([
      { reachable: false, url: cli.server.url, profile: null, data: "./data" },
      { error: { kind: "unreachable", message: sentence } },
    ]);
    await cli.restart();
  });
});
