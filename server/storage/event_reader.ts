/**
 * EventReader: reads lists and the index of members, synchronously; runs in the reader's thread.
 *
 * A list is read from its last event backwards (list_walk.ts), in a load to its snapshot. Work is
 * in steps: a read transaction ends within a step, since one that stays open keeps SQLite from
 * emptying its write-ahead log; events never change, so the steps agree.
 * Bound: a step reads STEP_EVENTS events, a snapshot (4 MiB), or one page of lists.
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
  type Snapshot,
  type StoredEvent,
  type StoredWrite,
  WITH_THE_NEXT,
  type WritesQuery,
} from "./event_log.ts";
import { Heads, type Moved } from "./heads.ts";
import { type ListWalk, ListWalks, type Row } from "./list_walk.ts";
import { Snapshots, type Snapshotted } from "./snapshots.ts";
import { DUE, weightOf } from "./snapshots_due.ts";
import { kindOf } from "./sqlite_error.ts";

/** Events read in one transaction: some 2 ms. */
const STEP_EVENTS = 500;

export type ReadFailure = { readonly ok: false; readonly reason: ReadFault };
/** What a load ends with, beside the events after the snapshot. */
export interface LoadDone {
  readonly ok: true;
  readonly birth: Birth;
  readonly life: Life | null;
  readonly snapshot: Snapshot | null;
  /** Not one to start from: it is as if there was none. */
  readonly isSnapshotDamaged: boolean;
  /** So much came after it that a new one is worth its while. */
  readonly isSnapshotDue: boolean;
  /** Where the list's log ended. */
  readonly end: Snapshotted;
}
/** How a load ends; birth null: there is no such list. */
export type LoadEnd = LoadDone | { readonly ok: true; readonly birth: null } | ReadFailure;
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

/** A list at whose end a walk begins; undefined: there is no such list. */
type Begun = { readonly ok: true; readonly walk: ListWalk | undefined } | ReadFailure;

const DAMAGED: ReadFailure = { ok: false, reason: "damaged" };

/** Reads by a connection of its own; what it answers was committed. */
export class EventReader {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #heads: Heads;
  readonly #walks: ListWalks;
  readonly #snapshots: Snapshots;

  /** Takes `db`, from openForReading, as its own. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = prepare(db);
    this.#heads = new Heads(db);
    this.#walks = new ListWalks(db, this.#heads);
    this.#snapshots = new Snapshots(db);
  }

  /** Looks at all that was committed, some 0.6 µs an event, which a load need not then. */
  follow(): void {
    this.#read(() => {
      this.#heads.follow();
      return { ok: true };
    });
  }

  /** Is told what the writer has committed, which saves looking. */
  learn(moved: Moved): void {
    this.#read(() => {
      this.#heads.learn(moved);
      return { ok: true };
    });
  }

  /** A list as it was committed when this began; the newest events come first. */
  *load(list: string): Steps<StoredEvent, LoadEnd> {
    const begun = this.#read(() => this.#beginLoad(list));
    if (!begun.ok) return begun;
    if (begun.walk === undefined) return { ok: true, birth: null };
    const { walk, life, kept } = begun;
    const isSnapshotDamaged = kept === "damaged";
    let weight = isSnapshotDamaged ? DUE : 0;
    let part: StoredEvent[] = [];
    const steps = this.#back(walk, (row) => {
      weight += weightOf(row);
      return part.push(eventOf(row)) > 0;
    });
    for (;;) {
      const { done, value } = steps.next();
      if (done !== true) {
        yield part;
        part = [];
      } else if (!value.ok) {
        return value;
      } else {
        const snapshot = kept === undefined || kept === "damaged" ? null : kept.snapshot;
        const { birth, list: end } = walk;
        const isSnapshotDue = weight >= DUE;
        return { ok: true, birth, life, snapshot, isSnapshotDamaged, isSnapshotDue, end };
      }
    }
  }

  /** A stretch of a list. */
  *events(query: EventsQuery): Steps<never, EventsRead> {
    const { list, before, after, limit, bytesMax, bytesEach } = query;
    const events: StoredEvent[] = [];
    let bytes = 0;
    const begun = this.#read(() => this.#begin(list, before));
    if (!begun.ok || begun.walk === undefined) return begun.ok ? { ok: true, events } : begun;
    const end = yield* this.#back(begun.walk, (row) => {
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
    const begun = this.#read(() => this.#begin(list, Number.POSITIVE_INFINITY));
    if (!begun.ok || begun.walk === undefined) return begun.ok ? { ok: true } : begun;
    const steps = this.#back(begun.walk, ({ seq, at, user, key }) => {
      if (at < since || (at < allSince && count >= limit)) return false;
      if (key === null || key === WITH_THE_NEXT) return true;
      count += 1;
      part.push({ seq, at, user, key });
      return true;
    });
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value;
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

  #begin(list: string, before: number): Begun {
    const walk = this.#walks.begin(list, before);
    return walk === "damaged" ? DAMAGED : { ok: true, walk };
  }

  /** A walk down to the newest snapshot that is good, if there is one. */
  #beginLoad(list: string) {
    const begun = this.#begin(list, Number.POSITIVE_INFINITY);
    if (!begun.ok) return begun;
    const { walk } = begun;
    if (walk === undefined) return { ok: true, walk } as const;
    const kept = this.#snapshots.newest(walk.list);
    if (kept !== undefined && kept !== "damaged") walk.stopAt(kept.floor);
    return { ok: true, walk, kept, life: this.#lifeOf(list) } as const;
  }

  /**
   * Takes the events of a walk, the newest first, until `take` has enough (it says false). What was
   * taken is proven when this ends well.
   */
  *#back(walk: ListWalk, take: (row: Row) => boolean): Steps<never, WritesRead> {
    for (;;) {
      const stepped = this.#read(() => ({ ok: true, went: walk.step(STEP_EVENTS, take) }) as const);
      if (!stepped.ok) return stepped;
      if (stepped.went === "damaged") return DAMAGED;
      yield [];
      if (stepped.went === "done") return { ok: true };
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
      if (this.#db.isTransaction) this.#sql.rollback.run(); // A COMMIT fails on a damaged file.
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
    rollback: db.prepare("ROLLBACK"),
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
