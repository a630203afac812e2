/**
 * EventRow: what the log keeps of an event.
 */
import { expect, test } from "vitest";
import { eventRow } from "../../server/todo/event_row.ts";
import { type Change, empty } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";

const BY = { seq: 7, at: 1_763_800_000_000, by: "alice", pid: "<0.7.0>" };
const todo = { id: 1, title: '"},\u2028\\ é😀', date: null, done: false, rev: 7 };
const STATE = { ...empty("Groceries", "alice"), todos: TodoList.create([{ title: "Milk" }]) };

const CHANGES: readonly Change[] = [
  { op: "todo_added", todo },
  { op: "todo_updated", todo: { ...todo, notes: "a\nb\tc" } },
  { op: "todo_deleted", id: 12 },
  { op: "list_renamed", title: todo.title },
  { op: "member_set", user: "bob", role: "viewer" },
  { op: "member_removed", user: "bob" },
];

test.each(CHANGES)("$op's body is the change alone", (change) => {
  const row = eventRow({ ...change, ...BY }, STATE, "k");
  expect(JSON.parse(row.body)).toEqual(change);
  expect(row).toMatchObject({ seq: 7, at: BY.at, user: "alice", pid: BY.pid, key: "k", count: 1 });
});

test("the log's indexes are told of memberships and titles, and of nothing else", () => {
  const told = CHANGES.map((change) => {
    const { member, title } = eventRow({ ...change, ...BY }, STATE, null);
    return { member, title };
  });
  expect(told).toEqual([
    {},
    {},
    {},
    { title: todo.title },
    { member: { user: "bob", role: "viewer" } },
    { member: { user: "bob", role: null } },
  ]);
});
