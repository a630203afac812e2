/**
 * EventReader: reads lists and the index of members, synchronously; runs in the reader's thread.
 *
 * A list is read from its last event backwards, each event checked against the sum of the one
 * before it. Work comes in steps: a read transaction ends within a step, since one that stays open
 * keeps SQLite from emptying its write-ahead log; events never change, so the steps agree.
 * Bound: a step reads STEP_EVENTS events, or one page of lists.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Role } from "../../shared/todo/todo.ts";
import { birthSum, eventSum } from "./checksum.ts";
import type { Birth, ListEntry, ListsQuery, StoredEvent } from "./event_log.ts";
import { type Head, Heads } from "./heads.ts";
import { kindOf } from "./sqlite_error.ts";

/** Events read in one transaction: some 2 ms. */
const STEP_EVENTS = 500;

/** damaged: what is on disk is not what was written. io: it cannot be read now. */
export type ReadFailure = { readonly ok: false; readonly reason: "damaged" | "io" };
/** How a load ends: the list's birth; null: there is no such list. */
export type LoadEnd = { readonly ok: true; readonly birth: Birth | null } | ReadFailure;
export type ListsResult =
  | { readonly ok: true; readonly lists: readonly ListEntry[]; readonly more: boolean }
  | ReadFailure;

const DAMAGED: ReadFailure = { ok: false, reason: "damaged" };

/** Reads by a connection of its own; what it answers was committed. */
export class EventReader {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #heads: Heads;

  /** Takes `db`, from openForReading, as its own. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = prepare(db);
    this.#heads = new Heads(db);
  }

  /** All of a list that was committed when it began; yields events in steps, the newest first. */
  *load(list: string): Generator<StoredEvent[], LoadEnd, undefined> {
    const begun = this.#read(() => this.#begin(list));
    if (!begun.ok) return begun;
    const { walk } = begun;
    if (walk === null) return { ok: true, birth: null };
    while (walk.seq > 0) {
      const stepped = this.#read(() => this.#step(walk));
      if (!stepped.ok) return stepped;
      yield stepped.events;
    }
    return walk.pos === 0 && isProven(walk, walk.birthSum)
      ? { ok: true, birth: walk.birth }
      : DAMAGED;
  }

  /** One page of a user's lists. */
  lists({ user, after = "", limit }: ListsQuery): ListsResult {
    return this.#read(() => {
      this.#heads.follow();
      const rows = this.#sql.lists.all(user, after, limit + 1) as unknown as MemberRow[];
      const lists: ListEntry[] = [];
      for (const { id, list, title, role } of rows.slice(0, limit)) {
        const { seq, count } = this.#heads.get(id) ?? { seq: 0, count: 0 };
        lists.push({ list, title, role, seq, count });
      }
      return { ok: true, lists, more: rows.length > limit };
    });
  }

  close(): void {
    this.#db.close();
  }

  /** Runs `work` in one read transaction; what the file has against it becomes a value. */
  #read<Result>(work: () => Result): Result | ReadFailure {
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

  #begin(list: string): { readonly ok: true; readonly walk: Walk | null } | ReadFailure {
    this.#heads.follow();
    const row = this.#sql.list.get(list) as unknown as ListRow | undefined;
    if (row === undefined) return { ok: true, walk: null };
    const { id, epoch, title, owner, at, sum } = row;
    const birth = { epoch, title, owner, at };
    const head = this.#heads.get(id);
    if (head === undefined || this.#heads.isDamaged(id)) return DAMAGED;
    if (birthSum(list, birth) !== sum) return DAMAGED;
    const { pos, seq } = head;
    return { ok: true, walk: { id, birth, birthSum: sum, head, pos, seq, later: undefined } };
  }

  #step(walk: Walk): { readonly ok: true; readonly events: StoredEvent[] } | ReadFailure {
    const events: StoredEvent[] = [];
    while (events.length < STEP_EVENTS && walk.seq > 0) {
      const row = this.#sql.event.get(walk.pos) as unknown as Row | undefined;
      if (row === undefined || row.list !== walk.id || row.seq !== walk.seq) return DAMAGED;
      if (!isProven(walk, row.sum)) return DAMAGED;
      if (walk.later === undefined && row.count !== walk.head.count) return DAMAGED;
      const { seq, at, user, pid, key, body } = row;
      events.push({ seq, at, user, pid, key, body });
      walk.later = row;
      walk.pos = row.prev;
      walk.seq -= 1;
    }
    return { ok: true, events };
  }
}

/** A way back through one list: `pos` and `seq` are those of the event to be read next. */
interface Walk {
  readonly id: number;
  readonly birth: Birth;
  readonly birthSum: number;
  readonly head: Head;
  pos: number;
  seq: number;
  later: Row | undefined; // The event read last, not yet proven.
}

/** True when the event read last follows on `sum`; before the first, when the head is `sum`. */
function isProven({ later, head }: Walk, sum: number): boolean {
  if (later === undefined) return head.sum === sum;
  return eventSum(sum, later, later.count) === later.sum;
}

interface Row extends StoredEvent {
  readonly list: number;
  readonly prev: number;
  readonly count: number;
  readonly sum: number;
}

interface ListRow extends Birth {
  readonly id: number;
  readonly sum: number;
}

interface MemberRow {
  readonly id: number;
  readonly list: string;
  readonly title: string;
  readonly role: Role;
}

function prepare(db: DatabaseSync) {
  return {
    begin: db.prepare("BEGIN"),
    commit: db.prepare("COMMIT"),
    list: db.prepare(
      "SELECT id, epoch, first_title AS title, owner, at, sum FROM lists WHERE name = ?",
    ),
    event: db.prepare(
      "SELECT list, seq, prev, count, sum, at, user, pid, key, body FROM events WHERE pos = ?",
    ),
    lists: db.prepare(
      `SELECT l.id, m.list, l.title, m.role FROM members m JOIN lists l ON l.name = m.list
       WHERE m.user = ? AND m.list > ? ORDER BY m.list LIMIT ?`,
    ),
  };
}
