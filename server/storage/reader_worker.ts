/**
 * ReaderWorker: the reader's thread; loads lists, looks back into them, answers pages of lists.
 *
 * Order: what takes several steps takes turns, step by step, so that a long one does not hold up
 *        the others. Beside that it makes snapshots (snapshot_work.ts).
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assert } from "../../shared/assert.ts";
import type {
  EventsQuery,
  ListsQuery,
  MadeQuery,
  StoredEvent,
  StoredWrite,
  WritesQuery,
} from "./event_log.ts";
import {
  EventReader,
  type EventsRead,
  type ListsRead,
  type LoadEnd,
  type MadeRead,
  type Steps,
  type WritesRead,
} from "./event_reader.ts";
import { SnapshotWork } from "./snapshot_work.ts";
import { openForReading } from "./sqlite_schema.ts";
import { CLOSE, type Opening } from "./thread.ts";

/** `storage`: the way to the storage thread, for snapshots. */
export interface ReaderWorkerData {
  readonly path: string;
  readonly storage: MessagePort;
}

/** What can be asked. */
export type Question =
  | { readonly type: "load"; readonly list: string }
  | { readonly type: "events"; readonly query: EventsQuery }
  | { readonly type: "writes"; readonly query: WritesQuery }
  | { readonly type: "made"; readonly query: MadeQuery }
  | { readonly type: "lists"; readonly query: ListsQuery };

/** What comes of it. */
export type ReadResult = LoadEnd | EventsRead | WritesRead | MadeRead | ListsRead;

/** `id` comes back with each answer. */
export interface ReadRequest {
  readonly id: number;
  readonly question: Question;
}

/** What comes in parts. */
export type Found = StoredEvent | StoredWrite;

/** Loads and writes are answered by parts, the newest first, and an end; all else by an end. */
export type ReadAnswer =
  | { readonly type: "part"; readonly id: number; readonly found: readonly Found[] }
  | { readonly type: "end"; readonly id: number; readonly result: ReadResult };

/** A list's snapshot is damaged, or none can be made; the list is read from its birth on. */
export interface SnapshotFault {
  readonly type: "snapshot_fault";
  readonly list: string;
  readonly fault: string;
}

interface Job {
  readonly id: number;
  readonly steps: Steps<Found, ReadResult>;
}

assert(parentPort !== null, "reader_worker runs as a worker thread");
const port = parentPort;
const { path, storage } = workerData as ReaderWorkerData;
const jobs: Job[] = [];

port.postMessage(open());

function open(): Opening {
  const opened = openForReading(path);
  if (!opened.ok) return opened;
  const reader = new EventReader(opened.db);
  reader.follow();
  const failed = (list: string, fault: string) => say({ type: "snapshot_fault", list, fault });
  const snapshots = new SnapshotWork({ reader, storage, failed });
  port.on("message", (message: ReadRequest | typeof CLOSE) => {
    if (message === CLOSE) {
      jobs.length = 0;
      snapshots.close();
      reader.close();
      port.close();
      return;
    }
    ask({ reader, snapshots, failed }, message);
  });
  return { ok: true, marks: opened.marks, isCopy: false };
}

interface Parts {
  readonly reader: EventReader;
  readonly snapshots: SnapshotWork;
  readonly failed: (list: string, fault: string) => void;
}

function ask(parts: Parts, { id, question }: ReadRequest): void {
  const { reader } = parts;
  switch (question.type) {
    case "load":
      return begin({ id, steps: load(parts, question.list) });
    case "events":
      return begin({ id, steps: reader.events(question.query) });
    case "writes":
      return begin({ id, steps: reader.writes(question.query) });
    case "made":
      return say({ type: "end", id, result: reader.made(question.query) });
    case "lists":
      return say({ type: "end", id, result: reader.lists(question.query) });
    default:
      question satisfies never;
  }
}

/** Loads a list, and notes what is to be done about its snapshot. */
function* load({ reader, snapshots, failed }: Parts, list: string): Steps<StoredEvent, LoadEnd> {
  const end = yield* reader.load(list);
  if (!end.ok || end.birth === null) return end;
  if (end.isSnapshotDamaged) failed(list, "it is not what was written");
  if (end.isSnapshotDue) snapshots.due(list);
  return end;
}

function begin(job: Job): void {
  jobs.push(job);
  if (jobs.length === 1) setImmediate(step);
}

function step(): void {
  const job = jobs.shift();
  if (job === undefined) return;
  const { done, value } = job.steps.next();
  if (done === true) {
    say({ type: "end", id: job.id, result: value });
  } else {
    if (value.length > 0) say({ type: "part", id: job.id, found: value });
    jobs.push(job);
  }
  if (jobs.length > 0) setImmediate(step);
}

function say(answer: ReadAnswer | SnapshotFault): void {
  port.postMessage(answer);
}
