/**
 * Snapshots: the table that has, of a list, the newest state from which it can be brought back.
 *
 * Shape: its parts as rows 1 to n, then its head as row 0: where there is a head, all is there. The
 *        head says at which position of the log it was taken, and what the list's chain of sums had
 *        come to there, so that the chain is proven from there on. The rows have a chain of their
 *        own, that starts from the sum of the list's birth.
 * Errors: one that is not what was written, or that does not fit the log, is `damaged`: the events
 *        that it stands for are all there, so nothing is lost but time.
 */
import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { Snapshot } from "./event_log.ts";
import type { Head } from "./heads.ts";
import { kindOf } from "./sqlite_error.ts";

/** A row of the table; `list`: the list's row id. */
export interface SnapshotRow {
  readonly list: number;
  readonly seq: number;
  readonly part: number;
  readonly sum: number;
  readonly body: string;
}

/** A list whose snapshot is wanted, and the end of its log. */
export interface Snapshotted {
  readonly id: number;
  readonly birthSum: number;
  readonly place: Head;
}

/** A snapshot, and the last event that it stands for. */
export interface Kept {
  readonly snapshot: Snapshot;
  readonly floor: Floor;
}

/** An event that is known to be right, though it was not read: where it is, and the sum there. */
export type Floor = Pick<Head, "pos" | "seq" | "sum">;

/** What the head's row has beside the snapshot's own head. */
interface Where extends Pick<Head, "pos" | "sum"> {
  readonly at: number;
  readonly parts: number;
}

/** The rows of a snapshot of that list, in the order in which they are to be written. */
export function* rowsOf(
  { id, birthSum, place }: Snapshotted,
  { seq, at, head, parts }: Snapshot,
): Generator<SnapshotRow, void, undefined> {
  let sum = firstSum(birthSum, seq);
  for (const [index, body] of parts.entries()) {
    sum = nextSum(sum, body);
    yield { list: id, seq, part: index + 1, sum, body };
  }
  const where: Where = { pos: place.pos, sum: place.sum, at, parts: parts.length };
  const body = `${JSON.stringify(where)}\n${head}`;
  yield { list: id, seq, part: 0, sum: nextSum(sum, body), body };
}

function firstSum(birthSum: number, seq: number): number {
  return crc32(`${birthSum}\n${seq}`);
}

/** Of what is no text too: a damaged row may have anything. */
function nextSum(sum: number, body: unknown): number {
  return crc32(String(body), sum);
}

/** Reads and writes them. */
export class Snapshots {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync) {
    this.#sql = prepare(db);
  }

  /** The newest one; undefined: there is none. Run it in a transaction. */
  newest(list: Snapshotted): Kept | "damaged" | undefined {
    try {
      const head = this.#sql.head.get(list.id) as SnapshotRow | undefined;
      return head === undefined ? undefined : this.#read(list, head);
    } catch (error) {
      if (kindOf(error) === "corrupt") return "damaged";
      throw error;
    }
  }

  /** Writes a row; the head takes what is older of its list away. Run it in a transaction. */
  write({ list, seq, part, sum, body }: SnapshotRow): void {
    this.#sql.write.run(list, seq, part, sum, body);
    if (part > 0) return;
    for (const older of this.#sql.seqs.all(list)) {
      if (older.seq !== seq) this.clear(list, Number(older.seq));
    }
  }

  /**
   * Takes away what there is of one at that seq, before it is written anew. False: it is not what
   * was written, and stays: a row whose pages are not its own would take another table's with it.
   */
  clear(list: number, seq: number): boolean {
    const isWhole = this.#isWhole(list, seq);
    if (isWhole) this.#sql.clear.run(list, seq);
    return isWhole;
  }

  /** For a copy, whose pages are all its own: takes away what is not what was written. */
  dropDamaged(): void {
    for (const { list, seq } of this.#sql.all.all()) {
      const [id, at] = [Number(list), Number(seq)];
      if (!this.#isWhole(id, at)) this.#sql.clear.run(id, at);
    }
  }

  /** The rows that are there have their chain of sums; the head may be missing. */
  #isWhole(list: number, seq: number): boolean {
    const parts = this.#sql.parts.all(list, seq) as unknown as SnapshotRow[];
    const birth = this.#sql.birth.get(list) as { readonly sum: number } | undefined;
    const heads = this.#sql.headAt.all(list, seq) as unknown as SnapshotRow[];
    let last = firstSum(birth?.sum ?? 0, seq);
    return [...parts, ...heads].every(({ sum, body }) => {
      last = nextSum(last, body);
      return sum === last;
    });
  }

  #read({ id, birthSum, place }: Snapshotted, { seq, sum, body }: SnapshotRow): Kept | "damaged" {
    const rows = this.#sql.parts.all(id, seq) as unknown as SnapshotRow[];
    let last = firstSum(birthSum, seq);
    for (const [index, row] of rows.entries()) {
      last = nextSum(last, row.body);
      if (row.part !== index + 1 || row.sum !== last) return "damaged";
    }
    if (nextSum(last, body) !== sum) return "damaged";
    const end = body.indexOf("\n");
    const where = JSON.parse(body.slice(0, end)) as Where;
    const floor = { pos: where.pos, seq, sum: where.sum };
    const isWhole = where.parts === rows.length && seq <= place.seq;
    if (!isWhole || !this.#fits(id, floor)) return "damaged";
    const parts = rows.map((row) => row.body);
    return { snapshot: { seq, at: where.at, head: body.slice(end + 1), parts }, floor };
  }

  /** The event that it says it was taken after is there, with that sum. */
  #fits(list: number, { pos, seq, sum }: Floor): boolean {
    const event = this.#sql.event.get(pos) as unknown as (Floor & { list: number }) | undefined;
    return event?.list === list && event.seq === seq && event.sum === sum;
  }
}

function prepare(db: DatabaseSync) {
  return {
    head: db.prepare(
      `SELECT list, seq, part, sum, body FROM snapshots WHERE list = ? AND part = 0
       ORDER BY seq DESC LIMIT 1`,
    ),
    parts: db.prepare(
      `SELECT list, seq, part, sum, body FROM snapshots WHERE list = ? AND seq = ? AND part > 0
       ORDER BY part`,
    ),
    event: db.prepare("SELECT list, seq, sum FROM events WHERE pos = ?"),
    write: db.prepare("INSERT INTO snapshots VALUES (?, ?, ?, ?, ?)"),
    headAt: db.prepare(
      "SELECT list, seq, part, sum, body FROM snapshots WHERE list = ? AND seq = ? AND part = 0",
    ),
    birth: db.prepare("SELECT sum FROM lists WHERE id = ?"),
    all: db.prepare("SELECT DISTINCT list, seq FROM snapshots"),
    seqs: db.prepare("SELECT DISTINCT seq FROM snapshots WHERE list = ?"),
    clear: db.prepare("DELETE FROM snapshots WHERE list = ? AND seq = ?"),
  };
}
