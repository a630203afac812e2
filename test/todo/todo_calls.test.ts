/**
 * TodoCalls: the client functions, from a process's point of view.
 */
import { describe, expect, test } from "vitest";
import { exitProcess, type Waiting } from "../../server/runtime/index.ts";
import * as TodoCalls from "../../server/todo/todo_calls.ts";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import { pass, take } from "../runtime/world.ts";
import { LIST, ListWorld } from "./list_world.ts";

const DAY = "2026-12-24";

describe("the client functions", () => {
  test("start, add, update, delete and read a list", () => {
    const got = run(function* (groceries) {
      const started = yield* TodoCalls.start(groceries, { title: " Food ", todos: [titled("a")] });
      const again = yield* TodoCalls.start(groceries);
      const added = yield* TodoCalls.addTodo(groceries, { title: "Milk", date: DAY, tags: ["x"] });
      const updated = yield* TodoCalls.updateTodo(groceries, 2, (todo) => ({
        ...todo,
        done: true,
      }));
      const deleted = yield* TodoCalls.deleteTodo(groceries, 1);
      const today = yield* TodoCalls.todos(groceries, DAY);
      const undated = yield* TodoCalls.todos(groceries, null);
      const all = yield* TodoCalls.list(groceries);
      return [started, again, added, updated, deleted, today, undated, all];
    });
    const milk = { id: 2, title: "Milk", date: DAY, done: true, rev: 3, tags: ["x"] };
    expect(got).toMatchObject([
      { ok: true, value: { list: LIST, seq: 1, created: true } },
      { ok: true, value: { list: LIST, seq: 1, created: false } },
      { ok: true, value: { id: 2, rev: 2, seq: 2 } },
      { ok: true, value: { todo: milk, changed: true, seq: 3 } },
      { ok: true, value: { changed: true, seq: 4 } },
      { ok: true, value: { todos: [milk], seq: 4 } },
      { ok: true, value: { todos: [], seq: 4 } },
      { ok: true, value: { title: "Food", seq: 4, next: 3, todos: [milk] } },
    ]);
  });

  test("read pages", () => {
    const got = run(function* (groceries) {
      yield* TodoCalls.start(groceries, { todos: ["a", "b", "c"].map(titled) });
      const first = yield* TodoCalls.list(groceries, { limit: 2 });
      const rest = yield* TodoCalls.list(groceries, { after: 2 });
      const one = yield* TodoCalls.todos(groceries, null, { after: 1, limit: 1 });
      return [first, rest, one].map(
        (page) => page.ok && page.value.todos.map(({ title }) => title),
      );
    });
    expect(got).toEqual([["a", "b"], ["c"], ["b"]]);
  });

  test("refuse as the wire does, with the same words", () => {
    const got = run(function* (groceries, world) {
      const none = yield* TodoCalls.list(groceries);
      yield* TodoCalls.start(groceries);
      const eve = { ...groceries, user: "eve" };
      return [
        none,
        yield* TodoCalls.addTodo(eve, titled("x")),
        yield* TodoCalls.start(eve),
        yield* TodoCalls.addTodo(groceries, titled("  ")),
        yield* TodoCalls.todos(groceries, "2017-02-30"),
        yield* TodoCalls.deleteTodo(groceries, 0),
        yield* TodoCalls.list({ ...groceries, list: "no such name" }),
        world.log.seqOf(LIST),
      ].map((one) => (typeof one === "object" && !one.ok ? [one.kind, one.message] : one));
    });
    expect(got).toEqual([
      ["not_found", "There is no such list, or it is not shared with you."],
      ["not_found", "There is no such list, or it is not shared with you."],
      ["forbidden", "This list id is taken; choose another or leave it out."],
      ["bad_args", expect.stringContaining("todo.title must be ")],
      ["bad_args", expect.stringContaining("date must be ")],
      ["bad_args", expect.stringContaining("id must be ")],
      ["bad_args", expect.stringContaining("list must be ")],
      0,
    ]);
  });
});

describe("updateTodo", () => {
  test("sets what the updater sets and unsets what it leaves out, but keeps the id", () => {
    const todo = { title: "Milk", date: DAY, notes: "n", priority: "high", tags: ["x"] } as const;
    const updater = ({ id, title, rev }: Todo): Todo => {
      return { id: id + 7, title: `${title}!`, date: null, done: true, rev, assignee: "bob" };
    };
    const got = run(function* (groceries) {
      yield* TodoCalls.start(groceries, { todos: [{ ...todo, assignee: "eve" }] });
      return yield* TodoCalls.updateTodo(groceries, 1, updater);
    });
    const changed = { id: 1, title: "Milk!", date: null, done: true, rev: 2, assignee: "bob" };
    expect(got).toEqual({ ok: true, value: { todo: changed, changed: true, seq: 2 } });
  });

  test("to the same is no change; of an unknown id it is not found and no updater runs", () => {
    const got = run(function* (groceries) {
      yield* TodoCalls.start(groceries, { todos: [titled("a"), titled("b")] });
      yield* TodoCalls.deleteTodo(groceries, 1);
      const same = yield* TodoCalls.updateTodo(groceries, 2, (todo) => todo);
      const never = (): never => {
        throw new Error("there is no todo to update");
      };
      const gone = yield* TodoCalls.updateTodo(groceries, 1, never);
      const beyond = yield* TodoCalls.updateTodo(groceries, 3, never);
      return [same, gone, beyond];
    });
    const missing = { ok: false, kind: "not_found", details: { what: "todo" } };
    expect(got).toMatchObject([{ value: { changed: false, seq: 3 } }, missing, missing]);
  });

  test("is tried again with the todo as it then is when others were faster", () => {
    const world = new ListWorld();
    const counts: number[] = [];
    const ten = Array.from({ length: 10 }, (_, n) => n);
    run(function* (groceries) {
      yield* TodoCalls.start(groceries, { todos: [titled("0")] });
    }, world);
    for (const _ of ten) {
      spawnCall(world, function* (groceries) {
        let tries = 0;
        const updated = yield* TodoCalls.updateTodo(groceries, 1, (todo) => {
          tries += 1;
          return { ...todo, title: String(Number(todo.title) + 1) };
        });
        if (updated.ok) counts.push(tries);
      });
    }
    commitUntilIdle(world);
    expect(counts).toEqual(ten.map((n) => n + 1)); // All had read before the first had written.
    const list = run((groceries) => TodoCalls.list(groceries), world);
    expect(list).toMatchObject({ value: { seq: 11, todos: [{ title: "10" }] } });
  });

  test("gives up after ten tries", () => {
    let tries = 0;
    const got = run(function* (groceries, world) {
      yield* TodoCalls.start(groceries, { todos: [titled("0")] });
      const rival = world.caller("alice");
      return yield* TodoCalls.updateTodo(groceries, 1, (todo) => {
        tries += 1;
        const change = { patch: { title: `rival ${tries}` } };
        rival.askSoon({ type: "update_todo", id: 1, change });
        return { ...todo, done: true };
      });
    });
    expect(got).toMatchObject({ ok: false, kind: "conflict", details: { todo: { rev: 11 } } });
    expect(tries).toBe(10);
  });

  test("whose updater makes no todo is refused", () => {
    const got = run(function* (groceries) {
      yield* TodoCalls.start(groceries, { todos: [titled("0")] });
      return yield* TodoCalls.updateTodo(groceries, 1, (todo) => ({ ...todo, title: "" }));
    });
    expect(got).toMatchObject({ ok: false, kind: "bad_args" });
  });
});

describe("a call", () => {
  test("that nobody answers in 5 s is a timeout, and its write may still happen", () => {
    const world = new ListWorld();
    world.shared();
    const outcomes: unknown[] = [];
    spawnCall(world, function* (groceries) {
      outcomes.push(yield* TodoCalls.addTodo(groceries, titled("a")));
    });
    world.pass(4999);
    expect(outcomes).toEqual([]);
    world.pass(1);
    expect(outcomes).toMatchObject([{ ok: false, kind: "timeout" }]);
    world.commit();
    expect([world.log.seqOf(LIST), outcomes.length]).toEqual([3, 1]);
  });

  test("whose list crashes is told at once; without lists at all, too", () => {
    const world = new ListWorld();
    const outcomes: unknown[] = [];
    spawnCall(world, function* (groceries) {
      outcomes.push(yield* TodoCalls.start(groceries));
      exitProcess(world.supervisor, "kill");
      outcomes.push(yield* TodoCalls.start(groceries));
    });
    world.settle();
    exitProcess(world.directory.find(LIST) ?? world.supervisor, "kill");
    world.settle();
    expect(outcomes).toMatchObject([
      { ok: false, kind: "crashed" },
      { ok: false, kind: "noproc" },
    ]);
  });

  test("to a list that falls asleep before the call gets to it is made again", () => {
    // A process that has had its share of a turn gives way before it calls; how much that is, is
    // the runtime's business: here some do and some do not.
    const shares = Array.from({ length: 20 }, (_, n) => 190 + n);
    const slept = shares.map((share) => {
      const world = new ListWorld();
      world.shared();
      let slept = false;
      const outcomes: unknown[] = [];
      spawnCall(world, function* (groceries) {
        yield* pass(IDLE_MS);
        for (let n = 0; n < share; n++) yield* take(0);
        for (const _portion of world.directory.sweep());
        const server = world.directory.find(LIST);
        outcomes.push(yield* TodoCalls.list(groceries));
        slept = server?.process === undefined;
      });
      world.pass(IDLE_MS);
      expect(outcomes).toMatchObject([{ ok: true, value: { seq: 2 } }]);
      return slept;
    });
    expect([slept.includes(true), slept.includes(false)]).toEqual([true, true]);
  });
});

/** Runs `body` in a process of alice's, commits following, to its end. */
function run<Value>(
  body: (groceries: TodoCalls.AskedList, world: ListWorld) => Waiting<Value>,
  world = new ListWorld(),
): Value {
  const outcome: { value?: Value } = {};
  spawnCall(world, function* (groceries) {
    outcome.value = yield* body(groceries, world);
  });
  commitUntilIdle(world);
  if (!("value" in outcome)) throw new Error("the process did not come to its end");
  return outcome.value as Value;
}

function spawnCall(
  world: ListWorld,
  body: (groceries: TodoCalls.AskedList) => Waiting<void>,
): void {
  const { directory } = world;
  world.runtime.spawn(() => body({ directory, list: LIST, user: "alice" }));
}

function commitUntilIdle(world: ListWorld): void {
  world.settle();
  while (world.log.queued > 0) world.commit();
}

function titled(title: string): { readonly title: string } {
  return { title };
}
