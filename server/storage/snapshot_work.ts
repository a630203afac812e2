/**
 * SnapshotWork: when the reader's thread makes snapshots, and how they come to be written.
 *
 * The storage thread names lists of which one is due, by a port of the two threads' own, and is
 * given the rows, each when the one before is written; so neither the main thread nor a commit has
 * more to do with them than that.
 * Bound: a step of some 2 ms every STEP_MS, so a tenth of the thread's time at most; if more is due
 *        than that, lists go on longer without a new one.
 * Errors: what cannot be made is told of and left; the list is read from an older one, or whole.
 */
import type { MessagePort } from "node:worker_threads";
import type { EventReader } from "./event_reader.ts";
import type { Moved } from "./heads.ts";
import { type RowToWrite, SnapshotMaker } from "./snapshot_maker.ts";

/** Milliseconds from one step to the next. */
const STEP_MS = 20;

/**
 * What the storage thread says: a snapshot of that list is due; whether a row was written; what
 * was committed of late.
 */
export type StorageNews =
  | { readonly type: "moved"; readonly moved: Moved }
  | { readonly type: "due"; readonly list: string }
  | { readonly type: "written"; readonly ok: boolean };

export interface SnapshotWorkOptions {
  readonly reader: EventReader;
  /** The way to the storage thread, which sends StorageNews and is sent RowToWrite. */
  readonly storage: Pick<MessagePort, "on" | "postMessage" | "close">;
  /** Told which list cannot have one, and why. */
  readonly failed: (list: string, fault: string) => void;
}

/** That of one reader's thread. */
export class SnapshotWork {
  readonly #options: SnapshotWorkOptions;
  readonly #maker: SnapshotMaker;
  #next: NodeJS.Timeout | undefined;
  #isWriting = false;

  constructor(options: SnapshotWorkOptions) {
    this.#options = options;
    this.#maker = new SnapshotMaker(options.reader);
    options.storage.on("message", (news: StorageNews) => {
      if (news.type === "moved") options.reader.learn(news.moved);
      else if (news.type === "due") this.due(news.list);
      else this.#written(news.ok);
    });
  }

  /** One of that list is to be made. */
  due(list: string): void {
    this.#maker.add(list);
    this.#stepLater();
  }

  close(): void {
    clearTimeout(this.#next);
    this.#options.storage.close();
  }

  #written(ok: boolean): void {
    this.#isWriting = false;
    if (!ok) this.#maker.giveUp();
    this.#stepLater();
  }

  #stepLater(): void {
    if (this.#isWriting || !this.#maker.isBusy) return;
    this.#next ??= setTimeout(() => this.#step(), STEP_MS);
  }

  #step(): void {
    this.#next = undefined;
    const row = this.#tryStep();
    if (row === undefined) return this.#stepLater();
    this.#isWriting = true;
    this.#options.storage.postMessage(row);
  }

  /** What another program has put into a list's events must not end the thread that reads all. */
  #tryStep(): RowToWrite | undefined {
    try {
      return this.#maker.step();
    } catch (error) {
      this.#options.failed(this.#maker.giveUp(), String(error));
      return undefined;
    }
  }
}
