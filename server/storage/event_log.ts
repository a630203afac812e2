/**
 * EventLog: the seam to what survives; every list's birth and events, and who is a member of what.
 *
 * Order: appends of one list are kept in the order given; each is all or nothing.
 * Fence: the log itself checks that an append carries the next seq of its list, so that a second
 *        process of one list (or a second server) can never write into its past.
 * Result: news, as messages to the pid that asked. Nothing is said before it is durable.
 * Bound: none here. Who appends watches `uncommittedBytes`.
 */
import { assert } from "../../shared/assert.ts";
import type { Role } from "../../shared/todo/todo.ts";
import type { Pid } from "../runtime/index.ts";

/**
 * A list's beginning; not an event, it has no seq. `at`: milliseconds since 1970. `key`: what its
 * owner called the write that made it, `firstSeq` the list's seq after that write.
 */
export interface Birth {
  readonly epoch: string;
  readonly title: string;
  readonly owner: string;
  readonly at: number;
  readonly key: string | null;
  readonly firstSeq: number;
}

/** Whether a list is deleted, and since when; its epoch is another after each restoration. */
export interface Life {
  readonly epoch: string;
  readonly deletedAt: number | null;
}

/** A change of a list's life. `seq` is that of its last event; it gets none of its own. */
export interface LifeChange extends Life {
  readonly seq: number;
  /** Who wants it; of a return the one whose lists are counted. */
  readonly by: string;
  /** All its members, who lose it from their lists or have it back there. */
  readonly members: readonly { readonly user: string; readonly role: Role }[];
}

/**
 * One event as it is kept. `body`: JSON of `{op, …}`. `key`: what tells of the write it belongs to,
 * as text that the log does not look into, or WITH_THE_NEXT. `at`: milliseconds since 1970.
 */
export interface StoredEvent {
  readonly seq: number;
  readonly at: number;
  readonly user: string;
  readonly pid: string;
  readonly key: string | null;
  readonly body: string;
}

/** The `key` of an event that belongs to the same write as the one after it. */
export const WITH_THE_NEXT = "+";

/** An event with what the indexes want to know of it. */
export interface EventRow extends StoredEvent {
  /** Todos in the list after this event. */
  readonly count: number;
  /** When it changed a membership; role null: removed. */
  readonly member?: { readonly user: string; readonly role: Role | null };
  /** When it changed the list's title. */
  readonly title?: string;
}

/**
 * `rows[0].seq` is the list's last seq + 1, and so on by ones. With `birth` the list must never
 * have existed; the owner becomes a member. Without birth at least one row, or a change of life
 * and no rows.
 */
export interface Append {
  readonly list: string;
  readonly birth?: Birth;
  readonly life?: LifeChange;
  readonly rows: readonly EventRow[];
}

/** An append says something: rows, a birth, or a change of life without either. */
export function assertWhole({ birth, life, rows }: Append): void {
  const isLife = life !== undefined && birth === undefined && rows.length === 0;
  const isEvents = life === undefined && (birth !== undefined || rows.length > 0);
  assert(isLife || isEvents, "an append has a birth, rows, or else a change of life");
}

/** The seq a list has after the append; 0 after a birth alone. */
export function lastSeqOf({ rows, life }: Append): number {
  return rows.at(-1)?.seq ?? life?.seq ?? 0;
}

/** The first seq the append speaks of; 0 of a birth alone. */
export function firstSeqOf({ rows, life }: Append): number {
  return rows[0]?.seq ?? life?.seq ?? 0;
}

/**
 * Why an append was not made: the disk is full or read-only; its seq is not the next one, or its
 * list was born before; the store cannot hold such a row; somebody would be a member of more than
 * USER_LISTS_MAX lists; or the owner has made another list under the key of this birth, not longer
 * than KEYS_KEPT_MS before it.
 */
export type Refusal = "read_only" | "fence" | "constraint" | "limit" | "made";

/**
 * Committed comes once per list and commit, with the highest seq (0: a birth alone). After a
 * refused append all others of that list that are queued are refused too, in order, for the same
 * reason. Refused names the first seq of the append, 0 for a birth alone, as committed does.
 */
export type AppendNews =
  | { readonly type: "committed"; readonly list: string; readonly seq: number }
  | {
      readonly type: "refused";
      readonly list: string;
      readonly seq: number;
      readonly reason: Refusal;
    };

/**
 * A list as it was after its event `seq`, which came at `at`, for a start in the middle of its log.
 * `head` and `parts` are texts that snapshot.ts makes and reads. The events stay in the log.
 */
export interface Snapshot {
  readonly seq: number;
  readonly at: number;
  readonly head: string;
  readonly parts: readonly string[];
}

/**
 * A list from its birth on, or from a snapshot: `events` are all that came after it. The log makes
 * snapshots by itself, when it likes. `life`: null while the list was never deleted.
 */
export interface LoadedList {
  readonly birth: Birth;
  readonly life: Life | null;
  readonly snapshot: Snapshot | null;
  readonly events: readonly StoredEvent[];
}

/** Why something was not read. damaged: it is not what was written. io: it cannot be read now. */
export type ReadFault = "damaged" | "io";

/** What came of a load; null: there is no such list. */
export type Loaded =
  | {
      readonly type: "loaded";
      readonly ref: unknown;
      readonly list: string;
      readonly state: null | LoadedList;
    }
  | {
      readonly type: "load_failed";
      readonly ref: unknown;
      readonly list: string;
      readonly reason: ReadFault;
    };

/**
 * A stretch of one list, the newest events first: those with `after` < seq < `before`, at most
 * `limit` of them and, but for the first, at most `bytesMax`: of bodies, and `bytesEach` beside.
 */
export interface EventsQuery {
  readonly list: string;
  readonly before: number;
  readonly after: number;
  readonly limit: number;
  readonly bytesMax: number;
  readonly bytesEach: number;
}

/** A list's keyed writes, the newest first: those since `allSince`, and `limit` since `since`. */
export interface WritesQuery {
  readonly list: string;
  readonly since: number;
  readonly allSince: number;
  readonly limit: number;
}

/** The event of a keyed write, the last one if it has several. */
export type StoredWrite = Pick<StoredEvent, "seq" | "at" | "user"> & { readonly key: string };

/** The latest list that `user` made under `key`. */
export interface MadeQuery {
  readonly user: string;
  readonly key: string;
}

/** What came of a look back into one list, or of the question who made one. */
export type LookBack =
  | { readonly type: "events"; readonly ref: unknown; readonly events: readonly StoredEvent[] }
  | {
      readonly type: "writes";
      readonly ref: unknown;
      readonly writes: readonly StoredWrite[];
      /** Older ones follow. */
      readonly more: boolean;
    }
  | { readonly type: "made"; readonly ref: unknown; readonly list: string | null }
  | { readonly type: "look_failed"; readonly ref: unknown; readonly reason: ReadFault };

/**
 * One list of a user's, with the user's role; `seq` and `count` as last committed. `deletedAt`: in
 * milliseconds since 1970, of a deleted one.
 */
export interface ListEntry {
  readonly list: string;
  readonly title: string;
  readonly role: Role;
  readonly seq: number;
  readonly count: number;
  readonly deletedAt?: number;
}

/** A page of a user's lists, by byte order of their names. `more`: there are others after these. */
export type ListsPage =
  | {
      readonly type: "lists";
      readonly ref: unknown;
      readonly lists: readonly ListEntry[];
      readonly more: boolean;
    }
  | { readonly type: "lists_failed"; readonly ref: unknown; readonly reason: ReadFault };

/**
 * Which page: up to `limit` lists whose names come after `after`. With `deletedSince` instead of
 * living lists those that the user owned and that were deleted at that moment or later.
 */
export interface ListsQuery {
  readonly user: string;
  readonly after?: string;
  readonly limit: number;
  readonly deletedSince?: number;
}

export interface EventLog {
  /** Queues it; AppendNews goes to `owner`. */
  append(append: Append, owner: Pid<AppendNews>): void;
  /** Reads a list as it is after the commit of whatever was appended to it before. */
  load(list: string, to: Pid<Loaded>, ref: unknown): void;
  /** A stretch of committed events; none of a list that there is not. */
  events(query: EventsQuery, to: Pid<LookBack>, ref: unknown): void;
  /** The keyed writes of a list that are committed; they come in parts. */
  writes(query: WritesQuery, to: Pid<LookBack>, ref: unknown): void;
  /** Which list a user has made under a key. */
  made(query: MadeQuery, to: Pid<LookBack>, ref: unknown): void;
  /** One page of a user's lists. */
  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void;
  /** About what is queued and not yet committed. */
  readonly uncommittedBytes: number;
  /** The store's own; another one means another past. Part of the epochs on the wire. */
  readonly generation: string;
  /** The store's own as well, and told to nobody: for ids that cannot be guessed. */
  readonly secret: string;
  /**
   * Commits what is queued and tells of it, then lets go of the store. What is appended from now on
   * is refused as `read_only`; nothing else may be asked.
   */
  close(): Promise<void>;
}
