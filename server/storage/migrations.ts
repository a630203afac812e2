/**
 * Migrations: from the formats of former versions to this one, in one transaction.
 *
 * Order: forward only. Whatever ends the program on the way, the file has its old format or this.
 * Shape: a new format is one more line in STEPS; TABLES of sqlite_schema.ts tells the same of a
 *        store that is made new.
 */
import type { DatabaseSync } from "node:sqlite";
import { INDEX_SUM, writeCountedSum } from "./index_sum.ts";

/** `part` 0 is the head, written last; `sum` is the checksum of all parts up to this. */
export const SNAPSHOTS = `CREATE TABLE snapshots (
    list INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    part INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (list, seq, part)
  ) STRICT, WITHOUT ROWID`;

/** The first format that was ever released. */
export const FIRST_VERSION = 2;

/** STEPS[0] makes the second format of the first, and so on. */
const STEPS: readonly string[] = [`${SNAPSHOTS}; ${INDEX_SUM}`];

/** The format of this version. */
export const SCHEMA_VERSION = FIRST_VERSION + STEPS.length;

/** Gives a store of FIRST_VERSION or later this version's format; throws what SQLite does. */
export function migrate(db: Pick<DatabaseSync, "exec" | "prepare">): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
  if (version === SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  for (const step of STEPS.slice(version - FIRST_VERSION)) db.exec(step);
  writeCountedSum(db);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  db.exec("COMMIT");
}
