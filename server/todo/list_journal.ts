/**
 * ListJournal: one list as its process knows it, and the way from what is decided to the log.
 *
 * Owner: one ListProcess. `committed` follows `decided`; most of the time they are equal.
 * Order: one total order per list, seq + 1 without gaps.
 * Errors: when the log refuses an append, it refuses all that were made after it; then `decided`
 *        drops back to `committed`.
 */
import type { Change, ListState, TodoEvent } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { Clock, Pid } from "../runtime/index.ts";
import type { AppendNews, Birth, EventLog, EventRow, Life, Refusal } from "../storage/event_log.ts";
import { eventRow, growthOf } from "./event_row.ts";
import type { ListName } from "./list_pages.ts";
import { type ListLimits, Room } from "./room.ts";
import type { PushSaying } from "./say_queue.ts";
import type { Recovered } from "./todo_recovery.ts";
import { Uncommitted } from "./uncommitted.ts";

/** Bytes the whole log may have uncommitted before writes are refused as overloaded. */
const LOG_UNCOMMITTED_BYTES_MAX = 64 * 1024 * 1024;
/** seq of a list that has not been born, as far as the log knows. */
const UNBORN = -1;

export interface ListJournalOptions {
  readonly list: string;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly limits: ListLimits;
  /** Whom the log tells of appends. */
  readonly pid: Pid<AppendNews>;
}

/** Who makes a change: a user, by a connection. `keys`: the text to keep with each event. */
export interface Maker {
  readonly user: string;
  readonly pid: Pid;
  readonly keys: readonly (string | null)[];
  readonly birth?: Birth;
}

/** What the log has refused, and why. */
export interface DroppedBack {
  readonly reason: Refusal;
  /** The seq after the append that was refused for its own sake; those behind it only follow. */
  readonly lastSeq: number;
}

/** One list; its process calls all of this. */
export class ListJournal {
  readonly #options: ListJournalOptions;
  readonly #uncommitted = new Uncommitted();
  #birth: Birth | undefined;
  #life: Life | null = null;
  #lastAt = 0;
  #todosBytes = 0;
  #decided: ListState | undefined;
  #committed: ListState | undefined;
  #committedBytes = 0;
  #committedSeq = UNBORN;
  #refused: DroppedBack | undefined;
  #isOutdated = false;

  constructor(options: ListJournalOptions) {
    this.#options = options;
  }

  get name(): ListName {
    const { list, log } = this.#options;
    return { list, epoch: `${this.ownEpoch}.${log.generation}` };
  }

  /** The list's own half of the epoch. */
  get ownEpoch(): string {
    return this.#life?.epoch ?? this.#birth?.epoch ?? "";
  }

  /** How the list began; undefined: it does not exist. */
  get birth(): Birth | undefined {
    return this.#birth;
  }

  /** When the list was deleted, in milliseconds since 1970; null: it lives. */
  get deletedAt(): number | null {
    return this.#life?.deletedAt ?? null;
  }

  /** The list with all that is decided; undefined: it does not exist. */
  get decided(): ListState | undefined {
    return this.#decided;
  }

  /** The list as far as it has been told of. */
  get committed(): ListState | undefined {
    return this.#committed;
  }

  /** What speaks of this seq or an earlier one may be said. */
  get committedSeq(): number {
    return this.#committedSeq;
  }

  /** The seq of which an answer speaks that changes nothing. */
  get decidedSeq(): number {
    return this.#decided?.seq ?? UNBORN;
  }

  get isIdle(): boolean {
    return this.#uncommitted.isEmpty;
  }

  /** No command may be taken until there is news of what is uncommitted. */
  get mustWait(): boolean {
    return this.#uncommitted.mustWait;
  }

  /** Somebody else has written to the list's log: what is known here is the past. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** The log takes no more for now. */
  get isLogFull(): boolean {
    return this.#options.log.uncommittedBytes > LOG_UNCOMMITTED_BYTES_MAX;
  }

  /** How much the list may still grow. */
  room(): Room {
    const todos = this.#decided === undefined ? 0 : TodoList.size(this.#decided.todos);
    return new Room(this.#options.limits, todos, this.#todosBytes);
  }

  /** The list as the log has it. */
  recovered({ birth, life, state, todosBytes, lastAt }: Recovered): void {
    this.#birth = birth;
    this.#life = life;
    this.#decided = state;
    this.#committed = state;
    this.#committedSeq = state.seq;
    this.#todosBytes = todosBytes;
    this.#committedBytes = todosBytes;
    this.#lastAt = lastAt;
  }

  /** A list of that title, before its first event; `append` tells the log. */
  bear(birth: Birth): ListState {
    this.#birth = birth;
    this.#life = null;
    this.#lastAt = birth.at;
    this.#todosBytes = 0;
    const state = TodoEvents.empty(birth.title, birth.owner);
    this.#decided = state;
    return state;
  }

  /** Folds the changes into `decided` and hands them to the log; the pushes that tell of them. */
  append(changes: readonly Change[], { user, pid, keys, birth }: Maker): PushSaying[] {
    const at = Math.max(this.#lastAt, this.#options.clock.time());
    this.#lastAt = at;
    const pidText = String(pid);
    const rows: EventRow[] = [];
    const pushes: PushSaying[] = [];
    let bytes = 0;
    for (const change of changes) {
      const before = this.#decided as ListState;
      const seq = before.seq + 1;
      const event: TodoEvent = { ...change, seq, at, by: user, pid: pidText };
      const state = TodoEvents.apply(before, event);
      const row = eventRow(event, state, keys[rows.length] ?? null);
      this.#todosBytes += growthOf(before.todos, change, row.body);
      this.#decided = state;
      rows.push(row);
      const { body } = row;
      pushes.push({ kind: "push", seq, event, body, state, todosBytes: this.#todosBytes });
      bytes += body.length;
    }
    this.#uncommitted.add({ lastSeq: this.decidedSeq, events: rows.length, bytes });
    const append = { list: this.#options.list, rows };
    this.#options.log.append(
      birth === undefined ? append : { ...append, birth },
      this.#options.pid,
    );
    return pushes;
  }

  /** Asks the log to end the list, or to have it back with a new epoch. When `isIdle` only. */
  appendLife(life: Life, by: string): void {
    const state = this.#decided as ListState;
    const members = [...state.members].map(([user, role]) => ({ user, role }));
    const { list, log, pid } = this.#options;
    this.#uncommitted.add({ lastSeq: state.seq, events: 1, bytes: 0 });
    log.append({ list, rows: [], life: { ...life, seq: state.seq, by, members } }, pid);
  }

  /** The change of life is on disk. */
  live(life: Life): void {
    this.#life = life;
  }

  /** All up to that state was told of. */
  told({ state, todosBytes }: Pick<PushSaying, "state" | "todosBytes">): void {
    this.#committed = state;
    this.#committedBytes = todosBytes;
  }

  /** The log has all events up to `seq` on disk; whose, when it has refused one before? */
  commit(seq: number): DroppedBack | undefined {
    if (this.#uncommitted.isRefused) return this.#dropBack({ reason: "fence", lastSeq: seq }, true);
    this.#uncommitted.committed(seq);
    this.#committedSeq = seq;
    return undefined;
  }

  /** The log has refused an append; what is lost, once it has refused all that came after it. */
  refuse(reason: Refusal): DroppedBack | undefined {
    this.#refused ??= { reason, lastSeq: this.#uncommitted.firstLastSeq };
    if (!this.#uncommitted.refused()) return undefined;
    const dropped = this.#refused;
    this.#refused = undefined;
    return this.#dropBack(dropped, dropped.reason === "fence" && this.#committed !== undefined);
  }

  #dropBack(dropped: DroppedBack, isOutdated: boolean): DroppedBack {
    this.#decided = this.#committed;
    this.#isOutdated = isOutdated;
    if (this.#decided === undefined) this.#birth = undefined;
    this.#todosBytes = this.#committedBytes;
    return dropped;
  }
}
