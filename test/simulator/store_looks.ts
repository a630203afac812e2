/**
 * StoreLooks: looks into a real store, as the reader's thread takes them and the main thread tells
 * of them (reader_worker.ts, reads.ts), step by step.
 */
import type {
  EventsQuery,
  ListsPage,
  ListsQuery,
  Loaded,
  LookBack,
  MadeQuery,
  StoredEvent,
  WritesQuery,
} from "../../server/storage/event_log.ts";
import type { EventReader } from "../../server/storage/event_reader.ts";
import { must } from "./violation.ts";

/** A look into the store, step by step: each gives what is to be told then, the last one too. */
export type Look<News> = Generator<readonly News[], readonly News[], undefined>;

export interface StoreLooksOptions {
  readonly reader: EventReader;
  /** Runs before each step. */
  readonly before: () => void;
  /** A snapshot of that list is due. */
  readonly due: (list: string) => void;
}

export class StoreLooks {
  readonly #options: StoreLooksOptions;

  constructor(options: StoreLooksOptions) {
    this.#options = options;
  }

  *load(list: string, ref: unknown): Look<Loaded> {
    const { reader, due } = this.#options;
    const parts: (readonly StoredEvent[])[] = []; // The newest first.
    const end = yield* this.#steps(reader.load(list), (part) => {
      parts.push(part);
      return [];
    });
    if (!end.ok) return [{ type: "load_failed", ref, list, reason: end.reason }];
    if (end.birth === null) return [{ type: "loaded", ref, list, state: null }];
    must(!end.isSnapshotDamaged, () => `the snapshot of ${list} is damaged`);
    if (end.isSnapshotDue) due(list);
    const { birth, life, snapshot } = end;
    const events = parts.flat().reverse();
    return [{ type: "loaded", ref, list, state: { birth, life, snapshot, events } }];
  }

  *events(query: EventsQuery, ref: unknown): Look<LookBack> {
    const end = yield* this.#steps(this.#options.reader.events(query), () => []);
    if (!end.ok) return [{ type: "look_failed", ref, reason: end.reason }];
    return [{ type: "events", ref, events: end.events }];
  }

  *writes(query: WritesQuery, ref: unknown): Look<LookBack> {
    const end = yield* this.#steps(this.#options.reader.writes(query), (writes): LookBack[] => {
      return writes.length === 0 ? [] : [{ type: "writes", ref, writes, more: true }];
    });
    if (!end.ok) return [{ type: "look_failed", ref, reason: end.reason }];
    return [{ type: "writes", ref, writes: [], more: false }];
  }

  *made(query: MadeQuery, ref: unknown): Look<LookBack> {
    const made = this.#options.reader.made(query);
    if (!made.ok) return [{ type: "look_failed", ref, reason: made.reason }];
    return [{ type: "made", ref, list: made.list }];
  }

  *lists(query: ListsQuery, ref: unknown): Look<ListsPage> {
    const read = this.#options.reader.lists(query);
    if (!read.ok) return [{ type: "lists_failed", ref, reason: read.reason }];
    return [{ type: "lists", ref, lists: read.lists, more: read.more }];
  }

  /** `told`: what is to be told of what a step has found. */
  *#steps<Found, End, News>(
    steps: Generator<readonly Found[], End, undefined>,
    told: (found: readonly Found[]) => readonly News[],
  ): Generator<readonly News[], End, undefined> {
    for (;;) {
      this.#options.before();
      const { done, value } = steps.next();
      if (done === true) return value;
      yield told(value);
    }
  }
}
