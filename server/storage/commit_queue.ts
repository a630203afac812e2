/**
 * CommitQueue: gathers appends into batches, so that many lists share one fsync.
 *
 * One batch is under way at a time; what comes meanwhile shares the next. When none is, a batch
 * leaves as soon as one whole loop iteration brought nothing more, and after COMMIT_WAIT_MS anyway:
 * the replies to one commit bring the next requests, and a commit too early halves the batches.
 * Order: appends of a list leave and are told of in the order they came; committed before refused.
 * Bound: none here (see EventLog); a batch has at most BATCH_APPENDS_MAX appends.
 */
import type { Clock, Pid } from "../runtime/index.ts";
import { CommitCounts } from "./commit_counts.ts";
import { type Append, type AppendNews, assertWhole, lastSeqOf, type Refusal } from "./event_log.ts";
import type { Refused } from "./event_writer.ts";
import { tell, tellRefused } from "./news.ts";

/** Milliseconds the first append of a batch waits at most for company. */
const COMMIT_WAIT_MS = 1;
/** Some 15 ms of work for the storage thread, so that news comes in portions. */
const BATCH_APPENDS_MAX = 4096;
/** What a row takes in memory beside its body, about. */
const ROW_BYTES = 200;

/** One append on its way; `afterwards` runs when it is settled. */
interface Entry {
  readonly append: Append;
  readonly owner: Pid<AppendNews>;
  readonly bytes: number;
  afterwards: (() => void)[] | undefined;
}

export interface CommitQueueOptions {
  readonly clock: Pick<Clock, "now" | "soon">;
  /** Hands a batch to the storage thread, which will answer by `settle`. */
  readonly post: (batch: readonly Append[]) => void;
  readonly counts?: CommitCounts;
}

/** The appends that are not settled yet. */
export class CommitQueue {
  readonly #clock: CommitQueueOptions["clock"];
  readonly #post: CommitQueueOptions["post"];
  readonly #counts: CommitCounts;
  #waiting: Entry[] = [];
  #underWay: readonly Entry[] = [];
  readonly #lastOf = new Map<string, Entry>(); // The last append of each list that has any.
  #bytes = 0;
  #oldestMs = 0; // When the first of `#waiting` came.
  #postedMs = 0; // When the batch under way left.
  #looking = false;
  #seen = -1; // Appends that were waiting at the last look.
  #whenEmpty: (() => void)[] = [];

  constructor({ clock, post, counts = new CommitCounts() }: CommitQueueOptions) {
    this.#clock = clock;
    this.#post = post;
    this.#counts = counts;
  }

  /** About what the queue holds. */
  get bytes(): number {
    return this.#bytes;
  }

  push(append: Append, owner: Pid<AppendNews>): void {
    const { list, rows } = append;
    assertWhole(append);
    let bytes = ROW_BYTES;
    for (const row of rows) bytes += row.body.length + ROW_BYTES;
    const entry: Entry = { append, owner, bytes, afterwards: undefined };
    if (this.#waiting.length === 0) this.#oldestMs = this.#clock.now();
    this.#waiting.push(entry);
    this.#lastOf.set(list, entry);
    this.#bytes += bytes;
    this.#lookSoon();
  }

  /** Runs `run` when what is queued of that list by now is settled; at once when nothing is. */
  afterAppendsOf(list: string, run: () => void): void {
    const last = this.#lastOf.get(list);
    if (last === undefined) {
      run();
      return;
    }
    last.afterwards ??= [];
    last.afterwards.push(run);
  }

  /** The storage thread has settled the batch under way. */
  settle(refused: Refused): void {
    const batch = this.#underWay;
    this.#underWay = [];
    this.#counts.settled(batch.length, this.#clock.now() - this.#postedMs);
    this.#tellCommitted(batch, refused);
    const settled = refused.size === 0 ? batch : [...batch, ...this.#refuse(batch, refused)];
    for (const entry of settled) {
      this.#bytes -= entry.bytes;
      if (this.#lastOf.get(entry.append.list) === entry) this.#lastOf.delete(entry.append.list);
      for (const run of entry.afterwards ?? []) run();
    }
    this.#lookSoon();
    if (this.#lastOf.size > 0) return;
    for (const run of this.#whenEmpty.splice(0)) run();
  }

  /** Resolves when nothing is queued or under way. */
  async empty(): Promise<void> {
    if (this.#lastOf.size === 0) return;
    await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #tellCommitted(batch: readonly Entry[], refused: Refused): void {
    const lastOf = new Map<string, Entry>();
    for (const [index, entry] of batch.entries()) {
      if (!refused.has(index)) lastOf.set(entry.append.list, entry);
    }
    for (const [list, { append, owner }] of lastOf) {
      tell(owner, { type: "committed", list, seq: lastSeqOf(append) });
    }
  }

  /** Tells of what was refused; what waits behind it leaves the queue, refused as well. */
  #refuse(batch: readonly Entry[], refused: Refused): readonly Entry[] {
    const lists = new Map<string, Refusal>();
    for (const [index, reason] of refused) {
      const entry = batch[index] as Entry;
      lists.set(entry.append.list, reason);
      this.#counts.refuse(reason);
      tellRefused(entry.append, entry.owner, reason);
    }
    const behind = this.#waiting.filter(({ append }) => lists.has(append.list));
    if (behind.length === 0) return behind;
    this.#waiting = this.#waiting.filter(({ append }) => !lists.has(append.list));
    for (const { append, owner } of behind) {
      const reason = lists.get(append.list) as Refusal;
      this.#counts.refuse(reason);
      tellRefused(append, owner, reason);
    }
    return behind;
  }

  #lookSoon(): void {
    if (this.#looking || this.#underWay.length > 0 || this.#waiting.length === 0) return;
    this.#looking = true;
    this.#seen = -1;
    this.#clock.soon(this.#look);
  }

  readonly #look = (): void => {
    const count = this.#waiting.length;
    if (count !== this.#seen && this.#clock.now() < this.#oldestMs + COMMIT_WAIT_MS) {
      this.#seen = count;
      this.#clock.soon(this.#look);
      return;
    }
    this.#looking = false;
    this.#underWay = this.#waiting.splice(0, BATCH_APPENDS_MAX);
    this.#postedMs = this.#clock.now();
    this.#post(this.#underWay.map(({ append }) => append));
  };
}
