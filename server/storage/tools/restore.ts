/**
 * Restore: puts a backup in the place of a store, which is kept aside under a name with the time.
 *
 * Order: the backup is copied beside the store, made one of this format and of a generation of its
 *        own, checked and synced; then one rename puts it there. Whatever ends the program, at the
 *        store's place is the old one or the new one, whole.
 * Bound: only while no server has the store.
 */
import { chmodSync, copyFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { nanoid } from "nanoid";
import { logState } from "../log_state.ts";
import { reasonOf } from "../sqlite_error.ts";
import { openForWriting, setGeneration } from "../sqlite_schema.ts";
import { lockStore } from "../store_lock.ts";
import { giveTo } from "../store_place.ts";
import { keepAs, putOver, syncFile, syncFolder } from "./durable_file.ts";
import type { Checked } from "./store_check.ts";
import { checkSound, logFault, MODE, type Refused, refused, removeDraft } from "./store_file.ts";

/** `kept`: the file that has what was there before; undefined: nothing was. */
export type Restored =
  | { readonly ok: true; readonly checked: Checked; readonly kept: string | undefined }
  | Refused;

/** Puts `file` in the place of the store at `path`, whose folder must exist. `now`: for `kept`. */
export function restore(file: string, path: string, now: Date): Restored {
  if (!existsSync(file)) return refused(`${file} is not there.`);
  const lock = lockStore(path);
  if (!lock.ok) return lock;
  const draft = `${path}.draft`;
  if (resolve(file) === resolve(draft)) {
    lock.release();
    return refused(`${file} is the name of a draft of ours; give the backup another one.`);
  }
  try {
    const copy = draftOf(file, draft);
    if (!copy.ok) return copy;
    const kept = existsSync(path) ? nameAside(path, now) : undefined;
    if (kept !== undefined) setAside(path, kept);
    takeLogAway(path, kept ?? nameAside(path, now));
    giveTo(draft, kept ?? dirname(path));
    putOver(draft, path);
    return { ok: true, checked: copy.checked, kept };
  } catch (error) {
    return refused(`${file} cannot be restored to ${path}: ${reasonOf(error)}.`);
  } finally {
    removeDraft(draft);
    lock.release();
  }
}

/** A copy of the backup that is ready to be the store. */
function draftOf(file: string, draft: string): ReturnType<typeof checkSound> {
  removeDraft(draft);
  const log = logFault(file);
  if (log !== undefined) return refused(`${file}-wal ${log} Nothing was changed.`);
  copyFileSync(file, draft);
  chmodSync(draft, MODE); // Whatever the backup's own: to be written, and read by nobody else.
  // A backup that was made by `cp` may have its last writes in there.
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${draft}-wal`);
  const marks = { generation: nanoid(12), secret: nanoid() };
  const opened = openForWriting(draft, marks);
  if (!opened.ok) return refused(opened.message.replaceAll(draft, file));
  try {
    if (!setGeneration(opened.db, marks.generation)) return refused(`${draft}: the disk is full.`);
  } finally {
    opened.db.close();
  }
  const copy = checkSound(draft);
  if (!copy.ok) return refused(`${copy.message.replaceAll(draft, file)} Nothing was changed.`);
  syncFile(draft);
  return copy;
}

/** Puts what is in the old store's log into its file, if that can be done, and names it twice. */
function setAside(path: string, kept: string): void {
  if (logState(path) !== "damaged") mergeLog(path);
  keepAs(path, kept);
}

/** Not by openForWriting: the old store keeps the format it has. */
function mergeLog(path: string): void {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (error) {
    reasonOf(error); // It is damaged, which may be why there is a restore.
  } finally {
    if (db?.isOpen) db.close();
  }
}

/**
 * What is still in a log beside the old store belongs to that and must not get into the new one:
 * the store could not be opened, so without its log it is no less lost than before.
 */
function takeLogAway(path: string, kept: string): void {
  rmSync(`${path}-shm`, { force: true });
  if (!existsSync(`${path}-wal`)) return;
  if (statSync(`${path}-wal`).size === 0) rmSync(`${path}-wal`);
  else renameSync(`${path}-wal`, `${kept}-wal`);
  syncFolder(path);
}

/** "data/todo.db.replaced-20261129T201500Z", or with a number behind it when there is one. */
function nameAside(path: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const name = `${path}.replaced-${time}`;
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(free) && !existsSync(`${free}-wal`)) return free;
  }
}
