/**
 * WalFrames: whether commits stand behind the place where SQLite ends the log beside a store.
 *
 * It ends the log at the first frame that is not what was written, and forgets what comes after. A
 * program that is killed leaves such a frame at most as the last: of what it wrote nothing is lost
 * but with the machine. So a commit that a further one follows, and that is not whole, or stands
 * behind such a frame, was lost to damage; of the last commit nobody knows whether it ever ended.
 * Cost: some 1 ms a MiB of the log. Only while nobody writes to it.
 * Source: https://sqlite.org/fileformat2.html#walformat
 */
import { closeSync, openSync, readSync } from "node:fs";
import { type Sum, sumOn, WAL_HEADER_BYTES, type WalHeader, walHeaderOf } from "./wal_header.ts";

const FRAME_HEADER_BYTES = 24;
/** Of a frame's header, what is summed: its page's number and, in a commit, the file's size. */
const SUMMED_BYTES = 8;

/** The last one does not count. False as well when there is no log, or none that is readable. */
export function hasCommitsPastEnd(path: string): boolean {
  const header = walHeaderOf(path);
  if (header === undefined) return false;
  const file = openSync(`${path}-wal`, "r");
  try {
    return hasCommitsBehindGap(file, header);
  } finally {
    closeSync(file);
  }
}

function hasCommitsBehindGap(file: number, header: WalHeader): boolean {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + header.pageBytes);
  let place = WAL_HEADER_BYTES;
  let before: readonly Sum[] = [header.sum]; // What the sum of the frame before may be.
  let isPastEnd = false;
  let isAfterCommit = false; // And that one is lost.
  while (readSync(file, frame, 0, frame.length, place) === frame.length) {
    const kept: Sum = [frame.readUInt32BE(16), frame.readUInt32BE(20)];
    const right = before.map((sum) => sumAfter(frame, sum, header));
    const isWhole =
      frame.subarray(8, 16).equals(header.salts) && right.some((sum) => isSame(sum, kept));
    if (isWhole && isAfterCommit) return true;
    isPastEnd ||= !isWhole;
    isAfterCommit = isPastEnd && frame.readUInt32BE(4) > 0;
    // So that one bad frame hides no other: what is wrong is the sum in it, or all else.
    before = isWhole ? [kept] : [kept, ...right.slice(0, 1)];
    place += frame.length;
  }
  return false;
}

function sumAfter(frame: Buffer, before: Sum, { isBigEndian }: WalHeader): Sum {
  const named = sumOn(before, frame.subarray(0, SUMMED_BYTES), isBigEndian);
  return sumOn(named, frame.subarray(FRAME_HEADER_BYTES), isBigEndian);
}

function isSame(one: Sum, other: Sum): boolean {
  return one[0] === other[0] && one[1] === other[1];
}
