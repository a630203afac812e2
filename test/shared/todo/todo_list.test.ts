/**
 * TodoList, the seed's module: held against a plain Map, and its cost counted in nodes.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NewTodo, Todo } from "../../../shared/todo/todo.ts";
import * as TodoList from "../../../shared/todo/todo_list.ts";

const DATES = [null, "2026-11-22", "2026-11-23", "0001-01-01", "9999-12-31"] as const;
const dates = fc.constantFrom(...DATES);
const ids = fc.integer({ min: 1, max: 40 });

type Step =
  | { op: "add"; date: string | null }
  | { op: "move"; id: number; date: string | null }
  | { op: "tick"; id: number }
  | { op: "put"; id: number; date: string | null }
  | { op: "delete"; id: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant("add" as const), date: dates }),
    fc.record({ op: fc.constant("move" as const), id: ids, date: dates }),
    fc.record({ op: fc.constant("tick" as const), id: ids }),
    fc.record({ op: fc.constant("put" as const), id: ids, date: dates }),
    fc.record({ op: fc.constant("delete" as const), id: ids }),
  ),
  { maxLength: 80 },
);

function take(list: TodoList.T, step: Step): TodoList.T {
  switch (step.op) {
    case "add":
      return TodoList.addTodo(list, { title: "a", date: step.date });
    case "move":
      return TodoList.updateTodo(list, step.id, (todo) => ({ ...todo, date: step.date }));
    case "tick":
      return TodoList.updateTodo(list, step.id, (todo) => ({ ...todo, done: !todo.done }));
    case "put":
      return TodoList.put(list, todo(step.id, step.date));
    case "delete":
      return TodoList.deleteTodo(list, step.id);
    default:
      return step satisfies never;
  }
}

/** The plainest list there is: a Map, and the next id. */
interface Model {
  readonly todos: ReadonlyMap<number, Todo>;
  readonly next: number;
}

function takeModel({ todos, next }: Model, step: Step): Model {
  if (step.op === "add") return put({ todos, next }, { ...todo(next, step.date), title: "a" });
  if (step.op === "put") return put({ todos, next }, todo(step.id, step.date));
  const old = todos.get(step.id);
  if (old === undefined) return { todos, next };
  if (step.op === "move") return put({ todos, next }, { ...old, date: step.date });
  if (step.op === "tick") return put({ todos, next }, { ...old, done: !old.done });
  return { todos: new Map([...todos].filter(([id]) => id !== step.id)), next };
}

function put({ todos, next }: Model, added: Todo): Model {
  return { todos: new Map(todos).set(added.id, added), next: Math.max(next, added.id + 1) };
}

function todo(id: number, date: string | null): Todo {
  return { id, title: "p", date, done: false, rev: 0 };
}

function ascending({ todos }: Model): Todo[] {
  return [...todos.values()].sort((a, b) => a.id - b.id);
}

describe("against a plain Map", () => {
  test("every version holds what its Map holds, also after later changes", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        let list = TodoList.create();
        let model: Model = { todos: new Map(), next: 1 };
        const versions: [TodoList.T, Model][] = [[list, model]];
        for (const step of taken) {
          list = take(list, step);
          model = takeModel(model, step);
          versions.push([list, model]);
        }
        for (const [version, expected] of versions) {
          expect([...TodoList.page(version, 0)]).toEqual(ascending(expected));
          expect(TodoList.size(version)).toBe(expected.todos.size);
          expect(version.next).toBe(expected.next);
          for (const date of DATES) {
            const ofDate = ascending(expected).filter((each) => each.date === date);
            expect(TodoList.todos(version, date)).toEqual(ofDate);
          }
        }
      }),
    );
  });

  test("pages go on above any id", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 60 }), dates, (taken, after, date) => {
        const list = taken.reduce(take, TodoList.create());
        const model = taken.reduce(takeModel, { todos: new Map(), next: 1 });
        const above = ascending(model).filter(({ id }) => id > after);
        expect([...TodoList.page(list, after)]).toEqual(above);
        const ofDate = above.filter((each) => each.date === date);
        expect([...TodoList.todosAfter(list, date, after)]).toEqual(ofDate);
      }),
    );
  });

  test("a list that was put together from another's todos is equal to it", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const list = taken.reduce(take, TodoList.create());
        const copy = [...TodoList.page(list, 0)].reduce(TodoList.put, TodoList.create());
        expect({ ...copy, next: list.next }).toEqual(list);
        expect(TodoList.restore([...TodoList.page(list, 0)], list.next)).toEqual(list);
      }),
    );
  });
});

describe("the seed's functions", () => {
  const milk: NewTodo = { title: "Milk", date: "2026-11-22" };
  const bread: NewTodo = { title: "Bread" };

  test("create gives out ids in order, from 1", () => {
    const list = TodoList.create([milk, bread]);
    expect([...TodoList.page(list, 0)]).toEqual([
      { id: 1, title: "Milk", date: "2026-11-22", done: false, rev: 0 },
      { id: 2, title: "Bread", date: null, done: false, rev: 0 },
    ]);
    expect(list.next).toBe(3);
  });

  test("an id is not given out again, not even that of the last todo", () => {
    const list = TodoList.addTodo(TodoList.deleteTodo(TodoList.create([milk]), 1), bread);
    expect([...TodoList.page(list, 0)].map(({ id }) => id)).toEqual([2]);
  });

  test("addTodo takes the rev it is given", () => {
    expect(TodoList.get(TodoList.addTodo(TodoList.create(), milk, 57), 1)?.rev).toBe(57);
  });

  test("updateTodo keeps the id, whatever the updater returns", () => {
    const list = TodoList.updateTodo(TodoList.create([milk, bread]), 1, (old) => ({
      ...old,
      id: 2,
      title: "Oat milk",
    }));
    expect([...TodoList.page(list, 0)].map(({ id, title }) => [id, title])).toEqual([
      [1, "Oat milk"],
      [2, "Bread"],
    ]);
  });

  test("what changes nothing gives the same list", () => {
    const list = TodoList.create([milk]);
    expect(TodoList.updateTodo(list, 2, (old) => ({ ...old, done: true }))).toBe(list);
    expect(TodoList.updateTodo(list, 1, (old) => old)).toBe(list);
    expect(TodoList.deleteTodo(list, 2)).toBe(list);
    expect(TodoList.deleteTodo(list, Number.MAX_SAFE_INTEGER)).toBe(list);
  });

  test("the largest id is 2^32 - 1", () => {
    const last = todo(2 ** 32 - 1, "2026-11-22");
    const list = TodoList.put(TodoList.create([milk]), last);
    expect(TodoList.todos(list, "2026-11-22").map(({ id }) => id)).toEqual([1, last.id]);
    expect([...TodoList.todosAfter(list, "2026-11-22", 1)]).toEqual([last]);
    expect(TodoList.todos(TodoList.deleteTodo(list, last.id), "2026-11-22")).toHaveLength(1);
    expect(() => TodoList.addTodo(list, bread)).toThrow("0..2^32-1");
  });

  test("todos of a day that has none, or that is none, are none", () => {
    const list = TodoList.create([milk]);
    expect(TodoList.todos(list, null)).toEqual([]);
    expect(TodoList.todos(list, "2026-11-23")).toEqual([]);
    expect(TodoList.todos(list, "soon")).toEqual([]);
  });
});

describe("cost", () => {
  /** Every object that a list is made of, arrays included, todos too. */
  function partsOf(value: unknown, found = new Set<unknown>()): Set<unknown> {
    if (typeof value !== "object" || value === null || found.has(value)) return found;
    found.add(value);
    for (const part of Object.values(value)) partsOf(part, found);
    return found;
  }

  const listOf = (dateOf: (index: number) => string | null) =>
    TodoList.create(Array.from({ length: 10_000 }, (_, i) => ({ title: "t", date: dateOf(i) })));
  const day = (index: number) => `2026-01-${String((index % 28) + 1).padStart(2, "0")}`;

  test.each([
    ["one date", listOf(() => "2026-11-22")],
    ["no date", listOf(() => null)],
    ["many dates", listOf(day)],
  ])("a change of 10,000 todos with %s makes few new parts", (_, list) => {
    const old = partsOf(list);
    for (const changed of [
      TodoList.addTodo(list, { title: "x", date: "2026-11-22" }),
      TodoList.updateTodo(list, 5000, (each) => ({ ...each, date: "2027-02-01" })),
      TodoList.updateTodo(list, 5000, (each) => ({ ...each, done: true })),
      TodoList.deleteTodo(list, 5000),
    ]) {
      const made = [...partsOf(changed)].filter((part) => !old.has(part));
      expect(made.length).toBeLessThanOrEqual(32);
      for (const part of made) {
        if (Array.isArray(part)) expect(part.length).toBeLessThanOrEqual(32);
      }
    }
  });

  test("an update that keeps the date makes one path of new parts and shares the index", () => {
    const list = listOf(day);
    const old = partsOf(list);
    const changed = TodoList.updateTodo(list, 5000, (each) => ({ ...each, done: true }));
    expect(changed.byDate).toBe(list.byDate);
    // The list, its map, three nodes with their arrays, the todo.
    const now = partsOf(changed);
    expect([...now].filter((part) => !old.has(part))).toHaveLength(9);
    expect([...old].filter((part) => !now.has(part))).toHaveLength(9);
  });

  test("todos(date) looks at no todo of another date", () => {
    const others = listOf(() => "2026-11-22");
    const list = TodoList.addTodo(others, { title: "mine", date: "2026-11-23" });
    const met: number[] = [];
    const watched = { ...list, todos: watch(list.todos, met) };
    expect(TodoList.todos(watched, "2026-11-23").map(({ id }) => id)).toEqual([10_001]);
    expect(met.length).toBeLessThan(10);
  });

  /** The same map, each reading of a node's slot put down in `met`. */
  function watch<Part extends object>(part: Part, met: number[]): Part {
    return new Proxy(part, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (Array.isArray(target)) met.push(Number(name));
        return typeof value === "object" && value !== null ? watch(value, met) : value;
      },
    });
  }
});
