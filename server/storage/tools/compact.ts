/**
 * Compact: the same store in a smaller file.
 *
 * What is in it: all that can be asked for. What goes: SQLite's gaps; and, when asked for, lists
 *   that nobody can restore any more, and damaged ones (drop_lists.ts).
 * Order: as for a restore: drafted, checked and synced beside the store, then put there at once.
 * Bound: only while no server has the store.
 */
import { existsSync, statSync } from "node:fs";
import { RESTORE_MS } from "../../../shared/protocol/limits.ts";
import { EventWriter } from "../event_writer.ts";
import { writeCountedSum } from "../index_sum.ts";
import { logState } from "../log_state.ts";
import { reasonOf } from "../sqlite_error.ts";
import { openForWriting } from "../sqlite_schema.ts";
import { lockStore } from "../store_lock.ts";
import { giveTo } from "../store_place.ts";
import { dropDamaged, dropDeleted } from "./drop_lists.ts";
import { putOver, syncFile } from "./durable_file.ts";
import { OwnMark } from "./own_mark.ts";
import { isSound } from "./store_check.ts";
import {
  checkFile,
  checkSound,
  draftFrom,
  type Refused,
  refused,
  removeDraft,
  summaryOf,
} from "./store_file.ts";

/** Sizes in bytes, before and after; `dropped`: lists of which only the name is left now. */
export type Compacted =
  | { readonly ok: true; readonly before: number; readonly after: number; readonly dropped: number }
  | Refused;

/**
 * `dropDeleted`: also drops what is left of lists deleted for longer than they can be restored;
 * `dropDamaged`: and of those whose events are damaged, without which there is no copy of a store.
 */
export interface CompactOptions {
  readonly dropDeleted: boolean;
  readonly dropDamaged: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Makes the store at `path` smaller. */
export function compact(path: string, options: CompactOptions): Compacted {
  if (!existsSync(path)) return refused(`${path} is not there.`);
  const lock = lockStore(path);
  if (!lock.ok) return lock;
  const draft = `${path}.draft`;
  try {
    return compactLocked(path, draft, options);
  } catch (error) {
    return refused(`${path} cannot be made smaller: ${reasonOf(error)}.`);
  } finally {
    removeDraft(draft);
    lock.release();
  }
}

function compactLocked(path: string, draft: string, options: CompactOptions): Compacted {
  if (logState(path) === "damaged") return refused(`${path}-wal is damaged. It is left as it is.`);
  const mark = new OwnMark(path);
  const opened = openForWriting(path, { generation: "", secret: "" });
  if (!opened.ok) return opened;
  const { pos } = new EventWriter(opened.db);
  mark.look(pos);
  const unmade = draftFrom(opened.db, draft);
  opened.db.close();
  if (existsSync(`${path}-wal`)) return refused(`${path} ${IS_READ}`);
  mark.renew(pos); // What was in its log is in it now.
  if (unmade !== undefined) return unmade;
  const found = damagedLists(draft, options); // Before its sum over the indexes is made anew.
  if (!found.ok) return refused(`${found.message.replaceAll(draft, path)} So it is left as it is.`);
  const made = shrink(draft, options, found.lists);
  if (!made.ok) return made;
  const checked = checkSound(draft);
  if (!checked.ok) return refused(`${checked.message} So it was thrown away.`);
  syncFile(draft);
  if (existsSync(`${path}-wal`)) return refused(`${path} ${IS_READ}`); // Since, which took long.
  const before = statSync(path).size;
  giveTo(draft, path);
  putOver(draft, path);
  mark.renew(made.pos);
  return { ok: true, before, after: statSync(path).size, dropped: made.dropped };
}

const IS_READ = "is being read by another program; try again when that is done.";

/** The lists that are to be dropped since they are damaged; refused when anything else is. */
function damagedLists(
  draft: string,
  { dropDamaged }: CompactOptions,
): { readonly ok: true; readonly lists: readonly string[] } | Refused {
  const result = checkFile(draft);
  if (!result.ok) return result;
  const { checked } = result;
  if (isSound(checked)) return { ok: true, lists: [] };
  const isByLists =
    checked.fileFaults.length === 0 && checked.damaged.length === checked.damagedLists;
  if (dropDamaged && isByLists) return { ok: true, lists: checked.damaged };
  return refused(`${draft} is damaged: ${summaryOf(checked)}`);
}

/** Works on the draft; `pos`: the position of the last event that is left. */
function shrink(
  draft: string,
  { dropDeleted: isDropping, now }: CompactOptions,
  damaged: readonly string[],
): { readonly ok: true; readonly dropped: number; readonly pos: number } | Refused {
  const opened = openForWriting(draft, { generation: "", secret: "" });
  if (!opened.ok) return opened;
  const { db } = opened;
  new EventWriter(db).checkpoint(); // So that every head is in its table.
  db.exec("BEGIN");
  let dropped = isDropping ? dropDeleted(db, now - RESTORE_MS) : 0;
  dropped += dropDamaged(db, damaged, now - RESTORE_MS - 1);
  db.exec("UPDATE meta SET checkpoint_pos = (SELECT ifnull(max(pos), 0) FROM events)");
  writeCountedSum(db);
  db.exec("COMMIT");
  const pos = Number(db.prepare("SELECT checkpoint_pos AS pos FROM meta").get()?.pos);
  db.exec("VACUUM");
  db.close();
  return { ok: true, dropped, pos };
}
