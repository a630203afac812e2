/**
 * Served: what a store's own code tells of everything in it: of each list its state and history, of
 * each user the pages of lists; as text, to be compared.
 *
 * The same code as in the threads of the log, without the threads.
 */
import type { ListEntry } from "../../../server/storage/event_log.ts";
import { EventReader, type Steps } from "../../../server/storage/event_reader.ts";
import { EventWriter } from "../../../server/storage/event_writer.ts";
import { headOf, partsOf } from "../../../server/storage/snapshot.ts";
import { openForReading, refusalFor } from "../../../server/storage/sqlite_schema.ts";
import { openTrusted } from "../../../server/storage/start_check.ts";
import { Recovery } from "../../../server/todo/todo_recovery.ts";

/** "absent": there is no such list. */
export type ListServed = "absent" | "damaged" | { readonly text: string };
/** Entries by list. */
export type PageServed = "failed" | ReadonlyMap<string, ListEntry>;

/** All of it; or the sentence by which the whole store is refused. */
export type Served =
  | {
      readonly ok: true;
      readonly lists: ReadonlyMap<string, ListServed>;
      /** By user, then by user and "deleted". */
      readonly pages: ReadonlyMap<string, PageServed>;
    }
  | { readonly ok: false; readonly message: string };

/** Asks for those lists and users. */
export function served(path: string, names: readonly string[], users: readonly string[]): Served {
  const opened = openTrusted(path, { generation: "g", secret: "s" });
  if (!opened.ok) return opened;
  let writer: EventWriter;
  try {
    writer = new EventWriter(opened.db);
  } catch (error) {
    opened.db.close();
    const refused = refusalFor(path, error);
    return refused.ok ? { ok: false, message: "" } : refused;
  }
  const reading = openForReading(path);
  if (!reading.ok) {
    writer.close();
    return reading;
  }
  const reader = new EventReader(reading.db);
  try {
    const lists = new Map(names.map((name) => [name, listOf(reader, name)]));
    const pages = new Map<string, PageServed>();
    for (const user of users) {
      pages.set(user, pageOf(reader, user));
      pages.set(`${user} deleted`, pageOf(reader, user, 0));
    }
    return { ok: true, lists, pages };
  } finally {
    reader.close();
    writer.close();
  }
}

function listOf(reader: EventReader, list: string): ListServed {
  const { found, end } = run(reader.load(list));
  if (!end.ok) return "damaged";
  if (end.birth === null) return "absent";
  const { birth, life, snapshot } = end;
  const recovery = new Recovery({ birth, life, snapshot, events: found.toReversed() });
  let recovered = recovery.step();
  while (recovered === undefined) recovered = recovery.step();
  const { state, todosBytes, lastAt } = recovered;
  const all = { list, before: Number.MAX_SAFE_INTEGER, after: 0, limit: 1e9 };
  const history = run(reader.events({ ...all, bytesMax: 1e9, bytesEach: 0 })).end;
  const keys = run(reader.writes({ list, since: 0, allSince: 0, limit: 1e9 }));
  if (!history.ok || !keys.end.ok) return "damaged";
  const parts = [headOf(state), ...partsOf(state)];
  const { seq } = state;
  const all2 = { birth, life, seq, parts, todosBytes, lastAt, history, keys: keys.found };
  return { text: JSON.stringify(all2) };
}

function pageOf(reader: EventReader, user: string, deletedSince?: number): PageServed {
  const query = { user, limit: 1000, ...(deletedSince !== undefined && { deletedSince }) };
  const page = reader.lists(query);
  return page.ok ? new Map(page.lists.map((entry) => [entry.list, entry])) : "failed";
}

function run<Found, End>(steps: Steps<Found, End>): { found: Found[]; end: End } {
  const found: Found[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { found, end: value };
    found.push(...value);
  }
}

/** What of `now` is wrong, `right` being what was written; none: all is right or refused. */
export function wrongOf(right: Served, now: Served): string[] {
  if (!right.ok) throw new Error(right.message);
  if (!now.ok) return [];
  const wrong: string[] = [];
  for (const [list, is] of now.lists) {
    const was = right.lists.get(list);
    if (is === "damaged") continue;
    if (is === "absent") wrong.push(`${list} is hidden`);
    else if (typeof was !== "object" || is.text !== was.text) wrong.push(`${list} is another`);
  }
  for (const [user, is] of now.pages) {
    const was = right.pages.get(user);
    if (is === "failed" || was === undefined || was === "failed") continue;
    for (const list of was.keys()) {
      if (!is.has(list)) wrong.push(`${list} is not among the lists of ${user}`);
    }
    for (const [list, entry] of is) {
      const before = was.get(list);
      if (before === undefined) wrong.push(`${list} is among the lists of ${user}`);
      else if (JSON.stringify(before) !== JSON.stringify(entry)) {
        if (now.lists.get(list) !== "damaged") wrong.push(`${list} is shown otherwise to ${user}`);
      }
    }
  }
  return wrong;
}
