/**
 * StoreLock: one server per store.
 *
 * A second writer would not know the first one's heads. The lock is SQLite's own, on an empty file
 * beside the store: the system lets go of it when the process ends, however it ends.
 */
import { DatabaseSync } from "node:sqlite";
import { kindOf } from "./sqlite_error.ts";

export type Locked =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly message: string };

/** Refused when another process, or another log of this one, has the store at `path`. */
export function lockStore(path: string): Locked {
  let db: DatabaseSync | undefined;
  try {
    const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
    db = lock;
    lock.exec("BEGIN EXCLUSIVE");
    return { ok: true, release: () => lock.close() };
  } catch (error) {
    if (db?.isOpen) db.close();
    switch (kindOf(error)) {
      case undefined:
        throw error;
      case "no_space":
        return { ok: false, message: `${path} is in use by another server; stop that one first.` };
      default:
        return { ok: false, message: `${path}.lock cannot be made: ${String(error)}.` };
    }
  }
}
