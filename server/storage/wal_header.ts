/**
 * WalHeader: whether the log beside a store is one that SQLite will read.
 *
 * One whose header is not what was written is taken by SQLite for none at all, and removed, with
 * all that it had of the last commits. A crash is no reason: it is synced before what follows it.
 * Source: https://sqlite.org/fileformat2.html#walformat
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";

const HEADER_BYTES = 32;
/** Of what is summed: all but the sum. */
const SUMMED_BYTES = 24;
const MAGIC = 0x37_7f_06_82; // The last bit tells how the sum was made.

/** True as well when there is no log, or one in which nothing was written. */
export function isWalReadable(path: string): boolean {
  const header = headerOf(`${path}-wal`);
  if (header.every((byte) => byte === 0)) return true;
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

function headerOf(path: string): Buffer {
  if (!existsSync(path)) return Buffer.alloc(0);
  const file = openSync(path, "r");
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, HEADER_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
