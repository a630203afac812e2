/**
 * SqliteLog: the event log in one SQLite file, seen from the main thread.
 *
 * Appends go by way of the commit queue to the storage thread; loads and pages of lists to a reader
 * in a thread of its own, so that neither waits for the other. The two make snapshots between them.
 * Errors: a store that cannot be opened is refused by a sentence. An I/O error in a commit, or the
 *   death of the storage thread, leaves it unknown what was kept: `onFatal` is called once, nothing
 *   more is told to who appended, and the program should end; the next start reads the truth.
 */
import type { MessagePort } from "node:worker_threads";
import { nanoid } from "nanoid";
import { type Clock, type Pid, SystemClock } from "../runtime/index.ts";
import type { CommitCounts } from "./commit_counts.ts";
import { CommitQueue } from "./commit_queue.ts";
import type {
  Append,
  AppendNews,
  EventLog,
  EventsQuery,
  ListsPage,
  ListsQuery,
  Loaded,
  LookBack,
  MadeQuery,
  WritesQuery,
} from "./event_log.ts";
import type { Refused } from "./event_writer.ts";
import { pack } from "./flat_batch.ts";
import { tellRefused } from "./news.ts";
import { Reads } from "./reads.ts";
import type { StoreMarks } from "./sqlite_schema.ts";
import type { ReaderPort, StorageWorkerData } from "./storage_worker.ts";
import { openThread } from "./thread.ts";

export interface SqliteLogOptions {
  /** The store's file, made when there is none; its folder must exist. */
  readonly path: string;
  readonly onFatal: (error: Error) => void;
  readonly clock?: Pick<Clock, "now" | "soon">;
  /** Events between two checkpoints of the heads. */
  readonly checkpointEvents?: number;
  /** Events, when they are short, after which a snapshot of their list is due. */
  readonly snapshotEvents?: number;
  /** Where its commits are counted. */
  readonly counts?: CommitCounts;
  /** Told of a list whose snapshot is damaged or cannot be made: it is read from its birth on. */
  readonly onSnapshotFault?: (list: string, fault: string) => void;
}

/**
 * `isCopy`: the store was put back from somewhere, and is of another generation now. `message`: a
 * sentence that says what is wrong with the store.
 */
export type SqliteLogOpened =
  | { readonly ok: true; readonly log: EventLog; readonly isCopy: boolean }
  | { readonly ok: false; readonly message: string };

/** Opens the store at `path`, or makes it. */
export async function openSqliteLog(options: SqliteLogOptions): Promise<SqliteLogOpened> {
  const { path, checkpointEvents, snapshotEvents, onFatal, clock = new SystemClock() } = options;
  const { counts, onSnapshotFault = () => {} } = options;
  const data: StorageWorkerData = {
    path,
    checkpointEvents,
    snapshotEvents,
    marks: { generation: nanoid(12), secret: nanoid() },
  };
  const death = Promise.withResolvers<void>();
  const opened = await openThread({
    name: "storage_worker",
    data,
    hear: (message) => queue.settle(message as Refused),
    died: (error) => {
      death.resolve();
      onFatal(error);
    },
  });
  if (!opened.ok) return opened;
  const { marks, thread } = opened;
  const queue = new CommitQueue({
    clock,
    post: (batch) => thread.post(pack(batch)),
    ...(counts !== undefined && { counts }),
  });
  const connect = (port: MessagePort) => thread.post({ port } satisfies ReaderPort, [port]);
  const reads = new Reads({ path, connect, onSnapshotFault });
  const reader = await reads.open();
  if (!reader.ok) {
    await thread.close();
    return reader;
  }
  const close = async () => {
    await Promise.race([queue.empty(), death.promise]);
    await reads.close();
    await thread.close(); // Last: the one that closes last puts the write-ahead log into the file.
  };
  return { ok: true, log: new SqliteLog({ queue, reads, marks, close }), isCopy: opened.isCopy };
}

interface Parts {
  readonly queue: CommitQueue;
  readonly reads: Reads;
  readonly marks: StoreMarks;
  readonly close: () => Promise<void>;
}

class SqliteLog implements EventLog {
  readonly generation: string;
  readonly secret: string;
  readonly #close: () => Promise<void>;
  readonly #queue: CommitQueue;
  readonly #reads: Reads;
  #closed: Promise<void> | undefined;

  constructor({ queue, reads, marks, close }: Parts) {
    this.#queue = queue;
    this.#reads = reads;
    this.generation = marks.generation;
    this.secret = marks.secret;
    this.#close = close;
  }

  get uncommittedBytes(): number {
    return this.#queue.bytes;
  }

  append(append: Append, owner: Pid<AppendNews>): void {
    if (this.#closed === undefined) this.#queue.push(append, owner);
    else this.#queue.afterAppendsOf(append.list, () => tellRefused(append, owner, "read_only"));
  }

  load(list: string, to: Pid<Loaded>, ref: unknown): void {
    this.#queue.afterAppendsOf(list, () => this.#reads.load(list, to, ref));
  }

  events(query: EventsQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#reads.events(query, to, ref);
  }

  writes(query: WritesQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#reads.writes(query, to, ref);
  }

  made(query: MadeQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#reads.made(query, to, ref);
  }

  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void {
    this.#reads.lists(query, to, ref);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }
}
