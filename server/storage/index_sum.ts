/**
 * IndexSum: one number that tells whether what no list's chain of sums covers is what was written:
 * names and titles of lists, members, former members, and lives.
 *
 * Shape: the sum of the CRC-32 of every row of those, modulo 2^32, in a table of its own; a row
 *        that comes is added, one that goes is taken off, whatever the order.
 * Owner: the EventWriter, in whose transactions all of this runs; it says when one is rolled back.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";

/** The table. */
export const INDEX_SUM = `CREATE TABLE index_sum (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    sum INTEGER NOT NULL
  ) STRICT`;

/** A row of one of them: its table, then its values. */
export type IndexRow =
  | readonly ["lists", id: number, name: string, title: string]
  | readonly ["members", user: string, list: string, role: string]
  | readonly ["former_members", user: string, list: string, role: string, deletedAt: number]
  | readonly ["lives", list: number, epoch: string, deletedAt: number | null];

/** All of them as texts; twice as fast as row by row in JavaScript. */
const ALL = [
  "SELECT concat_ws(char(10), 'lists', id, name, title) FROM lists NOT INDEXED",
  "SELECT concat_ws(char(10), 'members', user, list, role) FROM members",
  `SELECT concat_ws(char(10), 'former_members', user, list, role, deleted_at)
   FROM former_members`,
  "SELECT concat_ws(char(10), 'lives', list, epoch, ifnull(deleted_at, '')) FROM lives",
];

const WRITE = "INSERT OR REPLACE INTO index_sum VALUES (1, ?)";

/** What of a connection is needed for it. */
type Db = Pick<DatabaseSync, "prepare">;

/** Keeps it up. */
export class IndexSum {
  readonly #write: StatementSync;
  #kept: number;
  #sum: number;

  constructor(db: Db) {
    this.#write = db.prepare(WRITE);
    this.#kept = keptSum(db);
    this.#sum = this.#kept;
  }

  /** The row is there from now on. */
  add(row: IndexRow): void {
    this.#sum = (this.#sum + sumOf(row)) >>> 0;
  }

  /** It was, and is no more. */
  remove(row: IndexRow): void {
    this.#sum = (this.#sum - sumOf(row)) >>> 0;
  }

  /** Before the commit. */
  write(): void {
    if (this.#sum !== this.#kept) this.#write.run(this.#sum);
  }

  /** After it. */
  settle(): void {
    this.#kept = this.#sum;
  }

  /** What came since the last commit was rolled back. */
  forget(): void {
    this.#sum = this.#kept;
  }
}

/** The sum that was written last. */
export function keptSum(db: Db): number {
  return Number(db.prepare("SELECT sum FROM index_sum WHERE one = 1").get()?.sum);
}

/** The sum of what is there. Cost: 0.6 µs a row. */
export function countedSum(db: Db): number {
  let sum = 0;
  for (const sql of ALL) {
    const rows = db.prepare(sql);
    rows.setReturnArrays(true);
    for (const row of rows.iterate()) {
      const [text] = row as unknown as [string];
      sum = (sum + crc32(text)) >>> 0;
    }
  }
  return sum;
}

/** Writes that of what is there. */
export function writeCountedSum(db: Db): void {
  db.prepare(WRITE).run(countedSum(db));
}

function sumOf(row: IndexRow): number {
  return crc32(row.join("\n"));
}
