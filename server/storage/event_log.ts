/**
 * EventLog: the seam to what survives; every list's birth and events, and who is a member of what.
 *
 * Order: appends of one list are kept in the order given; each is all or nothing.
 * Fence: the log itself checks that an append carries the next seq of its list, so that a second
 *        process of one list (or a second server) can never write into its past.
 * Result: news, as messages to the pid that asked. Nothing is said before it is durable.
 * Bound: none here. Who appends watches `uncommittedBytes`.
 */
import type { Role } from "../../shared/todo/todo.ts";
import type { Pid } from "../runtime/index.ts";

/** A list's beginning; not an event, it has no seq. `at`: milliseconds since 1970. */
export interface Birth {
  readonly epoch: string;
  readonly title: string;
  readonly owner: string;
  readonly at: number;
}

/** One event as it is kept. `body`: JSON of `{op, …}`. `at`: milliseconds since 1970. */
export interface StoredEvent {
  readonly seq: number;
  readonly at: number;
  readonly user: string;
  readonly pid: string;
  readonly key: string | null;
  readonly body: string;
}

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
 * have existed; the owner becomes a member. Without birth, at least one row.
 */
export interface Append {
  readonly list: string;
  readonly birth?: Birth;
  readonly rows: readonly EventRow[];
}

/**
 * Why an append was not made: the disk is full or read-only; its seq is not the next one, or its
 * list was born before; or the store cannot hold such a row.
 */
export type Refusal = "read_only" | "fence" | "constraint";

/**
 * Committed comes once per list and commit, with the highest seq (0: a birth alone). After a
 * refused append all others of that list that are queued are refused too, in order, for the same
 * reason. Refused names the first seq of the append, 0 for a birth alone.
 */
export type AppendNews =
  | { readonly type: "committed"; readonly list: string; readonly seq: number }
  | {
      readonly type: "refused";
      readonly list: string;
      readonly seq: number;
      readonly reason: Refusal;
    };

/** A list from its birth on; null: there is no such list. */
export type Loaded =
  | {
      readonly type: "loaded";
      readonly ref: unknown;
      readonly list: string;
      readonly state: null | { readonly birth: Birth; readonly events: readonly StoredEvent[] };
    }
  | {
      readonly type: "load_failed";
      readonly ref: unknown;
      readonly list: string;
      /** damaged: what is on disk is not what was written. io: it cannot be read now. */
      readonly reason: "damaged" | "io";
    };

/** One list of a user's, with the user's role; `seq` and `count` as last committed. */
export interface ListEntry {
  readonly list: string;
  readonly title: string;
  readonly role: Role;
  readonly seq: number;
  readonly count: number;
}

/** A page of a user's lists, by byte order of their names. `more`: there are others after these. */
export type ListsPage =
  | {
      readonly type: "lists";
      readonly ref: unknown;
      readonly lists: readonly ListEntry[];
      readonly more: boolean;
    }
  | { readonly type: "lists_failed"; readonly ref: unknown; readonly reason: "damaged" | "io" };

/** Which page: up to `limit` lists whose names come after `after`. */
export interface ListsQuery {
  readonly user: string;
  readonly after?: string;
  readonly limit: number;
}

export interface EventLog {
  /** Queues it; AppendNews goes to `owner`. */
  append(append: Append, owner: Pid<AppendNews>): void;
  /** Reads a whole list, after the commit of whatever was appended to it before. */
  load(list: string, to: Pid<Loaded>, ref: unknown): void;
  /** One page of a user's lists. */
  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void;
  /** About what is queued and not yet committed. */
  readonly uncommittedBytes: number;
  /** The store's own; another one means another past. Part of the epochs on the wire. */
  readonly generation: string;
  /** Commits what is queued, then lets go of the store. Nothing may be asked afterwards. */
  close(): Promise<void>;
}
