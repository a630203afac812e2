/**
 * ManyProcesses: shares many seeds among several processes, in portions.
 *
 * Errors: a process that dies ends the whole; what it was at is named.
 */
import { type ChildProcess, fork } from "node:child_process";
import { Reached } from "./reached.ts";
import {
  type FailedSeed,
  NO_DIGEST,
  type RangeResult,
  type SeedRange,
  together,
} from "./seed_range.ts";

/** Seeds in one portion: a few seconds. */
const PORTION_SEEDS = 200;

/** How far it is; told after each portion. */
export interface Progress {
  readonly runs: number;
  readonly failed: number;
  /** Those that failed in the last portion. */
  readonly news: readonly FailedSeed[];
}

/** Runs them all. */
export async function runByMany(
  range: SeedRange,
  procs: number,
  progress: (progress: Progress) => void,
): Promise<RangeResult> {
  const reached = new Reached();
  const failed: FailedSeed[] = [];
  const end = range.first + range.count;
  let next = range.first;
  let runs = 0;
  let digest = NO_DIGEST;
  const work = async () => {
    const child = fork(new URL("./range_process.ts", import.meta.url));
    try {
      while (next < end) {
        const count = Math.min(PORTION_SEEDS, end - next);
        const portion = { ...range, first: next, count };
        next += count;
        const result = await runIn(child, portion);
        runs += result.runs;
        digest = together(digest, result.digest);
        reached.add(result.counts);
        failed.push(...result.failed);
        progress({ runs, failed: failed.length, news: result.failed });
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: procs }, work));
  failed.sort((a, b) => a.seed - b.seed);
  return { runs, counts: reached.counts, failed, digest };
}

function runIn(child: ChildProcess, portion: SeedRange): Promise<RangeResult> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => {
      reject(new Error(`a process ended with ${code} in the seeds from ${portion.first} on`));
    };
    child.once("exit", died);
    child.once("message", (result) => {
      child.off("exit", died);
      resolve(result as RangeResult);
    });
    child.send(portion);
  });
}
