/**
 * StoreLock: one server per store.
 *
 * A second writer would not know the first one's heads. The lock is SQLite's own, on an empty file
 * beside the store: the system lets go of it when the process ends, however it ends.
 */
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isBusy, reasonOf } from "./sqlite_error.ts";
import { offerTo } from "./store_place.ts";

/**
 * A write that is never committed: a file that may not be written SQLite opens for reading, and
 * locks nobody out. With its journal in memory nothing of it needs room on the disk.
 */
const LOCK = "PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 1";

export type Locked =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly message: string };

/** Refused when another process, or another log of this one, has the store at `path`. */
export function lockStore(path: string): Locked {
  const file = `${path}.lock`;
  let db: DatabaseSync | undefined;
  try {
    const lock = new DatabaseSync(file, { timeout: 0 });
    db = lock;
    lock.exec(LOCK);
    offerTo(file, dirname(file));
    return { ok: true, release: () => lock.close() };
  } catch (error) {
    if (db?.isOpen) db.close();
    if (isBusy(error)) {
      return { ok: false, message: `${path} is in use by another server; stop that one first.` };
    }
    return { ok: false, message: `${file} cannot be written: ${reasonOf(error, file)}.` };
  }
}
