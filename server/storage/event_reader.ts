/**
 * EventReader: reads lists and the index of members, synchronously; runs in the reader's thread.
 *
 * A list is read from its last event backwards (list_walk.ts). Work comes in steps: a read
 * transaction ends within a step, since one that stays open keeps SQLite from emptying its
 * write-ahead log; events never change, so the steps agree.
 * Bound: a step reads STEP_EVENTS events, or one page of lists.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Role } from "../../shared/todo/todo.ts";
import {
  type Birth,
  type EventsQuery,
  type Life,
  type ListEntry,
  type ListsQuery,
  type MadeQuery,
  type ReadFault,
  type StoredEvent,
  type StoredWrite,
  WITH_THE_NEXT,
  type WritesQuery,
} from "./event_log.ts";
import { Heads } from "./heads.ts";
import { ListWalks, type Row } from "./list_walk.ts";
import { kindOf } from "./sqlite_error.ts";

/** Events read in one transaction: some 2 ms. */
const STEP_EVENTS = 500;

export type ReadFailure = { readonly ok: false; readonly reason: ReadFault };
/** How a load ends: the list's birth; null: there is no such list. */
export type LoadEnd =
  | { readonly ok: true; readonly birth: Birth | null; readonly life: Life | null }
  | ReadFailure;
/** How a stretch ends. */
export type EventsRead = { readonly ok: true; readonly events: StoredEvent[] } | ReadFailure;
/** How keyed writes end. */
export type WritesRead = { readonly ok: true } | ReadFailure;
/** Which list was made under a key. */
export type MadeRead = { readonly ok: true; readonly list: string | null } | ReadFailure;
/** One page of lists. */
export type ListsRead =
  | { readonly ok: true; readonly lists: readonly ListEntry[]; readonly more: boolean }
  | ReadFailure;

/** Work in steps; what a step has found, and what comes of all of it. */
export type Steps<Found, Result> = Generator<Found[], Result, undefined>;

const DAMAGED: ReadFailure = { ok: false, reason: "damaged" };

/** Reads by a connection of its own; what it answers was committed. */
export class EventReader {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #heads: Heads;
  readonly #walks: ListWalks;

  /** Takes `db`, from openForReading, as its own. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = prepare(db);
    this.#heads = new Heads(db);
    this.#walks = new ListWalks(db, this.#heads);
  }

  /** All of a list that was committed when it began; the newest events come first. */
  *load(list: string): Steps<StoredEvent, LoadEnd> {
    const life = this.#read(() => ({ ok: true, life: this.#lifeOf(list) }));
    if (!life.ok) return life;
    let part: StoredEvent[] = [];
    const steps = this.#back(list, Number.POSITIVE_INFINITY, (row) => part.push(eventOf(row)) > 0);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true)
        return step.value.ok ? { ...step.value, life: life.life } : step.value;
      yield part;
      part = [];
    }
  }

  /** A stretch of a list. */
  *events(query: EventsQuery): Steps<never, EventsRead> {
    const { list, before, after, limit, bytesMax, bytesEach } = query;
    const events: StoredEvent[] = [];
    let bytes = 0;
    const end = yield* this.#back(list, before, (row) => {
      bytes += Buffer.byteLength(row.body) + bytesEach;
      if (row.seq <= after || events.length === limit) return false;
      if (bytes > bytesMax && events.length > 0) return false;
      events.push(eventOf(row));
      return true;
    });
    return end.ok ? { ok: true, events } : end;
  }

  /** The keyed writes of a list. */
  *writes({ list, since, allSince, limit }: WritesQuery): Steps<StoredWrite, WritesRead> {
    let part: StoredWrite[] = [];
    let count = 0;
    const steps = this.#back(list, Number.POSITIVE_INFINITY, ({ seq, at, user, key }) => {
      if (at < since || (at < allSince && count >= limit)) return false;
      if (key === null || key === WITH_THE_NEXT) return true;
      count += 1;
      part.push({ seq, at, user, key });
      return true;
    });
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value.ok ? { ok: true } : step.value;
      yield part;
      part = [];
    }
  }

  /** The latest list a user has made under a key. */
  made({ user, key }: MadeQuery): MadeRead {
    return this.#read(() => {
      const made = this.#sql.made.get(user, key) as { readonly list: string } | undefined;
      return { ok: true, list: made?.list ?? null };
    });
  }

  /** One page of a user's lists. */
  lists({ user, after = "", limit, deletedSince }: ListsQuery): ListsRead {
    return this.#read(() => {
      this.#heads.follow();
      const rows = (deletedSince === undefined
        ? this.#sql.lists.all(user, after, limit + 1)
        : this.#sql.deleted.all(user, after, deletedSince, limit + 1)) as unknown as MemberRow[];
      const lists = rows.slice(0, limit).map((row) => this.#entry(row));
      return { ok: true, lists, more: rows.length > limit };
    });
  }

  close(): void {
    this.#db.close();
  }

  /**
   * Takes the events of a list below `before`, the newest first, until `take` has enough (it says
   * false). What was taken is proven when this ends well.
   */
  *#back(list: string, before: number, take: (row: Row) => boolean): Steps<never, LoadEnd> {
    const begun = this.#read(() => ({ ok: true, walk: this.#walks.begin(list, before) }));
    if (!begun.ok) return begun;
    const { walk } = begun;
    if (walk === "damaged") return DAMAGED;
    if (walk === undefined) return { ok: true, birth: null, life: null };
    for (;;) {
      const stepped = this.#read(() => ({ ok: true, went: walk.step(STEP_EVENTS, take) }));
      if (!stepped.ok) return stepped;
      if (stepped.went === "damaged") return DAMAGED;
      yield [];
      if (stepped.went === "done") return { ok: true, birth: walk.birth, life: null };
    }
  }

  #lifeOf(list: string): Life | null {
    return (this.#sql.life.get(list) as unknown as Life | undefined) ?? null;
  }

  #entry({ id, list, title, role, deletedAt }: MemberRow): ListEntry {
    const { seq, count } = this.#heads.get(id) ?? { seq: 0, count: 0 };
    return { list, title, role, seq, count, ...(deletedAt !== null && { deletedAt }) };
  }

  /** Runs `work` in one read transaction; what the file has against it becomes a value. */
  #read<Result extends { readonly ok: boolean }>(work: () => Result): Result | ReadFailure {
    try {
      this.#sql.begin.run();
      return work();
    } catch (error) {
      const kind = kindOf(error);
      if (kind === undefined) throw error;
      return kind === "corrupt" ? DAMAGED : { ok: false, reason: "io" };
    } finally {
      if (this.#db.isTransaction) this.#sql.commit.run();
    }
  }
}

function eventOf({ seq, at, user, pid, key, body }: Row): StoredEvent {
  return { seq, at, user, pid, key, body };
}

interface MemberRow {
  readonly id: number;
  readonly list: string;
  readonly title: string;
  readonly role: Role;
  readonly deletedAt: number | null;
}

function prepare(db: DatabaseSync) {
  return {
    begin: db.prepare("BEGIN"),
    commit: db.prepare("COMMIT"),
    life: db.prepare(
      `SELECT v.epoch, v.deleted_at AS deletedAt FROM lives v JOIN lists l ON l.id = v.list
       WHERE l.name = ?`,
    ),
    made: db.prepare(
      "SELECT name AS list FROM lists WHERE owner = ? AND key = ? ORDER BY id DESC LIMIT 1",
    ),
    lists: db.prepare(
      `SELECT l.id, m.list, l.title, m.role, NULL AS deletedAt
       FROM members m JOIN lists l ON l.name = m.list
       WHERE m.user = ? AND m.list > ? ORDER BY m.list LIMIT ?`,
    ),
    deleted: db.prepare(
      `SELECT l.id, m.list, l.title, m.role, m.deleted_at AS deletedAt
       FROM former_members m JOIN lists l ON l.name = m.list
       WHERE m.user = ? AND m.list > ? AND m.role = 'owner' AND m.deleted_at >= ?
       ORDER BY m.list LIMIT ?`,
    ),
  };
}
