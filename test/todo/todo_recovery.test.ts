/**
 * TodoRecovery: the list as the log has it.
 */
import { describe, expect, test } from "vitest";
import { recover } from "../../server/todo/todo_recovery.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { BIRTH, row } from "../storage/samples.ts";

const MILK = { id: 1, title: "Milk", date: null, done: false, rev: 1 };

function rowOf(seq: number, change: object) {
  return row(seq, { body: JSON.stringify(change) });
}

describe("recover", () => {
  test("a birth alone is an empty list at seq 0 with its owner", () => {
    const { epoch, state, lastAt } = recover(BIRTH, []);
    expect([epoch, state.title, state.seq, lastAt]).toEqual(["e1", "Groceries", 0, BIRTH.at]);
    expect([...state.members]).toEqual([["alice", "owner"]]);
  });

  test("folds all events, and remembers the last for those who come back", () => {
    const { state, recent, lastAt } = recover(BIRTH, [
      rowOf(1, { op: "todo_added", todo: MILK }),
      rowOf(2, { op: "todo_added", todo: { ...MILK, id: 2, rev: 2 } }),
      rowOf(3, { op: "todo_deleted", id: 2 }),
      rowOf(4, { op: "list_renamed", title: "Food" }),
      rowOf(5, { op: "member_set", user: "bob", role: "editor" }),
    ]);
    expect([...TodoList.page(state.todos, 0)]).toEqual([MILK]);
    expect([state.title, state.seq, state.todos.next]).toEqual(["Food", 5, 3]);
    expect([...state.members.keys()]).toEqual(["alice", "bob"]);
    expect(lastAt).toBe(BIRTH.at + 5);
    expect(recent.since({ epoch: "e1", seq: 4 }, { epoch: "e1", seq: 5 })).toEqual([
      {
        op: "member_set",
        user: "bob",
        role: "editor",
        seq: 5,
        at: BIRTH.at + 5,
        by: "alice",
        pid: "<0.7.0>",
      },
    ]);
  });

  test("takes an op that it does not know as an event that changes nothing", () => {
    const { state } = recover(BIRTH, [rowOf(1, { op: "of_the_future" })]);
    expect([state.seq, TodoList.size(state.todos)]).toEqual([1, 0]);
  });

  test("does not take a log with a gap", () => {
    const events = [rowOf(1, { op: "todo_added", todo: MILK }), rowOf(3, { op: "todo_deleted" })];
    expect(() => recover(BIRTH, events)).toThrow("event 3 in the log after 1");
  });
});
