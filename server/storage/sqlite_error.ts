/**
 * SqliteError: what an error of node:sqlite means for us.
 *
 * Source: https://sqlite.org/rescode.html; the low byte of an extended code is the primary one.
 */

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

/** Undefined for what is no error of the store, a bug of ours: throw it on. */
export function kindOf(error: unknown): ErrorKind | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  switch (error.code) {
    case "ERR_SQLITE_ERROR":
      return KINDS.get("errcode" in error ? Number(error.errcode) & 0xff : 0) ?? "io";
    case "ERR_INVALID_ARG_TYPE": // A value that no column can hold, such as undefined.
      return "row";
    case "ERR_OUT_OF_RANGE": // An integer beyond 2^53, which we never wrote.
      return "corrupt";
    default:
      return undefined;
  }
}
