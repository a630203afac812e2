/**
 * recovery_store: makes a store of many lists through the storage thread's own code, unsynced.
 *
 * Params: one JSON argument, StoreOptions. Result: `{}` as one JSON line on stdout.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { EventRow } from "../server/storage/event_log.ts";
import { EventWriter } from "../server/storage/event_writer.ts";
import { openForWriting } from "../server/storage/sqlite_schema.ts";

export interface StoreOptions {
  readonly path: string;
  readonly lists: number;
  /** Of each list: todos that are added, and events in all, the rest of which change one. */
  readonly todos: number;
  readonly events: number;
}

const AT = 1_764_000_000_000;
const BATCH_EVENTS = 10_000;
/** An owner has as many: nobody is a member of more than 10,000. */
const LISTS_EACH = 1000;

function rowAt(seq: number, todos: number): EventRow {
  const id = ((seq - 1) % todos) + 1;
  const month = String(1 + (id % 12)).padStart(2, "0");
  const date = id % 3 === 0 ? null : `2026-${month}-${String(1 + (id % 28)).padStart(2, "0")}`;
  const todo = { id, title: `Todo number ${id} of the list`, date, done: seq > todos, rev: seq };
  const body = JSON.stringify({ op: seq > todos ? "todo_updated" : "todo_added", todo });
  const common = { at: AT + seq, user: "alice", pid: "<0.117.0>", key: null };
  return { seq, ...common, body, count: Math.min(seq, todos) };
}

function make({ path, lists, todos, events }: StoreOptions): void {
  mkdirSync(dirname(path), { recursive: true });
  const opened = openForWriting(path, { generation: "bench", secret: "bench" });
  if (!opened.ok) throw new Error(opened.message);
  opened.db.exec("PRAGMA synchronous = OFF");
  const writer = new EventWriter(opened.db);
  const batch = Math.ceil(BATCH_EVENTS / Math.min(events, BATCH_EVENTS));
  for (let first = 0; first < lists; first += batch) {
    for (let seq = 1; seq <= events; seq += BATCH_EVENTS) {
      const count = Math.min(BATCH_EVENTS, events - seq + 1);
      const rows = Array.from({ length: count }, (_, index) => rowAt(seq + index, todos));
      const appends = Array.from({ length: Math.min(batch, lists - first) }, (_, index) => {
        const list = first + index;
        const owner = `user${Math.floor(list / LISTS_EACH)}`;
        const birth = { epoch: "epoch", title: "Bench", owner, at: AT, key: null, firstSeq: 0 };
        return { list: `list-${list}`, rows, ...(seq === 1 && { birth }) };
      });
      if (writer.commit(appends).size > 0) throw new Error("refused");
      writer.checkpointIfDue();
    }
  }
  writer.close();
}

make(JSON.parse(process.argv[2] ?? "{}") as StoreOptions);
console.log("{}");
