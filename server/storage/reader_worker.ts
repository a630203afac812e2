/**
 * ReaderWorker: the reader's thread; loads lists, looks back into them, answers pages of lists.
 *
 * Order: what takes several steps takes turns, step by step, so that a long one does not hold up
 *        the others.
 */
import { parentPort, workerData } from "node:worker_threads";
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
import { openForReading } from "./sqlite_schema.ts";
import { CLOSE, type Opening } from "./thread.ts";

export interface ReaderWorkerData {
  readonly path: string;
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

interface Job {
  readonly id: number;
  readonly steps: Steps<Found, ReadResult>;
}

assert(parentPort !== null, "reader_worker runs as a worker thread");
const port = parentPort;
const jobs: Job[] = [];

port.postMessage(open());

function open(): Opening {
  const opened = openForReading((workerData as ReaderWorkerData).path);
  if (!opened.ok) return opened;
  const reader = new EventReader(opened.db);
  port.on("message", (message: ReadRequest | typeof CLOSE) => {
    if (message === CLOSE) {
      jobs.length = 0;
      reader.close();
      port.close();
      return;
    }
    ask(reader, message);
  });
  return { ok: true, marks: opened.marks, isCopy: false };
}

function ask(reader: EventReader, { id, question }: ReadRequest): void {
  switch (question.type) {
    case "load":
      return begin({ id, steps: reader.load(question.list) });
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

function say(answer: ReadAnswer): void {
  port.postMessage(answer);
}
