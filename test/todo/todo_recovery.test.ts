/**
 * TodoRecovery: the list as the log has it.
 */
import { describe, expect, test } from "vitest";
import type { Birth, EventRow } from "../../server/storage/event_log.ts";
import { type Recovered, Recovery } from "../../server/todo/todo_recovery.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { BIRTH, row } from "../storage/samples.ts";

const MILK = { id: 1, title: "Mélk", date: null, done: false, rev: 1 };

function rowOf(seq: number, change: object) {
  return row(seq, { body: JSON.stringify(change) });
}

/** The list, and in how many portions it came back. */
function recover(birth: Birth, events: readonly EventRow[]): Recovered & { portions: number } {
  const recovery = new Recovery({ birth, life: null, events });
  for (let portions = 1; ; portions++) {
    const recovered = recovery.step();
    if (recovered !== undefined) return { ...recovered, portions };
  }
}

describe("recovery", () => {
  test("a birth alone is an empty list at seq 0 with its owner", () => {
    const { birth, state, lastAt, todosBytes } = recover(BIRTH, []);
    expect([birth, state.title, state.seq, lastAt]).toEqual([BIRTH, "Groceries", 0, BIRTH.at]);
    expect([...state.members]).toEqual([["alice", "owner"]]);
    expect(todosBytes).toBe(0);
  });

  test("folds all events, and remembers the last for those who come back", () => {
    const { state, recent, lastAt, todosBytes } = recover(BIRTH, [
      rowOf(1, { op: "todo_added", todo: MILK }),
      rowOf(2, { op: "todo_added", todo: { ...MILK, id: 2, rev: 2 } }),
      rowOf(3, { op: "todo_updated", todo: { ...MILK, rev: 3, notes: "more" } }),
      rowOf(4, { op: "todo_deleted", id: 2 }),
      rowOf(5, { op: "list_renamed", title: "Food" }),
      rowOf(6, { op: "member_set", user: "bob", role: "editor" }),
    ]);
    const left = { ...MILK, rev: 3, notes: "more" };
    expect([...TodoList.page(state.todos, 0)]).toEqual([left]);
    expect(todosBytes).toBe(Buffer.byteLength(JSON.stringify(left)));
    expect([state.title, state.seq, state.todos.next]).toEqual(["Food", 6, 3]);
    expect([...state.members.keys()]).toEqual(["alice", "bob"]);
    expect(lastAt).toBe(BIRTH.at + 6);
    const body = '{"op":"member_set","user":"bob","role":"editor"}';
    const last = { seq: 6, at: BIRTH.at + 6, by: "alice", pid: "<0.7.0>", body };
    expect(recent.since(5, 6)).toEqual([last]);
  });

  test("a long list comes back in portions of at most 1,000 events", () => {
    const events = Array.from({ length: 2_001 }, (_, index) =>
      rowOf(index + 1, { op: "todo_added", todo: { ...MILK, id: index + 1, rev: index + 1 } }),
    );
    const { state, portions } = recover(BIRTH, events);
    expect([state.seq, TodoList.size(state.todos), portions]).toEqual([2_001, 2_001, 3]);
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
