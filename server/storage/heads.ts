/**
 * Heads: the last event of every list, for the writer's fence and for the reader.
 *
 * The table `heads` is right as of `checkpoint_pos`; `#recent` has the lists that changed since.
 * The writer sets what it commits and now and then writes a checkpoint; the reader, on a connection
 * of its own, follows by reading the events that came after those it has seen.
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

export class Heads {
  readonly #db: DatabaseSync;
  readonly #stored: StatementSync;
  readonly #checkpointPos: StatementSync;
  readonly #tail: StatementSync;
  readonly #listAt: StatementSync;
  #recent = new Map<number, Head>();
  #older: ReadonlyMap<number, Head> = new Map(); // In the table as well; saves reading it again.
  readonly #damaged = new Set<number>();
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
    this.#recent.set(list, head);
    if (head.pos > this.#pos) this.#pos = head.pos;
  }

  /** Reads what other connections have committed since. Run it in a transaction. */
  follow(): void {
    const checkpoint = Number(this.#checkpointPos.get()?.pos);
    if (checkpoint > this.#checkpoint) {
      for (const [list, head] of this.#recent) {
        if (head.pos <= checkpoint) this.#recent.delete(list);
      }
      this.#checkpoint = checkpoint;
      this.#pos = Math.max(this.#pos, checkpoint);
    }
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
