/**
 * ListWalk: the way back through one list's events, each checked against the sum before it.
 *
 * Order: the newest event first. An event is proven once the one before it is read, or the floor is
 *        reached: the birth, or the event of a snapshot.
 * Cost:  there is no index by seq: a walk to an old event passes all newer ones. Where a walk ended
 *        is kept for PLACES_KEPT walks, so that reading on by pages costs the page.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { birthSum, eventSum } from "./checksum.ts";
import type { Birth, StoredEvent } from "./event_log.ts";
import type { Head, Heads } from "./heads.ts";
import { RecentMap } from "./recent_map.ts";
import type { Floor, Snapshotted } from "./snapshots.ts";

/** Ends of walks that are kept, some 150 bytes each. */
const PLACES_KEPT = 10_000;

/** An event as the table has it. */
export interface Row extends StoredEvent {
  readonly list: number;
  readonly prev: number;
  readonly count: number;
  readonly sum: number;
}

/** How a step went. done: all is taken that was wanted, and proven. */
export type Went = "done" | "on" | "damaged";

/** Begins walks. */
export class ListWalks {
  readonly #list: StatementSync;
  readonly #event: StatementSync;
  readonly #heads: Heads;
  /** By the list's row id and seq: where that event stands. */
  readonly #places = new RecentMap<string, Head>(PLACES_KEPT);

  constructor(db: DatabaseSync, heads: Heads) {
    this.#heads = heads;
    this.#list = db.prepare(
      `SELECT id, epoch, first_title AS title, owner, at, key, first_seq AS firstSeq, sum
       FROM lists WHERE name = ?`,
    );
    this.#event = db.prepare(
      "SELECT list, seq, prev, count, sum, at, user, pid, key, body FROM events WHERE pos = ?",
    );
  }

  /** At the newest event of the list below `before`; undefined: there is no such list. */
  begin(list: string, before: number): ListWalk | "damaged" | undefined {
    this.#heads.follow();
    const row = this.#list.get(list) as unknown as ListRow | undefined;
    if (row === undefined) return undefined;
    const { id, sum, ...birth } = row;
    const head = this.#heads.get(id);
    if (head === undefined || this.#heads.isDamaged(id)) return "damaged";
    if (birthSum(list, birth) !== sum) return "damaged";
    const place = this.#places.get(`${id}:${before - 1}`) ?? head;
    const keep = (end: Head) => this.#places.set(`${id}:${end.seq}`, end);
    return new ListWalk({ id, birth, birthSum: sum, place, before, event: this.#event, keep });
  }
}

/** `place`: of the event that is read first. */
interface WalkOptions extends Snapshotted {
  readonly birth: Birth;
  readonly before: number;
  readonly event: StatementSync;
  /** Told where the first event stands that was not taken. */
  readonly keep: (end: Head) => void;
}

/** One walk. Its steps run in transactions of their own. */
export class ListWalk {
  readonly birth: Birth;
  readonly list: Snapshotted;
  readonly #options: WalkOptions;
  #floor: Floor;
  #pos: number; // Of the event to be read next.
  #seq: number;
  #later: Row | undefined; // The event read last, not yet proven.

  constructor(options: WalkOptions) {
    const { id, birth, birthSum, place } = options;
    this.birth = birth;
    this.list = { id, birthSum, place };
    this.#options = options;
    this.#floor = { pos: 0, seq: 0, sum: birthSum };
    this.#pos = options.place.pos;
    this.#seq = options.place.seq;
  }

  /** Down to that event, which is not read. Before the first step. */
  stopAt(floor: Floor): void {
    this.#floor = floor;
  }

  /** Reads up to `eventsMax` events and offers them; `take` says false when it wants no more. */
  step(eventsMax: number, take: (row: Row) => boolean): Went {
    const floor = this.#floor;
    for (let left = eventsMax; left > 0 && this.#seq > floor.seq; left -= 1) {
      const row = this.#options.event.get(this.#pos) as unknown as Row | undefined;
      if (row === undefined || !this.#fits(row)) return "damaged";
      if (row.seq < this.#options.before && !take(row)) {
        const { seq, count, sum } = row;
        this.#options.keep({ pos: this.#pos, seq, count, sum });
        return "done";
      }
      this.#later = row;
      this.#pos = row.prev;
      this.#seq -= 1;
    }
    if (this.#seq > floor.seq) return "on";
    return this.#pos === floor.pos && this.#isProven(floor.sum) ? "done" : "damaged";
  }

  #fits(row: Row): boolean {
    const { id, place } = this.#options;
    if (!isTyped(row) || row.list !== id || row.seq !== this.#seq) return false;
    if (!this.#isProven(row.sum)) return false;
    return this.#later !== undefined || row.count === place.count;
  }

  /** True when the event read last follows on `sum`; before the first, when its place says so. */
  #isProven(sum: number): boolean {
    const later = this.#later;
    if (later === undefined) return this.#options.place.sum === sum;
    return eventSum(sum, later, later.count) === later.sum;
  }
}

/** It is offered before it is proven, and a damaged record may have anything in place of a text. */
function isTyped({ user, pid, key, body }: { readonly [Member in keyof Row]: unknown }): boolean {
  return (
    typeof body === "string" &&
    typeof user === "string" &&
    typeof pid === "string" &&
    (key === null || typeof key === "string")
  );
}

interface ListRow extends Birth {
  readonly id: number;
  readonly sum: number;
}
