/**
 * Compact: the same store in a smaller file.
 *
 * What is in it: all that can be asked for. What goes: SQLite's gaps; and, when asked for,
 *   what is left of lists that nobody can restore any more: their events, members and snapshots.
 *   Their ids, births and first titles stay, so that no id is given out again.
 * Order: as for a restore: drafted, checked and synced beside the store, then put there at once.
 * Bound: only while no server has the store.
 */
import { existsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { RESTORE_MS } from "../../../shared/protocol/limits.ts";
import { EventWriter } from "../event_writer.ts";
import { writeCountedSum } from "../index_sum.ts";
import { logState } from "../log_state.ts";
import { reasonOf } from "../sqlite_error.ts";
import { openForWriting } from "../sqlite_schema.ts";
import { lockStore } from "../store_lock.ts";
import { giveTo } from "../store_place.ts";
import { putOver, syncFile } from "./durable_file.ts";
import { OwnMark } from "./own_mark.ts";
import { checkSound, draftFrom, type Refused, refused, removeDraft } from "./store_file.ts";

/** Sizes in bytes, before and after; `dropped`: lists of which only the name is left now. */
export type Compacted =
  | { readonly ok: true; readonly before: number; readonly after: number; readonly dropped: number }
  | Refused;

/** `dropDeleted`: also drops what is left of lists deleted for longer than they can be restored. */
export interface CompactOptions {
  readonly dropDeleted: boolean;
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
  mark.renew(pos); // What was in its log is in it now.
  if (unmade !== undefined) return unmade;
  const sound = checkSound(draft); // Before its sum over the indexes is made anew.
  if (!sound.ok) return refused(`${sound.message.replaceAll(draft, path)} So it is left as it is.`);
  if (existsSync(`${path}-wal`)) {
    return refused(`${path} is being read by another program; try again when that is done.`);
  }
  const made = shrink(draft, options);
  if (!made.ok) return made;
  const checked = checkSound(draft);
  if (!checked.ok) return refused(`${checked.message} So it was thrown away.`);
  syncFile(draft);
  const before = statSync(path).size;
  giveTo(draft, path);
  putOver(draft, path);
  mark.renew(made.pos);
  return { ok: true, before, after: statSync(path).size, dropped: made.dropped };
}

/** Works on the draft; `pos`: the position of the last event that is left. */
function shrink(
  draft: string,
  { dropDeleted, now }: CompactOptions,
): { readonly ok: true; readonly dropped: number; readonly pos: number } | Refused {
  const opened = openForWriting(draft, { generation: "", secret: "" });
  if (!opened.ok) return opened;
  const { db } = opened;
  new EventWriter(db).checkpoint(); // So that every head is in its table.
  db.exec("BEGIN");
  const dropped = dropDeleted ? dropLists(db, now - RESTORE_MS) : 0;
  db.exec("UPDATE meta SET checkpoint_pos = (SELECT ifnull(max(pos), 0) FROM events)");
  writeCountedSum(db);
  db.exec("COMMIT");
  const pos = Number(db.prepare("SELECT checkpoint_pos AS pos FROM meta").get()?.pos);
  db.exec("VACUUM");
  db.close();
  return { ok: true, dropped, pos };
}

/** Of lists that were deleted before that time, and were not dropped yet, only names stay. */
function dropLists(db: DatabaseSync, deletedBefore: number): number {
  db.exec("CREATE TEMP TABLE gone (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  const { changes } = db
    .prepare(
      `INSERT INTO gone SELECT l.id, l.name FROM lists l JOIN lives v ON v.list = l.id
       JOIN heads h ON h.list = l.id WHERE v.deleted_at < ? AND h.seq > 0`,
    )
    .run(deletedBefore);
  db.exec(`
    DELETE FROM events WHERE list IN (SELECT id FROM gone);
    DELETE FROM snapshots WHERE list IN (SELECT id FROM gone);
    UPDATE heads SET pos = 0, seq = 0, count = 0,
      sum = (SELECT l.sum FROM lists l WHERE l.id = heads.list)
      WHERE list IN (SELECT id FROM gone);
    UPDATE lists SET title = first_title WHERE id IN (SELECT id FROM gone);
    DELETE FROM former_members WHERE list IN (SELECT name FROM gone);
    INSERT INTO former_members SELECT l.owner, l.name, 'owner', v.deleted_at
      FROM gone g JOIN lists l ON l.id = g.id JOIN lives v ON v.list = g.id;
    DROP TABLE gone;`);
  return Number(changes);
}
