/**
 * TodoEvent: the fold that server, replica and simulator share.
 */
import { describe, expect, test } from "vitest";
import type { Todo } from "../../../shared/todo/todo.ts";
import type { Change } from "../../../shared/todo/todo_event.ts";
import * as TodoEvent from "../../../shared/todo/todo_event.ts";
import * as TodoList from "../../../shared/todo/todo_list.ts";

const MILK: Todo = { id: 1, title: "Milk", date: "2026-11-22", done: false, rev: 1 };

/** The state after these changes, numbered from 1. */
function folded(changes: readonly Change[], title = "Groceries"): TodoEvent.ListState {
  return changes.reduce(
    (state, change) => TodoEvent.apply(state, { ...change, seq: state.seq + 1 }),
    TodoEvent.empty(title, "alice"),
  );
}

describe("empty", () => {
  test("has the owner as its only member, and no event yet", () => {
    const state = TodoEvent.empty("Groceries", "alice");
    expect([...state.members]).toEqual([["alice", "owner"]]);
    expect([state.title, state.seq, TodoList.size(state.todos)]).toEqual(["Groceries", 0, 0]);
  });

  test("has no member when nobody is named", () => {
    expect(TodoEvent.empty("Groceries").members.size).toBe(0);
  });
});

describe("apply", () => {
  test("todo_added and todo_updated put the todo as it is after them", () => {
    const done = { ...MILK, done: true, rev: 2 };
    const state = folded([
      { op: "todo_added", todo: MILK },
      { op: "todo_updated", todo: done },
    ]);
    expect([...TodoList.page(state.todos, 0)]).toEqual([done]);
    expect([state.seq, state.todos.next]).toEqual([2, 2]);
  });

  test("todo_deleted takes the todo out and keeps its id taken", () => {
    const state = folded([
      { op: "todo_added", todo: MILK },
      { op: "todo_deleted", id: 1 },
    ]);
    expect([TodoList.size(state.todos), state.todos.next, state.seq]).toEqual([0, 2, 2]);
  });

  test("list_renamed changes the title", () => {
    expect(folded([{ op: "list_renamed", title: "Food" }]).title).toBe("Food");
  });

  test("member_set adds a member or changes its role, member_removed takes it out", () => {
    const shared: Change[] = [
      { op: "member_set", user: "bob", role: "viewer" },
      { op: "member_set", user: "bob", role: "editor" },
    ];
    expect([...folded(shared).members]).toEqual([
      ["alice", "owner"],
      ["bob", "editor"],
    ]);
    const left = folded([...shared, { op: "member_removed", user: "bob" }]);
    expect([...left.members.keys()]).toEqual(["alice"]);
  });

  test("an op that is not known moves seq and changes nothing else", () => {
    const before = folded([{ op: "todo_added", todo: MILK }]);
    const strange = { op: "todo_pinned", id: 1, seq: 2 } as unknown as Change & { seq: number };
    expect(TodoEvent.apply(before, strange)).toEqual({ ...before, seq: 2 });
  });

  test("leaves the state it was given as it was", () => {
    const before = folded([{ op: "todo_added", todo: MILK }]);
    const members = new Map(before.members);
    for (const change of [
      { op: "todo_deleted", id: 1 },
      { op: "list_renamed", title: "Food" },
      { op: "member_set", user: "bob", role: "viewer" },
      { op: "member_removed", user: "alice" },
    ] satisfies Change[]) {
      TodoEvent.apply(before, { ...change, seq: 2 });
    }
    expect(before.members).toEqual(members);
    expect([before.title, before.seq]).toEqual(["Groceries", 1]);
    expect(TodoList.get(before.todos, 1)).toBe(MILK);
  });
});

test("isKnown tells the ops of this version from others", () => {
  const ops = ["todo_added", "todo_updated", "todo_deleted", "list_renamed", "member_set"];
  expect([...ops, "member_removed"].every((op) => TodoEvent.isKnown({ op }))).toBe(true);
  expect(["", "todo_starred", "toString"].some((op) => TodoEvent.isKnown({ op }))).toBe(false);
});
