/** The seed, hand-written: the answers of Elixir's 165 to 193, and the known faults of its call. */
import { describe, expect, test } from "vitest";
import * as TodoServer from "../../examples/seed_todo_server.ts";
import { exitProcess, type Pid, self, send, spawn } from "../../server/runtime/index.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { dead, downOf, drain, pass, runSharing as run } from "../runtime/world.ts";

type Server = Pid<TodoServer.Message>;

const DAY = "2017-06-20";
const NEXT_DAY = "2017-06-21";

function withTodos(...titles: readonly string[]): Server {
  const server = TodoServer.start();
  for (const title of titles) TodoServer.addTodo(server, { title, date: DAY });
  return server;
}

/** [[1, "one"], …], or "timeout". */
function* titles(server: Server, date = DAY) {
  const answer = yield* TodoServer.todos(server, date);
  return "error" in answer ? answer.error : answer.map(({ id, title }) => [id, title]);
}

/** The todos of the whole list as [id, title], and the next id. */
function* whole(server: Server) {
  const list = yield* TodoServer.list(server);
  if ("error" in list) throw new Error(list.error);
  return { all: [...TodoList.page(list, 0)].map(({ id, title }) => [id, title]), next: list.next };
}

describe("the server", () => {
  test("165 seed-start-gives-an-empty-list, 168 seed-todos-no-match", () => {
    const got = run(function* () {
      const server = TodoServer.start();
      return [
        yield* whole(server),
        yield* titles(server),
        yield* titles(withTodos("one"), NEXT_DAY),
      ];
    });
    expect(got).toEqual([{ all: [], next: 1 }, [], []]);
  });

  test("166 seed-add-then-todos", () => {
    const got = run(() => TodoServer.todos(withTodos("one", "two"), DAY));
    expect(got).toMatchObject([
      { date: DAY, id: 1, title: "one" },
      { date: DAY, id: 2, title: "two" },
    ]);
  });

  test("167 seed-todos-only-of-that-date", () => {
    const got = run(function* () {
      const server = withTodos("one");
      TodoServer.addTodo(server, { title: "other day", date: NEXT_DAY });
      return [yield* titles(server), yield* titles(server, NEXT_DAY)];
    });
    expect(got).toEqual([[[1, "one"]], [[2, "other day"]]]);
  });

  test("170 seed-update, 171 seed-update-missing-id-leaves-the-list", () => {
    const got = run(function* () {
      const server = withTodos("one", "two");
      TodoServer.updateTodo(server, 2, (todo) => ({ ...todo, title: "TWO" }));
      TodoServer.updateTodo(server, 99, () => {
        throw new Error("never called");
      });
      return yield* titles(server);
    });
    expect(got).toEqual([
      [1, "one"],
      [2, "TWO"],
    ]);
  });

  test("172 seed-delete, 173 seed-delete-missing-id, 174 seed-ids-never-reused", () => {
    const got = run(function* () {
      const server = withTodos("one", "two");
      for (const id of [1, 2, 99]) TodoServer.deleteTodo(server, id);
      TodoServer.addTodo(server, { title: "three", date: DAY });
      return yield* whole(server);
    });
    expect(got).toEqual({ all: [[3, "three"]], next: 4 });
  });

  test("175 seed-an-id-in-the-input-is-overwritten", () => {
    const got = run(function* () {
      const server = TodoServer.start();
      const input = { id: 77, title: "x", date: DAY };
      TodoServer.addTodo(server, input);
      return yield* titles(server);
    });
    expect(got).toEqual([[1, "x"]]);
  });

  test("176 seed-unknown-message-leaves-the-list: the catch-all clause", () => {
    const got = run(function* () {
      const server = withTodos("one");
      const before = yield* TodoServer.list(server);
      const me = self<unknown>();
      const unknown = [
        "what",
        { type: "add_todo" },
        { type: "list", caller: me, extra: 1 },
        { type: "todos", date: DAY },
        "text",
        42,
        null,
        undefined,
        [],
      ];
      for (const message of unknown) send(server as unknown as Pid<unknown>, message);
      return [(yield* TodoServer.list(server)) === before, yield* drain(20)];
    });
    expect(got).toEqual([true, []]);
  });

  test("177 seed-two-servers-are-independent, 193 seed-server-crash-loses-its-list-only", () => {
    const got = run(function* () {
      const [a, b] = [withTodos("in a"), withTodos("in b", "also in b")];
      TodoServer.deleteTodo(a, 1);
      const before = [yield* titles(a), yield* titles(b)];
      exitProcess(a, "kill");
      return [before, yield* titles(a), yield* titles(b)];
    });
    const inB = [
      [1, "in b"],
      [2, "also in b"],
    ];
    expect(got).toEqual([[[], inB], "timeout", inB]);
  });

  test("178 seed-casts-before-a-call-are-all-seen", () => {
    const got = run(function* () {
      const server = withTodos(...Array.from({ length: 200 }, (_, n) => `t${n}`));
      return [(yield* titles(server)).length, (yield* whole(server)).next];
    });
    expect(got).toEqual([200, 201]);
  });

  test("179 seed-list-is-a-snapshot", () => {
    const got = run(function* () {
      const server = withTodos("one");
      const snapshot = yield* TodoServer.list(server);
      TodoServer.addTodo(server, { title: "two", date: DAY });
      const later = yield* whole(server);
      return ["error" in snapshot ? snapshot.error : TodoList.size(snapshot), later.all.length];
    });
    expect(got).toEqual([1, 2]);
  });

  test("183 seed-call-keeps-other-mail", () => {
    const got = run(function* () {
      const server = withTodos("one");
      for (const message of ["before_1", "before_2"]) send(self<unknown>(), message);
      return [(yield* titles(server)).length, yield* drain()];
    });
    expect(got).toEqual([1, ["before_1", "before_2"]]);
  });

  test("184 seed-updater-runs-in-the-server-process", () => {
    const got = run(function* () {
      const server = withTodos("one");
      const ranIn: unknown[] = [];
      TodoServer.updateTodo(server, 1, (todo) => {
        ranIn.push(self());
        return todo;
      });
      yield* titles(server);
      return ranIn[0] === server && ranIn[0] !== self();
    });
    expect(got).toBe(true);
  });

  test("185 seed-updater-that-raises-ends-the-server", () => {
    const got = run(function* () {
      const server = withTodos("one");
      TodoServer.updateTodo(server, 1, () => {
        throw new RangeError("bad updater");
      });
      return [yield* downOf(server), yield* TodoServer.list(server, 20)];
    });
    expect(got).toMatchObject([
      { error: "RangeError", message: "bad updater" },
      { error: "timeout" },
    ]);
  });

  test("186, 187 an updater that drops or changes the id: here the todo keeps it", () => {
    const got = run(function* () {
      const server = withTodos("one");
      TodoServer.updateTodo(server, 1, ({ id: _dropped, ...rest }) => rest as Todo);
      TodoServer.updateTodo(server, 1, (todo) => ({ ...todo, id: 9 }));
      return yield* whole(server);
    });
    expect(got).toEqual({ all: [[1, "one"]], next: 2 });
  });

  test("188 a todo without a date is an undated one here, and does not end the server", () => {
    const got = run(function* () {
      const server = withTodos("dated");
      TodoServer.addTodo(server, { title: "no date" });
      return [yield* titles(server), (yield* whole(server)).all.length];
    });
    expect(got).toEqual([[[1, "dated"]], 2]);
  });

  test("192 seed-many-callers-no-lost-add", () => {
    const got = run(function* () {
      const server = TodoServer.start();
      for (let i = 0; i < 200; i++) {
        spawn(function* () {
          for (let j = 0; j < 5; j++) {
            TodoServer.addTodo(server, { title: `${i}.${j}`, date: DAY });
            if (j === i % 5) yield* pass(1);
          }
        });
      }
      yield* pass(10);
      const { all, next } = yield* whole(server);
      return [all.map(([id]) => id), next];
    });
    expect(got).toEqual([Array.from({ length: 1000 }, (_, n) => n + 1), 1001]);
  });
});

describe("the faults of its hand-written call, which are the seed's", () => {
  test("180, 181 seed-call-to-dead-server: one waits 5000 ms, or what one asked for", () => {
    const got = run(function* ({ clock }) {
      const server = (yield* dead()) as Server;
      const first = [yield* titles(server), clock.now()];
      return [first, yield* TodoServer.list(server, 60), clock.now()];
    });
    expect(got).toEqual([["timeout", 5000], { error: "timeout" }, 5060]);
  });

  test("182 seed-casts-to-dead-server-are-silent", () => {
    const got = run(function* () {
      const server = (yield* dead()) as Server;
      return [TodoServer.deleteTodo(server, 1), yield* drain(20)];
    });
    expect(got).toEqual([true, []]);
  });

  test("189 seed-pitfall-stale-reply-answers-the-next-call", () => {
    const got = run(function* () {
      const server = withTodos("old");
      const first = yield* TodoServer.todos(server, DAY, 0);
      TodoServer.addTodo(server, { title: "new", date: NEXT_DAY });
      yield* pass(150);
      return [first, yield* titles(server, NEXT_DAY), yield* titles(server, NEXT_DAY)];
    });
    expect(got).toEqual([{ error: "timeout" }, [[1, "old"]], [[2, "new"]]]);
  });

  test("190 seed-pitfall-forged-reply-is-believed", () => {
    const got = run(function* () {
      const server = withTodos("true");
      send(self<unknown>(), { type: "todo_entries", entries: [] });
      return [yield* titles(server), (yield* drain(10)).length];
    });
    expect(got).toEqual([[], 1]);
  });
});
