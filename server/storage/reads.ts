/**
 * Reads: the main thread's half of the reader; questions go out, answers become news.
 *
 * A load comes in parts, so that no one message is long to take over; whoever folds its events does
 * that in portions of its own.
 * Errors: when the reader's thread dies, what was asked of it fails with `io`, and the next
 *   question starts another: the data is not in doubt, only this look at it.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Pid } from "../runtime/index.ts";
import type {
  EventsQuery,
  ListsPage,
  ListsQuery,
  Loaded,
  LookBack,
  MadeQuery,
  StoredEvent,
  StoredWrite,
  WritesQuery,
} from "./event_log.ts";
import type {
  EventsRead,
  ListsRead,
  LoadEnd,
  MadeRead,
  ReadFailure,
  WritesRead,
} from "./event_reader.ts";
import { tell } from "./news.ts";
import type {
  Found,
  Question,
  ReadAnswer,
  ReaderWorkerData,
  ReadRequest,
  ReadResult,
  SnapshotFault,
} from "./reader_worker.ts";
import { openThread, type Thread, type ThreadOpened } from "./thread.ts";

/** A question under way: what is done with its parts, and with what came of it. */
interface Asked {
  readonly part: (found: readonly Found[]) => void;
  readonly finish: (result: ReadResult) => void;
}

export interface ReadsOptions {
  readonly path: string;
  /** Takes the storage thread's end of the way between the two threads. */
  readonly connect: (port: MessagePort) => void;
  /** Told of a list whose snapshot is damaged or cannot be made. */
  readonly onSnapshotFault: (list: string, fault: string) => void;
}

/** Those of one store, on the main thread. */
export class Reads {
  readonly #options: ReadsOptions;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #thread: Thread | undefined;
  #opening = false;
  #unsent: ReadRequest[] = [];

  constructor(options: ReadsOptions) {
    this.#options = options;
  }

  /** Starts the thread; the store must exist. */
  async open(): Promise<ThreadOpened> {
    this.#opening = true;
    const { port1, port2 } = new MessageChannel();
    const opened = await openThread({
      name: "reader_worker",
      data: { path: this.#options.path, storage: port1 } satisfies ReaderWorkerData,
      ports: [port1],
      hear: (message) => this.#hear(message as ReadAnswer | SnapshotFault),
      died: () => this.#fail(),
    });
    this.#opening = false;
    if (!opened.ok) {
      port2.close();
      this.#fail();
      return opened;
    }
    this.#options.connect(port2);
    this.#thread = opened.thread;
    for (const request of this.#unsent.splice(0)) opened.thread.post(request);
    return opened;
  }

  load(list: string, to: Pid<Loaded>, ref: unknown): void {
    const parts: (readonly Found[])[] = []; // The newest first.
    const finish = (end: LoadEnd) => {
      if (!end.ok) return tell(to, { type: "load_failed", ref, list, reason: end.reason });
      if (end.birth === null) return tell(to, { type: "loaded", ref, list, state: null });
      const { birth, life, snapshot } = end;
      const events = parts.flat().reverse() as StoredEvent[];
      tell(to, { type: "loaded", ref, list, state: { birth, life, snapshot, events } });
    };
    this.#ask({ type: "load", list }, finish, (part) => parts.push(part));
  }

  events(query: EventsQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#ask<EventsRead>({ type: "events", query }, (read) => {
      tell(to, read.ok ? { type: "events", ref, events: read.events } : failed(ref, read));
    });
  }

  writes(query: WritesQuery, to: Pid<LookBack>, ref: unknown): void {
    const tellPart = (found: readonly Found[], more: boolean) => {
      tell(to, { type: "writes", ref, writes: found as readonly StoredWrite[], more });
    };
    const finish = (read: WritesRead) => {
      if (read.ok) tellPart([], false);
      else tell(to, failed(ref, read));
    };
    this.#ask({ type: "writes", query }, finish, (part) => tellPart(part, true));
  }

  made(query: MadeQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#ask<MadeRead>({ type: "made", query }, (read) => {
      tell(to, read.ok ? { type: "made", ref, list: read.list } : failed(ref, read));
    });
  }

  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void {
    this.#ask<ListsRead>({ type: "lists", query }, (read) => {
      if (!read.ok) return tell(to, { type: "lists_failed", ref, reason: read.reason });
      tell(to, { type: "lists", ref, lists: read.lists, more: read.more });
    });
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }

  /** `finish` is given the result of that question, or a failure. */
  #ask<Result extends ReadResult>(
    question: Question,
    finish: (result: Result) => void,
    part: (found: readonly Found[]) => void = () => {},
  ): void {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#asked.set(id, { part, finish: finish as Asked["finish"] });
    const request = { id, question };
    if (this.#thread !== undefined) {
      this.#thread.post(request);
      return;
    }
    this.#unsent.push(request);
    if (!this.#opening) void this.open();
  }

  #hear(answer: ReadAnswer | SnapshotFault): void {
    if (answer.type === "snapshot_fault") {
      this.#options.onSnapshotFault(answer.list, answer.fault);
      return;
    }
    const asked = this.#asked.get(answer.id);
    if (asked === undefined) return;
    if (answer.type === "part") {
      asked.part(answer.found);
      return;
    }
    this.#asked.delete(answer.id);
    asked.finish(answer.result);
  }

  #fail(): void {
    this.#thread = undefined;
    this.#unsent = [];
    const failed = [...this.#asked.values()];
    this.#asked.clear();
    for (const asked of failed) asked.finish({ ok: false, reason: "io" });
  }
}

function failed(ref: unknown, { reason }: ReadFailure): LookBack {
  return { type: "look_failed", ref, reason };
}
