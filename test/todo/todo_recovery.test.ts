/**
 * TodoRecovery: the list as the log has it.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Birth, EventRow } from "../../server/storage/event_log.ts";
import { type Recovered, Recovery } from "../../server/todo/todo_recovery.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { BIRTH, row } from "../storage/samples.ts";
import { folded, snapshotted } from "../support/folded.ts";

const MILK = { id: 1, title: "Mélk", date: null, done: false, rev: 1 };

const anId = fc.integer({ min: 1, max: 6 });
const aChange: fc.Arbitrary<object> = fc.oneof(
  fc.record({ op: fc.constantFrom("todo_added", "todo_updated"), todo: aTodo() }),
  fc.record({ op: fc.constant("todo_deleted"), id: anId }),
  fc.record({ op: fc.constant("list_renamed"), title: fc.string() }),
  fc.record({ op: fc.constant("member_set"), user: fc.string(), role: fc.constant("viewer") }),
  fc.record({ op: fc.constant("member_removed"), user: fc.constantFrom("alice", "") }),
);

function aTodo(): fc.Arbitrary<object> {
  const title = fc.string({ unit: "grapheme" });
  const date = fc.constantFrom(null, "2026-12-24");
  return fc.record({ id: anId, title, date, done: fc.boolean(), rev: fc.nat() });
}

function rowOf(seq: number, change: object) {
  return row(seq, { body: JSON.stringify(change) });
}

/** The list, and in how many portions it came back. */
function recover(birth: Birth, events: readonly EventRow[]): Recovered & { portions: number } {
  const recovery = new Recovery({ birth, life: null, snapshot: null, events });
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

  test("starts from a snapshot, and goes on by the events after it", () => {
    fc.assert(
      fc.property(fc.array(aChange, { maxLength: 40 }), fc.nat(40), (changes, count) => {
        const events = changes.map((change, index) => rowOf(index + 1, change));
        const whole = { birth: BIRTH, life: null, snapshot: null, events };
        const { recent: _whole, ...expected } = folded(whole);
        const { recent, ...state } = folded(snapshotted(whole, count));
        expect(state).toEqual(expected);
        const after = events.slice(count).map(({ seq }) => seq);
        const known = recent.since(events.length - after.length, events.length) ?? [];
        expect(known.map(({ seq }) => seq)).toEqual(after);
      }),
    );
  });

  test("takes a snapshot in portions of some 2,000 todos, or 512 Ki; a small one at once", () => {
    const portionsOf = (todos: number, notes: string, after = 0) => {
      const events = Array.from({ length: todos + after }, (_, index) =>
        rowOf(index + 1, { op: "todo_added", todo: { ...MILK, id: index + 1, rev: 1, notes } }),
      );
      const whole = { birth: BIRTH, life: null, snapshot: null, events };
      const recovery = new Recovery(snapshotted(whole, todos));
      let portions = 1;
      while (recovery.step() === undefined) portions += 1;
      return portions;
    };
    expect([portionsOf(1, ""), portionsOf(500, "", 100)]).toEqual([1, 1]);
    expect(portionsOf(10_000, "")).toBe(5 + 1);
    expect(portionsOf(400, "n".repeat(10_000))).toBe(8);
    expect(portionsOf(2000, "", 2000)).toBe(1 + 3);
  });

  test("does not take events that do not follow on its snapshot", () => {
    const events = [1, 2, 3].map((seq) => rowOf(seq, { op: "todo_deleted", id: 1 }));
    const whole = { birth: BIRTH, life: null, snapshot: null, events };
    const gap = { ...snapshotted(whole, 1), events: events.slice(2) };
    expect(() => folded(gap)).toThrow("event 3 in the log after 1");
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
