/**
 * Snapshot: the texts come back as the list they were made of.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { headOf, partsOf, stateOf, todosBytesOf, todosOf } from "../../server/storage/snapshot.ts";
import type { Role, Todo } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";

const aTodo: fc.Arbitrary<Omit<Todo, "id">> = fc.record(
  {
    title: fc.string({ unit: "grapheme", maxLength: 20 }),
    date: fc.constantFrom(null, "2026-12-24", "0001-01-01", "9999-12-31"),
    done: fc.boolean(),
    rev: fc.integer({ min: 1, max: 1e9 }),
    notes: fc.string({ minLength: 1 }),
    priority: fc.constantFrom("high" as const, "low" as const),
    tags: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ["title", "date", "done", "rev"] },
);

const aState: fc.Arbitrary<ListState> = fc
  .record({
    title: fc.string({ unit: "grapheme" }),
    seq: fc.integer({ min: 1, max: 1e9 }),
    todos: fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 1e6 }), todo: aTodo }), {
      selector: ({ id }) => id,
      maxLength: 40,
    }),
    next: fc.integer({ min: 0, max: 9 }),
    members: fc.dictionary(fc.string(), fc.constantFrom<Role>("owner", "editor", "viewer")),
  })
  .map(({ todos, next, members, ...rest }) => {
    const list = todos
      .map(({ id, todo }) => ({ id, ...todo }))
      .reduce(TodoList.put, TodoList.create());
    return {
      ...rest,
      todos: { ...list, next: list.next + next },
      members: new Map(Object.entries(members)),
    };
  });

/** The texts, read again. */
function again(state: ListState): ListState {
  const parts = [...partsOf(state)];
  const snapshot = { seq: state.seq, at: 1, head: headOf(state), parts };
  return stateOf(snapshot, parts.flatMap(todosOf));
}

test("a list comes back as it was: todos, next id, title, members in their order, seq", () => {
  fc.assert(
    fc.property(aState, (state) => {
      const back = again(state);
      expect(back).toEqual(state);
      expect([...back.members]).toEqual([...state.members]);
      const bytes = [...TodoList.page(state.todos, 0)].map((todo) =>
        Buffer.byteLength(JSON.stringify(todo)),
      );
      const counted = [...partsOf(state)].map((part) => todosBytesOf(part, todosOf(part).length));
      const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
      expect(sum(counted)).toBe(sum(bytes));
    }),
  );
});

function listOf(count: number, notes: string): ListState {
  const todos = Array.from({ length: count }, () => ({ title: "Milk", notes }));
  return { title: "", seq: 1, todos: TodoList.create(todos), members: new Map() };
}

test("parts are of 500 todos at most, and end once they are longer than 64 Ki", () => {
  const countsOf = (state: ListState) => [...partsOf(state)].map((part) => todosOf(part).length);
  expect(countsOf(listOf(0, ""))).toEqual([]);
  expect(countsOf(listOf(1001, ""))).toEqual([500, 500, 1]);
  expect(countsOf(listOf(20, "n".repeat(10_000)))).toEqual([7, 7, 6]);
  expect(again(listOf(1001, ""))).toEqual(listOf(1001, ""));
});
