/**
 * WalHeader: whether the log beside a store is one that SQLite will read.
 *
 * One whose header is not what was written is taken by SQLite for none at all, and removed, with
 * all that it had of the last commits. A crash is no reason: it is synced before what follows it.
 * Source: https://sqlite.org/fileformat2.html#walformat
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";

/** Of the whole log. */
export const WAL_HEADER_BYTES = 32;
const CHUNK_BYTES = 64 * 1024;
/** Of what is summed: all but the sum. */
const SUMMED_BYTES = 24;
const MAGIC = 0x37_7f_06_82; // The last bit tells how the sum was made.

/** What the header tells of the frames behind it (wal_frames.ts). */
export interface WalHeader {
  readonly pageBytes: number;
  /** By which frames of an earlier use of the file are told apart. */
  readonly salts: Buffer;
  readonly isBigEndian: boolean;
  readonly sum: Sum;
}

/** SQLite's sum of what it writes into a log: two unsigned integers of 32 bits. */
export type Sum = readonly [first: number, second: number];

/** True as well when there is no log, or one that was not begun: nothing was committed to it. */
export function isWalReadable(path: string): boolean {
  if (sizeOf(path) < WAL_HEADER_BYTES) return true;
  const header = headerOf(`${path}-wal`);
  if (header.every(isZero)) return isAllZero(`${path}-wal`); // Cut off before the first sync.
  return parsed(header) !== undefined;
}

/** Undefined: there is no log, or none with a header that SQLite would take. */
export function walHeaderOf(path: string): WalHeader | undefined {
  return sizeOf(path) === 0 ? undefined : parsed(headerOf(`${path}-wal`));
}

/** The sum that goes on from `from` over those bytes, a multiple of 8. */
export function sumOn([first, second]: Sum, bytes: Buffer, isBigEndian: boolean): Sum {
  let [one, two] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    const [a, b] = isBigEndian
      ? [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
      : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    one = (one + a + two) >>> 0;
    two = (two + b + one) >>> 0;
  }
  return [one, two];
}

function parsed(header: Buffer): WalHeader | undefined {
  if (header.length < WAL_HEADER_BYTES || (header.readUInt32BE(0) | 1) !== (MAGIC | 1))
    return undefined;
  const isBigEndian = (header.readUInt32BE(0) & 1) === 1;
  const sum = sumOn([0, 0], header.subarray(0, SUMMED_BYTES), isBigEndian);
  const kept = [header.readUInt32BE(24), header.readUInt32BE(28)];
  if (sum[0] !== kept[0] || sum[1] !== kept[1]) return undefined;
  return { pageBytes: header.readUInt32BE(8), salts: header.subarray(16, 24), isBigEndian, sum };
}

/** There is a log beside the store, with something in it. */
export function hasWal(path: string): boolean {
  return sizeOf(path) > WAL_HEADER_BYTES;
}

function sizeOf(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

function isAllZero(path: string): boolean {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const file = openSync(path, "r");
  try {
    for (let read = CHUNK_BYTES; read > 0; ) {
      read = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (!chunk.subarray(0, read).every(isZero)) return false;
    }
    return true;
  } finally {
    closeSync(file);
  }
}

function isZero(byte: number): boolean {
  return byte === 0;
}

function headerOf(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(WAL_HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, WAL_HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
