/**
 * StartCheck: what a server looks at before it trusts a store: all that no list's chain of sums
 * covers, so that no damage hides a list, gives anybody another's, or takes the end off the log.
 *
 * Shape: the tables are word for word those of this format; the trees of the small ones are whole
 *        and in order; their rows have the sum that was kept (index_sum.ts); the heads are those of
 *        the position that the checkpoint names; nothing of the tail is lost unnoticed; and the log
 *        beside the file is one that SQLite will read, and on disk.
 * Cost:  some 1.5 µs a list and as much a membership.
 */
import { DatabaseSync } from "node:sqlite";
import { countedSum, keptSum } from "./index_sum.ts";
import { logState } from "./log_state.ts";
import { kindOf } from "./sqlite_error.ts";
import {
  type Opened,
  openForWriting,
  refusalFor,
  type StoreMarks,
  TABLES,
} from "./sqlite_schema.ts";
import { isTailWhole } from "./tail_check.ts";
import { syncLog } from "./wal_sync.ts";

const READ_BY_ANOTHER = "another program reads its -wal file; start again when that has ended.";
const LOG_DAMAGED = "its -wal file is damaged";
const WHAT_TO_DO = "restore a backup, or look at it by `todo-server verify`; it is left as it is.";

/** Opens the store for writing, makes it when there is none, and refuses one that is damaged. */
export function openTrusted(path: string, marks: StoreMarks): Opened {
  const log = logState(path);
  if (log === "damaged") return { ok: false, message: `${path}: ${LOG_DAMAGED}; ${WHAT_TO_DO}` };
  try {
    syncLog(path);
  } catch (error) {
    return refusalFor(path, error);
  }
  const opened = openForWriting(path, marks);
  if (!opened.ok) return opened;
  const fault = startFault(opened.db);
  // What stands behind a torn log's end must not be taken for damage later.
  if (fault === undefined && (log === "whole" || isLogEmptied(opened.db))) return opened;
  opened.db.close();
  const message = fault === undefined ? READ_BY_ANOTHER : `${fault}; ${WHAT_TO_DO}`;
  return { ok: false, message: `${path}: ${message}` };
}

/** False: another program reads it. */
function isLogEmptied(db: DatabaseSync): boolean {
  return db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy === 0;
}

/** What is damaged, as the beginning of a sentence; undefined: nothing. */
export function startFault(db: DatabaseSync): string | undefined {
  try {
    if (!hasTables(db)) return "its tables are not those that were made";
    if (db.prepare("SELECT 1 FROM meta WHERE one = 1").get() === undefined) return META;
    const tree = TREES.find((name) => !isTreeWhole(db, name));
    if (tree !== undefined) return `its table ${tree} is damaged`;
    if (keptSum(db) !== countedSum(db)) return "its index of lists and members is damaged";
    if (!isCheckpointRight(db)) return "its record of where the lists end is damaged";
    if (!isTailWhole(db)) return "events are missing from its log";
    return undefined;
  } catch (error) {
    if (kindOf(error) === "corrupt") return "its index of lists and members cannot be read";
    throw error;
  }
}

const META = "its table meta is damaged";
const TREES = ["lists", "lives", "members", "former_members", "heads"];

function hasTables(db: DatabaseSync): boolean {
  const model = new DatabaseSync(":memory:");
  model.exec(TABLES);
  // What `ANALYZE` by another program has left does no harm.
  const sql = `SELECT type, name, tbl_name, sql FROM sqlite_schema
    WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name`;
  const [is, wanted] = [db, model].map((each) => JSON.stringify(each.prepare(sql).all()));
  model.close();
  return is === wanted;
}

function isTreeWhole(db: DatabaseSync, name: string): boolean {
  const [first] = db.prepare(`PRAGMA integrity_check('${name}')`).all();
  return first?.integrity_check === "ok";
}

/** A head stands at the checkpoint's position, or the list that had it was dropped as damaged. */
function isCheckpointRight(db: DatabaseSync): boolean {
  const has = (sql: string) => db.prepare(sql).get() !== undefined;
  const at = "(SELECT checkpoint_pos FROM meta)";
  if (has(`SELECT 1 WHERE ${at} = 0`)) return !has("SELECT 1 FROM heads WHERE pos > 0");
  if (has(`SELECT 1 FROM heads WHERE pos = ${at}`)) return true;
  return has(`SELECT 1 FROM events WHERE pos = ${at} AND list NOT IN (SELECT list FROM heads)`);
}
