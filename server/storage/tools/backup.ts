/**
 * Backup: one moment of a store as a file of its own, made beside a server that runs or without.
 *
 * Cost: one read transaction; nobody waits for it, but the write-ahead log grows meanwhile.
 */
import { existsSync } from "node:fs";
import { nanoid } from "nanoid";
import { reasonOf } from "../sqlite_error.ts";
import { openForReading } from "../sqlite_schema.ts";
import { putNew, syncFile } from "./durable_file.ts";
import type { Checked } from "./store_check.ts";
import {
  checkSound,
  draftFrom,
  logFault,
  type Refused,
  refused,
  removeDraft,
} from "./store_file.ts";

/** Copies the store at `path` to `file`, which must not be there; what is there then is sound. */
export function backUp(
  path: string,
  file: string,
): { readonly ok: true; readonly checked: Checked } | Refused {
  for (const taken of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) {
    if (existsSync(taken)) return refused(`${taken} is there already; give another name.`);
  }
  if (!existsSync(path)) return refused(`${path} is not there.`);
  const log = logFault(path);
  if (log !== undefined) return refused(`${path}-wal ${log} So no backup was made.`);
  const opened = openForReading(path);
  if (!opened.ok) return opened;
  const draft = `${file}.draft-${nanoid(8)}`; // Its own: another backup may be under way.
  try {
    const unmade = draftFrom(opened.db, draft);
    if (unmade !== undefined) return unmade;
    const copy = checkSound(draft);
    if (!copy.ok) return refused(`${copy.message} So no backup was made: look by \`verify\`.`);
    syncFile(draft);
    return putNew(draft, file) ? copy : refused(`${file} is there already; give another name.`);
  } catch (error) {
    return refused(`${file} cannot be made: ${reasonOf(error)}.`);
  } finally {
    opened.db.close();
    removeDraft(draft);
  }
}
