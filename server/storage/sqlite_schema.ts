/**
 * SqliteSchema: the file format of the store, and opening only what has it.
 *
 * Shape: `events` only grows, by position; each row names the position of its list's event before
 *   (prev, 0: none), so that appends to many lists touch one page. `heads` has each list's last
 *   event as of position `checkpoint_pos`; what came later is found by reading the events after it.
 *   `lists.title` and `members` are indexes, written in the transaction of the event they follow.
 *   `lives` has the lists that were ever deleted; a deleted one's members are `former_members`.
 *   `index_sum` tells whether all of those are what was written (start_check.ts).
 *   `snapshots` has the rows of snapshots (snapshots.ts), which may be taken away at any time.
 * Bound: `body` stands last, so that a scan of the other columns never reads a long one.
 * Errors: a file that is not ours, or is torn, or of a later format, is refused by a sentence and
 *   left as it is; one of an earlier format is made one of this, or left too (migrations.ts).
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { INDEX_SUM } from "./index_sum.ts";
import { FIRST_VERSION, migrate, SCHEMA_VERSION, SNAPSHOTS } from "./migrations.ts";
import { isBusy, kindOf, reasonOf } from "./sqlite_error.ts";
import { markedPos } from "./store_mark.ts";
import { hasWal } from "./wal_header.ts";

/** "todo" in ASCII; in the file's header, so that we can tell it from other databases. */
const APPLICATION_ID = 0x74_6f_64_6f;

/** SQL that makes a new store. */
export const TABLES = `
  CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    generation TEXT NOT NULL,
    secret TEXT NOT NULL,
    checkpoint_pos INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    first_title TEXT NOT NULL,
    owner TEXT NOT NULL,
    at INTEGER NOT NULL,
    key TEXT,
    sum INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    title TEXT NOT NULL
  ) STRICT;
  CREATE INDEX lists_made ON lists (owner, key) WHERE key IS NOT NULL;
  CREATE TABLE lives (
    list INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    deleted_at INTEGER
  ) STRICT;
  CREATE TABLE events (
    pos INTEGER PRIMARY KEY,
    list INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    prev INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    pid TEXT NOT NULL,
    key TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE heads (
    list INTEGER PRIMARY KEY,
    pos INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE members (
    user TEXT NOT NULL,
    list TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'owner')),
    PRIMARY KEY (user, list)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE former_members (
    user TEXT NOT NULL,
    list TEXT NOT NULL,
    role TEXT NOT NULL,
    deleted_at INTEGER NOT NULL,
    PRIMARY KEY (user, list)
  ) STRICT, WITHOUT ROWID;
  ${SNAPSHOTS};
  ${INDEX_SUM};
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};`;

/** What the log is cut down to when a long reader, such as a backup, had made it longer. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024;
/** Milliseconds to wait for another program's lock on the file, such as a backup's. */
const BUSY_MS = 1000;

/** What a store has of its own, from its making on (event_log.ts). */
export interface StoreMarks {
  readonly generation: string;
  readonly secret: string;
}

export type Opened =
  | { readonly ok: true; readonly db: DatabaseSync; readonly marks: StoreMarks }
  | { readonly ok: false; readonly message: string };

/** Opens the store for writing; makes it, with those marks, when there is no such file. */
export function openForWriting(path: string, marks: StoreMarks): Opened {
  const opened = open(path, marks);
  if (!opened.ok) return opened;
  const { db } = opened;
  try {
    // Only now: a database of someone else's must not be changed, not even its journal mode.
    if (pragma(db, "journal_mode = WAL") !== "wal") {
      db.close();
      return { ok: false, message: `${path}: its file system cannot hold a write-ahead log.` };
    }
    // FULL: an fsync of the log in every commit. On macOS only fullfsync reaches the disk.
    db.exec("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA cache_size = -16000;");
    db.exec(`PRAGMA journal_size_limit = ${LOG_BYTES_KEPT}`);
    migrate(db);
    return opened;
  } catch (error) {
    db.close();
    return refusalFor(path, error);
  }
}

/** Opens a store that a writer has open, or had. */
export function openForReading(path: string): Opened {
  return open(path, "read_only");
}

function open(path: string, mode: "read_only" | StoreMarks): Opened {
  let db: DatabaseSync | undefined;
  try {
    if (mode !== "read_only" && !existsSync(path)) {
      const left = leftOf(path);
      if (left !== undefined) return { ok: false, message: `${path} ${left}` };
      create(path, mode);
    }
    const hasLog = hasWal(path); // Before SQLite makes one.
    db = mode === "read_only" ? openToRead(path) : new DatabaseSync(path, { timeout: BUSY_MS });
    db.enableDefensive(true);
    db.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
    const oldest = mode === "read_only" ? SCHEMA_VERSION : FIRST_VERSION;
    const fault = !hasLog && isTorn(path, db) ? NOT_OURS : faultOf(db, oldest);
    if (fault === undefined) return { ok: true, db, marks: marksOf(db) };
    db.close();
    return { ok: false, message: `${path} ${fault}` };
  } catch (error) {
    if (db?.isOpen) db.close();
    return refusalFor(path, error);
  }
}

/** What SQLite has against the store at `path`, as a sentence. */
export function refusalFor(path: string, error: unknown): Opened & { readonly ok: false } {
  if (kindOf(error) === "corrupt") return { ok: false, message: `${path} ${NOT_OURS}` };
  return { ok: false, message: `${path} cannot be opened: ${reasonOf(error, path)}.` };
}

const NOT_OURS = "is not a store of todo-actors, or is damaged; it is left as it is.";

/** What tells that a store which is not there was: no empty one is made in its place. */
function leftOf(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
    return "is a link to a file that is not there; put that back, or remove the link.";
  }
  // SQLite would play an orphaned log into the new file.
  if (existsSync(`${path}-wal`)) return takenAway("-wal");
  return markedPos(path) > 0 ? takenAway(".mark") : undefined;
}

function takenAway(end: string): string {
  return `is missing, but its ${end} file is there; put it back, or remove that file too.`;
}

/** SQLite makes files beside it; where it cannot, and no server has, it is read without. */
function openToRead(path: string): DatabaseSync {
  const options = { readOnly: true, timeout: BUSY_MS };
  const hadLog = existsSync(`${path}-wal`); // Every server that runs has one.
  const db = new DatabaseSync(path, options);
  try {
    pragma(db, "application_id");
    return db;
  } catch (error) {
    db.close();
    if (hadLog || isBusy(error) || kindOf(error) === "corrupt") throw error;
    const url = pathToFileURL(resolve(path));
    url.searchParams.set("immutable", "1");
    return new DatabaseSync(url, options);
  }
}

/** Its last page is cut, which SQLite would fill with zeros; only a log may have it whole. */
function isTorn(path: string, db: DatabaseSync): boolean {
  return statSync(path).size % Number(pragma(db, "page_size")) > 0;
}

/** Why it is refused; `oldest`: the first format that can be worked on. */
function faultOf(db: DatabaseSync, oldest: number): string | undefined {
  if (pragma(db, "application_id") !== APPLICATION_ID) return NOT_OURS;
  const version = Number(pragma(db, "user_version"));
  if (version > SCHEMA_VERSION) {
    return `has format ${version}, of a newer version; this one reads up to ${SCHEMA_VERSION}.`;
  }
  if (version < FIRST_VERSION) {
    return `has format ${version}, of a version that was never released; this one cannot read it.`;
  }
  if (version < oldest) {
    return `has format ${version}, of an older version; start the server on it once before this.`;
  }
  return undefined;
}

/** Another generation: the log is another past from now on. False: the disk takes nothing. */
export function setGeneration(db: DatabaseSync, generation: string): boolean {
  try {
    db.prepare("UPDATE meta SET generation = ?").run(generation);
    return true;
  } catch (error) {
    if (kindOf(error) !== "no_space") throw error;
    return false;
  }
}

function marksOf(db: DatabaseSync): StoreMarks {
  const meta = db.prepare("SELECT generation, secret FROM meta").get();
  return { generation: String(meta?.generation), secret: String(meta?.secret) };
}

/** Makes the file beside its place, whole and synced, and only then puts it there. */
function create(path: string, { generation, secret }: StoreMarks): void {
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  const db = new DatabaseSync(draft);
  db.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL; BEGIN; ${TABLES}`);
  db.prepare("INSERT INTO meta VALUES (1, ?, ?, 0)").run(generation, secret);
  db.exec("INSERT INTO index_sum VALUES (1, 0)");
  db.exec("COMMIT");
  db.close();
  renameSync(draft, path);
  if (process.platform === "win32") return; // It has no fsync of a folder.
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder); // So that the name survives a power cut too.
  closeSync(folder);
}

function pragma(db: DatabaseSync, text: string): unknown {
  const row = db.prepare(`PRAGMA ${text}`).get();
  return row === undefined ? undefined : Object.values(row)[0];
}
