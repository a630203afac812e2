/**
 * CrashedStore: a store as a killed server leaves it: the last of it is in its log alone.
 */
import { copyFileSync, readFileSync } from "node:fs";
import { framesOf } from "./log_frames.ts";
import { born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { openWriter } from "./sync_store.ts";

export interface CrashedStore {
  readonly path: string;
  /** What is in its log. */
  readonly log: Buffer;
}

/** Its list "a" has 60 events of one commit, and one each of `commits` more, the last one long. */
export function crashedStore(commits = 12): CrashedStore {
  const live = newStorePath();
  const { writer } = openWriter(live);
  writer.commit([born("a", rows(1, 60))]);
  const last = 60 + commits;
  for (let seq = 61; seq < last; seq++) writer.commit([{ list: "a", rows: [row(seq)] }]);
  const body = `{"op":"x","text":"${"x".repeat(9000)}"}`;
  writer.commit([{ list: "a", rows: [row(last, { body })] }]);
  const path = copyOf(live);
  writer.close();
  return { path, log: readFileSync(`${path}-wal`) };
}

/** What is on disk of a store that is open. */
export function copyOf(live: string): string {
  const path = newStorePath();
  for (const end of ["", "-wal"]) copyFileSync(`${live}${end}`, `${path}${end}`);
  return path;
}

/** The log with another bit in its third commit. */
export function withGap(log: Buffer): Buffer {
  const commits = framesOf(log).filter(({ isCommit }) => isCommit);
  return flipped(log, (commits[2]?.at ?? 0) + 99);
}

/** Those bytes with another bit at that place. */
export function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 4;
  return copy;
}
