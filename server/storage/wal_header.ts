/**
 * WalHeader: whether the log beside a store is one that SQLite will read.
 *
 * One whose header is not what was written is taken by SQLite for none at all, and removed, with
 * all that it had of the last commits. A crash is no reason: it is synced before what follows it.
 * Source: https://sqlite.org/fileformat2.html#walformat
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";

const HEADER_BYTES = 32;
const CHUNK_BYTES = 64 * 1024;
/** Of what is summed: all but the sum. */
const SUMMED_BYTES = 24;
const MAGIC = 0x37_7f_06_82; // The last bit tells how the sum was made.

/** True as well when there is no log, or one in which nothing was written. */
export function isWalReadable(path: string): boolean {
  if (sizeOf(path) === 0) return true;
  const header = headerOf(`${path}-wal`);
  if (header.every(isZero)) return isAllZero(`${path}-wal`); // Cut off before the first sync.
  if (header.length < HEADER_BYTES || (header.readUInt32BE(0) | 1) !== (MAGIC | 1)) return false;
  const isBigEndian = (header.readUInt32BE(0) & 1) === 1;
  const word = (at: number) => (isBigEndian ? header.readUInt32BE(at) : header.readUInt32LE(at));
  let [first, second] = [0, 0];
  for (let at = 0; at < SUMMED_BYTES; at += 8) {
    first = (first + word(at) + second) >>> 0;
    second = (second + word(at + 4) + first) >>> 0;
  }
  return header.readUInt32BE(24) === first && header.readUInt32BE(28) === second;
}

/** There is a log beside the store, with something in it. */
export function hasWal(path: string): boolean {
  return sizeOf(path) > HEADER_BYTES;
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
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
