/** The seed with GenServer: the same answers, without the faults of the hand-written call. */
import { describe, expect, test } from "vitest";
import * as TodoServer from "../../examples/seed_gen_server.ts";
import {
  exitProcess,
  type Pid,
  type Runtime,
  self,
  send,
  spawn,
} from "../../server/runtime/index.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { dead, drain, pass, runSharing as run } from "../runtime/world.ts";

const DAY = "2017-06-20";
const NEXT_DAY = "2017-06-21";

function withTodos(runtime: Runtime, ...titles: readonly string[]): TodoServer.Server {
  const started = TodoServer.start(runtime);
  if (!started.ok) throw new Error("it did not start");
  for (const title of titles) TodoServer.addTodo(started.pid, { title, date: DAY });
  return started.pid;
}

/** [[1, "one"], …], or the error. */
function* titles(server: TodoServer.Server, date = DAY) {
  const answer = yield* TodoServer.todos(server, date);
  return answer.ok ? answer.value.map(({ id, title }) => [id, title]) : answer.error;
}

test("add, update, delete, todos and list answer as the hand-written server does", () => {
  const got = run(function* ({ runtime }) {
    const server = withTodos(runtime, "one", "two", "three");
    TodoServer.addTodo(server, { title: "other day", date: NEXT_DAY });
    TodoServer.updateTodo(server, 2, (todo) => ({ ...todo, title: "TWO" }));
    TodoServer.deleteTodo(server, 1);
    const list = yield* TodoServer.list(server);
    const dated = [yield* titles(server), yield* titles(server, NEXT_DAY)];
    return [...dated, list.ok && [TodoList.size(list.value), list.value.next]];
  });
  const first = [
    [2, "TWO"],
    [3, "three"],
  ];
  expect(got).toEqual([first, [[4, "other day"]], [3, 5]]);
});

test("it may begin with todos", () => {
  const got = run(function* ({ runtime }) {
    const started = TodoServer.start(runtime, [{ title: "x", date: DAY }]);
    return started.ok ? yield* titles(started.pid) : started.reason;
  });
  expect(got).toEqual([[1, "x"]]);
});

test("176 seed-unknown-message-leaves-the-list", () => {
  const got = run(function* ({ runtime }) {
    const server = withTodos(runtime, "one");
    const before = yield* TodoServer.list(server);
    for (const message of ["what", { type: "add_todo" }, 42, null, undefined]) {
      send(server as Pid<unknown>, message);
    }
    const after = yield* TodoServer.list(server);
    return [before.ok && after.ok && before.value === after.value, yield* drain(20)];
  });
  expect(got).toEqual([true, []]);
});

describe("where the hand-written call errs", () => {
  test("180 a dead server is heard of at once, not after 5000 ms", () => {
    const got = run(function* ({ clock }) {
      return [yield* titles((yield* dead()) as TodoServer.Server), clock.now()];
    });
    expect(got).toEqual(["noproc", 0]);
  });

  test("and one that dies during the call too, with the reason", () => {
    const got = run(function* ({ runtime, clock }) {
      const server = withTodos(runtime, "one");
      TodoServer.updateTodo(server, 1, () => {
        throw new RangeError("bad updater");
      });
      return [yield* titles(server), clock.now()];
    });
    expect(got).toMatchObject([{ error: "RangeError", message: "bad updater" }, 0]);
  });

  test("189 a late reply is dropped and never answers the next call", () => {
    const got = run(function* ({ runtime }) {
      const server = withTodos(runtime, "old");
      const first = yield* TodoServer.todos(server, DAY, 0);
      TodoServer.addTodo(server, { title: "new", date: NEXT_DAY });
      yield* pass(150);
      return [first, yield* titles(server, NEXT_DAY), yield* titles(server), yield* drain(10)];
    });
    expect(got).toEqual([{ ok: false, error: "timeout" }, [[2, "new"]], [[1, "old"]], []]);
  });

  test("190 a forged reply is not believed: it is mail like any other", () => {
    const got = run(function* ({ runtime }) {
      const server = withTodos(runtime, "true");
      const forged = { type: "todo_entries", entries: [] };
      send(self<unknown>(), forged);
      return [yield* titles(server), yield* drain()];
    });
    expect(got).toEqual([[[1, "true"]], [{ type: "todo_entries", entries: [] }]]);
  });

  test("a caller that is killed while it waits harms neither the server nor other callers", () => {
    const got = run(function* ({ runtime }) {
      const server = withTodos(runtime, "one");
      const caller = spawn(function* () {
        yield* titles(server);
      });
      yield* pass(0);
      exitProcess(caller, "kill");
      return yield* titles(server);
    });
    expect(got).toEqual([[1, "one"]]);
  });
});
