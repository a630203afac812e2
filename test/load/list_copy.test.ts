/** ListCopy: order is judged, and the copy is what the events make of it. */
import { expect, test } from "vitest";
import type { EventParams, List } from "../../shared/protocol/results.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import type { Change } from "../../shared/todo/todo_event.ts";
import { ListCopy } from "./list_copy.ts";

const MILK: Todo = { id: 1, title: "Milk", date: null, done: false, rev: 1 };
const EGGS: Todo = { id: 2, title: "Eggs", date: null, done: false, rev: 2 };

function list(seq: number, todos: readonly Todo[]): List {
  return { list: "l", title: "L", epoch: "e", seq, next: 9, todos };
}

function event(seq: number, change: Change): EventParams {
  return { list: "l", epoch: "e", seq, at: 1, by: "alice", pid: "<0.1.0>", ...change };
}

test("events in order are next, and make the list", () => {
  const copy = new ListCopy(list(1, [MILK]));
  expect(copy.apply(event(2, { op: "todo_added", todo: EGGS }))).toBe("next");
  expect(copy.apply(event(3, { op: "todo_updated", todo: { ...MILK, rev: 3 } }))).toBe("next");
  expect(copy.apply(event(4, { op: "todo_deleted", id: 2 }))).toBe("next");
  expect(copy.apply(event(5, { op: "list_renamed", title: "M" }))).toBe("next");
  expect(copy.seq).toBe(5);
  expect(copy.equals(list(5, [{ ...MILK, rev: 3 }]))).toBe(true);
});

test("a skipped seq is a gap, one that was had is a repeat and changes nothing", () => {
  const copy = new ListCopy(list(1, [MILK]));
  expect(copy.apply(event(1, { op: "todo_deleted", id: 1 }))).toBe("repeat");
  expect(copy.equals(list(1, [MILK]))).toBe(true);
  expect(copy.apply(event(3, { op: "todo_added", todo: EGGS }))).toBe("gap");
  expect(copy.apply(event(4, { op: "todo_deleted", id: 1 }))).toBe("next");
});

test("a todo more, less or other is seen", () => {
  const copy = new ListCopy(list(1, [MILK]));
  for (const todos of [[], [MILK, EGGS], [EGGS], [{ ...MILK, title: "Mylk" }]]) {
    expect(copy.equals(list(1, todos))).toBe(false);
  }
});
