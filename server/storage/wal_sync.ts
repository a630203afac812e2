/**
 * WalSync: makes durable what a program that was killed has left in the log beside a store.
 *
 * SQLite reads the log as it finds it, also what was written and never synced: a commit that nobody
 * was told of, or one whose fsync had failed, of which the system may since take the pages for
 * written. Whoever is told of it now could lose it with the power. So the bytes are written again
 * where they stand, which needs no room, and synced, before anything is read.
 */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { hasWal } from "./wal_header.ts";

const CHUNK_BYTES = 1024 * 1024;

/** For the store at `path`, to which nobody writes. Throws what the system says. */
export function syncLog(path: string): void {
  if (!hasWal(path)) return;
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const file = openSync(`${path}-wal`, "r+");
  try {
    for (let place = 0; ; ) {
      const bytes = readSync(file, chunk, 0, CHUNK_BYTES, place);
      if (bytes === 0) break;
      place += writeSync(file, chunk, 0, bytes, place);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
