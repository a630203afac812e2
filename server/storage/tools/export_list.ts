/**
 * ExportList: one list of a store as lines of JSON (list_lines.ts), beside a server or without.
 *
 * The list is proven before its first line is written. A deleted one can be exported as well.
 */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs";
import { nanoid } from "nanoid";
import { reasonOf } from "../sqlite_error.ts";
import { openForReading } from "../sqlite_schema.ts";
import { putNew } from "./durable_file.ts";
import { eventLine, headerLine } from "./list_lines.ts";
import { ListProofs } from "./list_proof.ts";
import { logFault, type Refused, refused } from "./store_file.ts";

/** Characters that are written at a time. */
const CHUNK_LENGTH = 64 * 1024;
/** For the owner alone, as the store is. */
const MODE = 0o600;

/** What came of it: how many events the list has. */
export type Exported = { readonly ok: true; readonly events: number } | Refused;

/** Writes `list` to `file`, which must not be there; what is there then is whole. */
export function exportToFile(path: string, list: string, file: string): Exported {
  if (existsSync(file)) return refused(`${file} is there already; give another name.`);
  const draft = `${file}.draft-${nanoid(8)}`; // Its own: another export may be under way.
  try {
    const descriptor = openSync(draft, "wx", MODE);
    try {
      const done = exportList(path, list, (text) => writeFileSync(descriptor, text));
      if (!done.ok) return done;
      fsyncSync(descriptor);
      if (putNew(draft, file)) return done;
      return refused(`${file} is there already; give another name.`);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return refused(`${file} cannot be made: ${reasonOf(error)}.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Gives the lines of `list`, with their ends, to `write`, many at a time. */
export function exportList(path: string, list: string, write: (text: string) => void): Exported {
  if (!existsSync(path)) return refused(`${path} is not there.`);
  const log = logFault(path);
  if (log !== undefined) return refused(`${path}-wal ${log} Nothing was exported.`);
  const opened = openForReading(path);
  if (!opened.ok) return opened;
  const { db } = opened;
  try {
    db.exec("BEGIN");
    const proofs = new ListProofs(db);
    const proven = proofs.prove(list);
    if (proven === undefined) return refused(`There is no list ${list} in ${path}.`);
    if (proven === "damaged") return refused(`${list} is damaged; \`verify\` says where.`);
    const { birth, title, members, end } = proven;
    const { seq } = end.place;
    const life = db.prepare("SELECT deleted_at FROM lives WHERE list = ?").get(end.id);
    const deletedAt = life?.deleted_at as number | null | undefined;
    let text = headerLine({
      list,
      owner: birth.owner,
      at: birth.at,
      first_title: birth.title,
      title,
      members: [...members].map(([user, role]) => ({ user, role })).sort(byUser),
      seq,
      ...(typeof deletedAt === "number" && { deleted_at: deletedAt }),
    });
    for (const event of proofs.events(proven)) {
      text += eventLine(event);
      if (text.length < CHUNK_LENGTH) continue;
      write(text);
      text = "";
    }
    write(text);
    return { ok: true, events: seq };
  } catch (error) {
    return refused(`${list} cannot be exported: ${reasonOf(error)}.`);
  } finally {
    db.close();
  }
}

function byUser(a: { readonly user: string }, b: { readonly user: string }): number {
  return a.user < b.user ? -1 : 1;
}
