/**
 * ReaderWorker: the reader's thread; loads lists and answers pages of users' lists.
 *
 * Order: loads take turns, step by step, so that a long one does not hold up the others.
 */
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../../shared/assert.ts";
import type { ListsQuery, StoredEvent } from "./event_log.ts";
import { EventReader, type ListsResult, type LoadEnd } from "./event_reader.ts";
import { openForReading } from "./sqlite_schema.ts";
import { CLOSE, type Opening } from "./thread.ts";

export interface ReaderWorkerData {
  readonly path: string;
}

/** `id` comes back with each answer. */
export type ReadRequest =
  | { readonly type: "load"; readonly id: number; readonly list: string }
  | { readonly type: "lists"; readonly id: number; readonly query: ListsQuery };

/** A load is answered by parts, the newest events first, and an end; a page by itself. */
export type ReadAnswer =
  | { readonly type: "part"; readonly id: number; readonly events: readonly StoredEvent[] }
  | { readonly type: "load_end"; readonly id: number; readonly end: LoadEnd }
  | { readonly type: "lists"; readonly id: number; readonly result: ListsResult };

interface Load {
  readonly id: number;
  readonly steps: ReturnType<EventReader["load"]>;
}

assert(parentPort !== null, "reader_worker runs as a worker thread");
const port = parentPort;
const loads: Load[] = [];

port.postMessage(open());

function open(): Opening {
  const opened = openForReading((workerData as ReaderWorkerData).path);
  if (!opened.ok) return opened;
  const reader = new EventReader(opened.db);
  port.on("message", (message: ReadRequest | typeof CLOSE) => {
    if (message === CLOSE) {
      loads.length = 0;
      reader.close();
      port.close();
      return;
    }
    if (message.type === "load") {
      loads.push({ id: message.id, steps: reader.load(message.list) });
      if (loads.length === 1) setImmediate(step);
    } else {
      say({ type: "lists", id: message.id, result: reader.lists(message.query) });
    }
  });
  return { ok: true, generation: opened.generation };
}

function step(): void {
  const load = loads.shift();
  if (load === undefined) return;
  const { done, value } = load.steps.next();
  if (done === true) {
    say({ type: "load_end", id: load.id, end: value });
  } else {
    say({ type: "part", id: load.id, events: value });
    loads.push(load);
  }
  if (loads.length > 0) setImmediate(step);
}

function say(answer: ReadAnswer): void {
  port.postMessage(answer);
}
