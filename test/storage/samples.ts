/**
 * Samples: births, rows and appends for tests of the log.
 */
import type { Append, Birth, EventRow } from "../../server/storage/event_log.ts";

export const BIRTH: Birth = {
  epoch: "e1",
  title: "Groceries",
  owner: "alice",
  at: 1_764_000_000_000,
  key: null,
  firstSeq: 0,
};

/** The event at `seq`, as when every event adds a todo. */
export function row(seq: number, more: Partial<EventRow> = {}): EventRow {
  const todo = { id: seq, title: `Milk № ${seq}`, date: null, done: false, rev: seq };
  const body = JSON.stringify({ op: "todo_added", todo });
  const common = { user: "alice", pid: "<0.7.0>", key: null, body, count: seq };
  return { seq, at: BIRTH.at + seq, ...common, ...more };
}

/** rows(3, 5) → the rows with seq 3, 4 and 5 */
export function rows(first: number, last: number): EventRow[] {
  return Array.from({ length: last - first + 1 }, (_, index) => row(first + index));
}

export function born(list: string, events: readonly EventRow[] = []): Append {
  return { list, birth: BIRTH, rows: events };
}
