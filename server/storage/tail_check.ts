/**
 * TailCheck: whether every event after the heads' checkpoint is there, or known to be missing.
 *
 * The tail alone tells where these lists end: an event that is lost from it, the last of its list,
 * would be missed by nobody. Positions have no gaps, so its place is missed. One that a later event
 * follows on, or that tells whose it was, damages that list alone (heads.ts), as any other does.
 * Cost: 1 µs an event of the tail.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";

/** What of a row is looked at. */
type Row = readonly [pos: number, list: number, seq: number, prev: number];
/** A list's last event so far. */
interface End {
  readonly pos: number;
  readonly seq: number;
}

/** Rows that may be gone together; more are taken for a position that is wrong. */
const GAP_MAX = 1000;

/** Nothing of the tail is lost without a list that tells of it. */
export function isTailWhole(db: DatabaseSync): boolean {
  const checkpoint = Number(db.prepare("SELECT checkpoint_pos AS pos FROM meta").get()?.pos);
  const rows = db.prepare("SELECT pos, list, seq, prev FROM events WHERE pos > ? ORDER BY pos");
  rows.setReturnArrays(true);
  const tail = new Tail(db, checkpoint);
  for (const row of rows.iterate(checkpoint)) tail.take(row as unknown as Row);
  return tail.isWhole;
}

class Tail {
  readonly #ends = new Map<number, End>();
  readonly #stored: StatementSync;
  readonly #listAt: StatementSync;
  readonly #broken = new Set<number>(); // Lists that are known to be damaged.
  readonly #lost = new Set<number>(); // Positions whose list is not known.
  #pos: number; // Of the row before.

  constructor(db: DatabaseSync, checkpoint: number) {
    this.#pos = checkpoint;
    this.#stored = db.prepare("SELECT pos, seq FROM heads WHERE list = ?");
    this.#listAt = db.prepare("SELECT list FROM events WHERE pos = ?");
  }

  get isWhole(): boolean {
    return this.#lost.size === 0;
  }

  take([pos, list, seq, prev]: Row): void {
    this.#pos += 1;
    if (pos > this.#pos && pos <= this.#pos + GAP_MAX) {
      while (this.#pos < pos) this.#lost.add(this.#pos++);
    }
    if (pos !== this.#pos) {
      this.#lost.add(this.#pos);
      return;
    }
    const end = this.#endOf(list);
    if (end !== undefined && end.pos === prev && end.seq + 1 === seq) {
      this.#ends.set(list, { pos, seq });
      return;
    }
    const isAfterLost = this.#lost.delete(prev) && end !== undefined;
    if (isAfterLost || this.#isOf(list, seq, prev)) this.#broken.add(list);
    else if (!this.#isOfAnother(seq, prev)) this.#lost.add(pos);
  }

  /** It is of the list that it names: that is damaged already, or but one more number is wrong. */
  #isOf(list: number, seq: number, prev: number): boolean {
    const end = this.#endOf(list);
    if (this.#broken.has(list)) return true;
    return end !== undefined && (end.pos === prev || end.seq + 1 === seq);
  }

  /** It is of the list whose last event it follows on, and names a wrong one. */
  #isOfAnother(seq: number, prev: number): boolean {
    const list = this.#listAt.get(prev)?.list;
    const end = typeof list === "number" ? this.#endOf(list) : undefined;
    if (typeof list !== "number" || end?.pos !== prev || end.seq + 1 !== seq) return false;
    this.#broken.add(list);
    return true;
  }

  #endOf(list: number): End | undefined {
    return this.#ends.get(list) ?? (this.#stored.get(list) as End | undefined);
  }
}
