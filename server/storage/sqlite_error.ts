/**
 * SqliteError: what an error of node:sqlite means for us.
 *
 * Source: https://sqlite.org/rescode.html; the low byte of an extended code is the primary one.
 */
import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";

/**
 * row: this statement's values cannot be kept. no_space: full or not writable now, nothing was
 * kept. corrupt: the file is not what was written. io: unknown what was kept, or a fault of ours.
 */
export type ErrorKind = "row" | "no_space" | "corrupt" | "io";

const KINDS: ReadonlyMap<number, ErrorKind> = new Map([
  [5, "no_space"], // SQLITE_BUSY: another program holds the file's write lock
  [8, "no_space"], // SQLITE_READONLY
  [11, "corrupt"], // SQLITE_CORRUPT
  [13, "no_space"], // SQLITE_FULL
  [18, "row"], // SQLITE_TOOBIG
  [19, "row"], // SQLITE_CONSTRAINT
  [20, "row"], // SQLITE_MISMATCH
  [26, "corrupt"], // SQLITE_NOTADB
]);

/** Another program has what is wanted: SQLITE_BUSY. */
const BUSY = 5;
/** Bytes that SQLite must find on a disk to open a store: for its index of the log, and the log. */
const ROOM_WANTED = 64 * 1024;

/** Undefined for what is no error of the store, a bug of ours: throw it on. */
export function kindOf(error: unknown): ErrorKind | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  switch (error.code) {
    case "ERR_SQLITE_ERROR":
      return KINDS.get(primaryCodeOf(error)) ?? "io";
    case "ERR_INVALID_ARG_TYPE": // A value that no column can hold, such as undefined.
      return "row";
    case "ERR_OUT_OF_RANGE": // An integer beyond 2^53, which we never wrote.
      return "corrupt";
    default:
      return undefined;
  }
}

/** Another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && primaryCodeOf(error) === BUSY;
}

/** What an error of the disk or of SQLite says, about a file at `path`; a bug is thrown on. */
export function reasonOf(error: unknown, path?: string): string {
  const isSystem = error instanceof Error && "code" in error && "syscall" in error;
  if (!isSystem && kindOf(error) === undefined) throw error;
  if (path !== undefined && isFull(path)) return "its disk is full";
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}

/** SQLite says "disk I/O error", and not always which. */
function isFull(path: string): boolean {
  if (!existsSync(dirname(path))) return false;
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize < ROOM_WANTED;
}

function primaryCodeOf(error: Error): number {
  return "errcode" in error ? Number(error.errcode) & 0xff : 0;
}
