/**
 * StoreFile: what the tools do with a whole store: check it, draft another from it.
 *
 * Errors: sentences; a sentence begins with the path it speaks of.
 */
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { logState } from "../log_state.ts";
import { Snapshots } from "../snapshots.ts";
import { reasonOf } from "../sqlite_error.ts";
import { openForReading } from "../sqlite_schema.ts";
import { lockStore } from "../store_lock.ts";
import { isWalReadable } from "../wal_header.ts";
import { type Checked, checkStore, isSound } from "./store_check.ts";

/** What could not be done, and why. */
export interface Refused {
  readonly ok: false;
  readonly message: string;
}

/** For the owner of the data folder alone. */
export const MODE = 0o600;

/** A refusal. */
export function refused(message: string): Refused {
  return { ok: false, message };
}

/** Looks at all of the store at `path`, beside a server or without. */
export function checkFile(
  path: string,
): { readonly ok: true; readonly checked: Checked } | Refused {
  if (!existsSync(path)) return refused(`${path} is not there.`);
  if (!statSync(path).isFile()) return refused(`${path} is no file.`);
  const log = logFault(path);
  if (log !== undefined) return refused(`${path}-wal ${log}`);
  const opened = openForReading(path);
  if (!opened.ok) return opened;
  try {
    return { ok: true, checked: checkStore(opened.db) };
  } catch (error) {
    return refused(`${path} cannot be read: ${reasonOf(error)}.`);
  } finally {
    opened.db.close();
  }
}

/**
 * What is wrong with the log of the store at `path`, as the end of a sentence; undefined: nothing.
 * Beside a server only its beginning can be looked at.
 */
export function logFault(path: string): string | undefined {
  const state = logState(path);
  if (state === "whole" || (isWalReadable(path) && isInUse(path))) return undefined;
  if (state === "torn") return "is torn, or damaged: start a server on the store, which tells.";
  return "is damaged: it has the last commits.";
}

/** While a server writes to it a log may look like anything. */
function isInUse(path: string): boolean {
  if (!existsSync(`${path}.lock`)) return false; // No server's: a copy.
  const lock = lockStore(path);
  if (lock.ok) lock.release();
  return !lock.ok;
}

/** As checkFile, and refused when anything is wrong. */
export function checkSound(path: string): ReturnType<typeof checkFile> {
  const result = checkFile(path);
  if (!result.ok || isSound(result.checked)) return result;
  return refused(`${path} is damaged: ${summaryOf(result.checked)}`);
}

/** "2 of 40 lists; the first is groceries, at event 17." */
export function summaryOf({ lists, damagedLists, faults, fileFaults }: Checked): string {
  const [first] = faults;
  if (first === undefined) return fileFaults[0] ?? `${damagedLists} of ${lists} lists.`;
  const where = first.seq === 0 ? "its birth" : `event ${first.seq}`;
  return `${damagedLists} of ${lists} lists; the first is ${first.list}, at ${where}.`;
}

/**
 * Writes all that is in `db` to a file of its own, which no other may read, without gaps; and
 * without damaged snapshots, for which the events stand.
 */
export function draftFrom(db: DatabaseSync, draft: string): undefined | Refused {
  removeDraft(draft);
  try {
    writeFileSync(draft, "", { mode: MODE, flag: "wx" }); // SQLite would let everybody read it.
    db.prepare("VACUUM INTO ?").run(draft);
    const copy = new DatabaseSync(draft);
    new Snapshots(copy).dropDamaged();
    copy.close();
    return undefined;
  } catch (error) {
    removeDraft(draft);
    return refused(`${draft} cannot be made: ${reasonOf(error)}.`);
  }
}

/** Takes away what was left of a draft. */
export function removeDraft(draft: string): void {
  for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(`${draft}${end}`, { force: true });
}
