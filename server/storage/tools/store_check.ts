/**
 * StoreCheck: everything in a store, looked at: SQLite's pages and every record of every list.
 *
 * Shape: the births, the chain of events of each list, where each ends, and what the indexes say of
 *        titles, members and lives, against what the events say.
 * Cost:  one read transaction; beside a server that writes, its write-ahead log grows meanwhile.
 *        Memory is that of the largest list, whatever the number of lists and events.
 */
import type { DatabaseSync } from "node:sqlite";
import { Snapshots } from "../snapshots.ts";
import { kindOf } from "../sqlite_error.ts";
import { startFault } from "../start_check.ts";
import { type Fault, firstFaults } from "./first_fault.ts";
import { type ListRow, listRows, type MemberRow, MembersByList } from "./index_rows.ts";
import { ListProofs, type ProvenList } from "./list_proof.ts";
import { snapshotState } from "./snapshot_check.ts";

/** Lists whose first fault is looked for, and faults of the file that are told. */
const TOLD_MAX = 20;

/** A list that is not what was written, or of which an index says something else. */
export interface ListFault extends Fault {
  readonly list: string;
}

/** What a store holds, and what is wrong with it. */
export interface Checked {
  readonly lists: number;
  /** Of the lists, those that are deleted. */
  readonly deleted: number;
  readonly events: number;
  readonly members: number;
  readonly snapshots: number;
  /** Of the first TOLD_MAX lists that are damaged. */
  readonly faults: readonly ListFault[];
  readonly damagedLists: number;
  /** Those of them whose own records are damaged, not what an index says of them; all of them. */
  readonly damaged: readonly string[];
  /** Faults that belong to no one list, as sentences. */
  readonly fileFaults: readonly string[];
}

/** Nothing is wrong. */
export function isSound({ damagedLists, fileFaults }: Checked): boolean {
  return damagedLists === 0 && fileFaults.length === 0;
}

/** Looks at all of it. `db`: from openForReading or openForWriting, in no transaction. */
export function checkStore(db: DatabaseSync): Checked {
  db.exec("BEGIN");
  try {
    return new StoreCheck(db).run();
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK"); // A COMMIT fails on a damaged file.
  }
}

class StoreCheck {
  readonly #db: DatabaseSync;
  readonly #count = { lists: 0, deleted: 0, events: 0, members: 0, snapshots: 0 };
  readonly #damaged: string[] = [];
  readonly #indexFaults: ListFault[] = [];
  readonly #fileFaults: string[] = [];
  #damagedLists = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  run(): Checked {
    this.#try("its pages", () => this.#checkPages());
    const fault = startFault(this.#db);
    if (fault !== undefined) this.#fileFaults.push(`A server would not start on it: ${fault}.`);
    this.#try("its lists", () => this.#checkLists());
    this.#try("its counts", () => this.#checkCounts());
    const found = firstFaults(this.#db, this.#damaged.slice(0, TOLD_MAX));
    const faults = [...found].map(([list, fault]) => ({ list, ...fault }));
    return {
      ...this.#count,
      faults: [...faults, ...this.#indexFaults],
      damagedLists: this.#damagedLists,
      damaged: this.#damaged,
      fileFaults: this.#fileFaults,
    };
  }

  /** What the file has against being read is a fault of it. */
  #try(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (kindOf(error) !== "corrupt") throw error;
      this.#fileFaults.push(`Not all of ${what} can be read: ${String(error)}.`);
    }
  }

  #checkPages(): void {
    const found = this.#db.prepare(`PRAGMA integrity_check(${TOLD_MAX})`).all();
    for (const row of found) {
      const text = String(Object.values(row)[0]);
      if (text !== "ok") this.#fileFaults.push(`SQLite finds: ${text.replaceAll("\n", ", ")}.`);
    }
  }

  #checkLists(): void {
    const proofs = new ListProofs(this.#db);
    const snapshots = new Snapshots(this.#db);
    const members = new MembersByList(this.#db);
    let strays = 0;
    for (const row of listRows(this.#db)) {
      const taken = members.take(row.name);
      strays += taken.strays;
      this.#count.lists += 1;
      if (row.deletedAt !== null) this.#count.deleted += 1;
      this.#count.members += taken.rows.length;
      const list = row.name;
      const proven = proofs.prove(list);
      if (proven === undefined || proven === "damaged") this.#noteDamaged(list);
      else {
        const { seq } = proven.end.place;
        this.#count.events += seq;
        const snapshot = snapshotState(snapshots, proofs, proven);
        if (snapshot !== "none") this.#count.snapshots += 1;
        const what = snapshot === "wrong" ? WRONG_SNAPSHOT : indexFault(row, taken.rows, proven);
        if (what !== undefined) this.#noteIndexFault({ list, seq, what });
      }
    }
    strays += members.rest();
    if (strays > 0) this.#fileFaults.push(`Memberships of lists that are not there: ${strays}.`);
  }

  #noteDamaged(list: string): void {
    this.#damagedLists += 1;
    this.#damaged.push(list);
  }

  #noteIndexFault(fault: ListFault): void {
    this.#damagedLists += 1;
    if (this.#indexFaults.length < TOLD_MAX) this.#indexFaults.push(fault);
  }

  #checkCounts(): void {
    const count = (sql: string) => Number(this.#db.prepare(sql).get()?.count);
    for (const table of ["lives", "heads"]) {
      const lost = count(
        `SELECT count(*) AS count FROM ${table} WHERE list NOT IN (SELECT id FROM lists)`,
      );
      if (lost > 0)
        this.#fileFaults.push(`Rows of the table ${table} that are of no list: ${lost}.`);
    }
    const more = count("SELECT count(*) AS count FROM events") - this.#count.events;
    // Those of a damaged list are not reached.
    if (more > 0 && this.#damagedLists === 0)
      this.#fileFaults.push(`Events that are of no list: ${more}.`);
  }
}

const WRONG_SNAPSHOT = "is followed by a snapshot that is not what the events make";

/** What an index says that the events do not; undefined: they agree. */
function indexFault(
  { title, deletedAt }: ListRow,
  rows: readonly MemberRow[],
  proven: ProvenList,
): string | undefined {
  if (title !== proven.title) return "is followed by another title in the index of lists";
  const isOther = (row: MemberRow) =>
    row.deletedAt !== deletedAt || proven.members.get(row.user) !== row.role;
  if (rows.length !== proven.members.size || rows.some(isOther)) {
    return "is followed by other members in the index of members";
  }
  return undefined;
}
