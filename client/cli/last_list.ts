/**
 * LastList: which list a user started or named last on a server, kept from one command to the next.
 *
 * Shape: `todo/last_lists.json` in XDG_STATE_HOME (~/.local/state): [{url, user, list}], the newest
 *        first.
 * Bound: ENTRIES_MAX places; the oldest is forgotten.
 * Errors: none. It is a convenience: what cannot be read is empty, what cannot be written is left.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { userFile } from "./environment.ts";
import type { Terminal } from "./terminal.ts";

const ENTRIES_MAX = 100;

/** Whose last list, and where. */
export interface Place {
  readonly url: string;
  readonly user: string;
}
interface Entry extends Place {
  readonly list: string;
}

/** The id of the list; undefined when none is known. */
export function lastList({ env }: Pick<Terminal, "env">, place: Place): string | undefined {
  return readEntries(fileOf(env)).find((entry) => isOf(entry, place))?.list;
}

/** Keeps the list's id for the commands that follow. */
export function rememberList(
  { env }: Pick<Terminal, "env">,
  { url, user }: Place,
  list: string,
): void {
  const file = fileOf(env);
  const entries = readEntries(file);
  if (entries[0]?.list === list && isOf(entries[0], { url, user })) return;
  const others = entries.filter((entry) => !isOf(entry, { url, user }));
  const kept = [{ url, user, list }, ...others].slice(0, ENTRIES_MAX);
  const aside = `${file}.${process.pid}.tmp`; // Written aside, so that nobody reads half of it.
  try {
    makeFolder(dirname(file));
    writeFileSync(aside, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    renameSync(aside, file);
  } catch {
    // A read-only home: the next command has to name its list.
  }
}

function readEntries(file: string): Entry[] {
  try {
    const entries: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): entry is Entry {
  const { url, user, list } = (entry ?? {}) as Partial<Entry>;
  return typeof url === "string" && typeof user === "string" && typeof list === "string";
}

function isOf(entry: Entry, { url, user }: Place): boolean {
  return entry.url === url && entry.user === user;
}

/** One by one: Node's recursive mkdir never returns for a folder below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(folder)) throw error; // Another command was quicker.
  }
}

function fileOf(env: Terminal["env"]): string {
  return userFile(env, "state", "last_lists.json");
}
