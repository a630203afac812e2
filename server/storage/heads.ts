/**
 * Heads: the last event of every list, for the writer's fence and for the reader.
 *
 * The table `heads` is right as of `checkpoint_pos`; `#recent` has the lists that changed since.
 * The writer sets what it commits and now and then writes a checkpoint; the reader, on a connection
 * of its own, is told of what moved, and follows by reading the events that came after.
 * Bound: `#recent` and `#older` hold the lists of one checkpoint interval each.
 * Errors: an event that does not fit its list's last one makes both lists `damaged`; others go on.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Events read at a time, some 100 bytes each. */
const PORTION_EVENTS = 20_000;

/** A list's last event: its position (0: none yet), seq, todos after it, and checksum. */
export interface Head {
  readonly pos: number;
  readonly seq: number;
  readonly count: number;
  readonly sum: number;
}

/**
 * The heads of the lists that have events between two positions, the second included: of each the
 * list, then the members of its head.
 */
export interface Moved {
  readonly from: number;
  readonly to: number;
  readonly heads: Float64Array<ArrayBuffer>;
}

/** Numbers in `Moved` for each list. */
const MOVED_NUMBERS = 5;

export class Heads {
  readonly #db: DatabaseSync;
  readonly #stored: StatementSync;
  readonly #checkpointPos: StatementSync;
  readonly #tail: StatementSync;
  readonly #listAt: StatementSync;
  #recent = new Map<number, Head>();
  #older: ReadonlyMap<number, Head> = new Map(); // In the table as well; saves reading it again.
  readonly #damaged = new Set<number>();
  #moved = new Map<number, Head>(); // Set since the last `takeMoved`.
  #movedFrom = 0; // The position before the first of them.
  #checkpoint = 0;
  #pos = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#stored = db.prepare("SELECT pos, seq, count, sum FROM heads WHERE list = ?");
    this.#checkpointPos = db.prepare("SELECT checkpoint_pos AS pos FROM meta");
    this.#tail = db.prepare(
      `SELECT pos, list, seq, prev, count, sum FROM events WHERE pos > ? ORDER BY pos
       LIMIT ${PORTION_EVENTS}`,
    );
    this.#tail.setReturnArrays(true); // 0.6 µs an event; as objects one by one 2 µs.
    this.#listAt = db.prepare("SELECT list FROM events WHERE pos = ?");
  }

  /** The position of the last event of all. */
  get pos(): number {
    return this.#pos;
  }

  /** Events since the checkpoint. */
  get sinceCheckpoint(): number {
    return this.#pos - this.#checkpoint;
  }

  /** By the list's row id. Undefined: there is no such list, or its head is lost. */
  get(list: number): Head | undefined {
    return this.#recent.get(list) ?? this.#older.get(list) ?? this.#read(list);
  }

  /** An event of that list has no place in its chain. */
  isDamaged(list: number): boolean {
    return this.#damaged.has(list);
  }

  set(list: number, head: Head): void {
    if (this.#moved.size === 0) this.#movedFrom = this.#pos;
    this.#recent.set(list, head);
    this.#moved.set(list, head);
    if (head.pos > this.#pos) this.#pos = head.pos;
  }

  /** What was set since the last time. */
  takeMoved(): Moved {
    const heads = new Float64Array(this.#moved.size * MOVED_NUMBERS);
    let next = 0;
    for (const [list, { pos, seq, count, sum }] of this.#moved) {
      heads.set([list, pos, seq, count, sum], next);
      next += MOVED_NUMBERS;
    }
    const from = next === 0 ? this.#pos : this.#movedFrom;
    this.#moved = new Map();
    return { from, to: this.#pos, heads };
  }

  /** Learns what the writer has committed; what came before it, and it missed, it reads. */
  learn({ from, to, heads }: Moved): void {
    this.#dropStored();
    if (from > this.#pos) return this.follow();
    for (let next = 0; next < heads.length; next += MOVED_NUMBERS) {
      const [list, pos, seq, count, sum] = heads.subarray(next) as unknown as MovedHead;
      if (pos > this.#pos) this.#recent.set(list, { pos, seq, count, sum });
    }
    this.#pos = Math.max(this.#pos, to);
  }

  /** Reads what other connections have committed since. Run it in a transaction. */
  follow(): void {
    this.#dropStored();
    for (let rows = PORTION_EVENTS; rows === PORTION_EVENTS; ) {
      const portion = this.#tail.all(this.#pos) as unknown as TailRow[];
      for (const row of portion) this.#take(row);
      rows = portion.length;
    }
  }

  /** Writes the heads that changed since the last time. Run it in a transaction; then `settle`. */
  checkpoint(): void {
    const write = this.#db.prepare("INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?)");
    const lists = Int32Array.from(this.#recent.keys()).sort(); // In the table's own order.
    for (const list of lists) {
      const head = this.#recent.get(list);
      if (head !== undefined) write.run(list, head.pos, head.seq, head.count, head.sum);
    }
    // A list without a head stays known as damaged: its tail will not be looked at again.
    const drop = this.#db.prepare("DELETE FROM heads WHERE list = ?");
    for (const list of this.#damaged) drop.run(list);
    this.#db.prepare("UPDATE meta SET checkpoint_pos = ?").run(this.#pos);
  }

  /** The checkpoint is committed. */
  settle(): void {
    this.#older = this.#recent;
    this.#recent = new Map();
    this.#checkpoint = this.#pos;
  }

  /** Forgets what the table has. */
  #dropStored(): void {
    const checkpoint = Number(this.#checkpointPos.get()?.pos);
    if (checkpoint <= this.#checkpoint) return;
    for (const [list, head] of this.#recent) {
      if (head.pos <= checkpoint) this.#recent.delete(list);
    }
    this.#checkpoint = checkpoint;
    this.#pos = Math.max(this.#pos, checkpoint);
  }

  #read(list: number): Head | undefined {
    return this.#stored.get(list) as Head | undefined;
  }

  #take([pos, list, seq, prev, count, sum]: TailRow): void {
    this.#pos = pos;
    const former = this.get(list);
    if (former !== undefined && former.pos === prev && former.seq + 1 === seq) {
      this.#recent.set(list, { pos, seq, count, sum });
      return;
    }
    // One of the two names is wrong: this event's list, or that of the event before it.
    this.#damaged.add(list);
    const other = this.#listAt.get(prev)?.list;
    if (typeof other === "number") this.#damaged.add(other);
  }
}

type TailRow = readonly [
  pos: number,
  list: number,
  seq: number,
  prev: number,
  count: number,
  sum: number,
];

type MovedHead = readonly [list: number, pos: number, seq: number, count: number, sum: number];
