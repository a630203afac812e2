/**
 * SeedRange: many seeds one after the other, and what came of them together.
 */
import { BUGS, type BugName } from "./bugs.ts";
import { type Counts, Reached } from "./reached.ts";
import { OPS, type RunResult, run } from "./run.ts";

/** Which seeds: `count` of them from `first` on. */
export interface SeedRange {
  readonly first: number;
  readonly count: number;
  readonly ops: number;
  readonly bug?: BugName | undefined;
}

/** One seed that failed, and why. */
export interface FailedSeed {
  readonly seed: number;
  readonly failure: string;
}

/** What came of a range. */
export interface RangeResult {
  readonly runs: number;
  readonly counts: Counts;
  readonly failed: readonly FailedSeed[];
  /** Of all histories together, in whatever order and by however many processes they were made. */
  readonly digest: string;
}

/** That of no history. */
export const NO_DIGEST = "0".repeat(64);

/** The digest of two histories, or of two ranges: the order makes no difference. */
export function together(a: string, b: string): string {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(16).padStart(NO_DIGEST.length, "0");
}

/** Runs them. `failuresMax`: how many it looks for before it ends. */
export async function runRange(
  { first, count, ops, bug }: SeedRange,
  failuresMax = Number.POSITIVE_INFINITY,
): Promise<RangeResult> {
  const reached = new Reached();
  const failed: FailedSeed[] = [];
  let runs = 0;
  let all = NO_DIGEST;
  for (let seed = first; seed < first + count && failed.length < failuresMax; seed++) {
    const { failure, counts, digest } = await runSeed(seed, ops, bug);
    runs += 1;
    all = together(all, digest);
    reached.add(counts);
    if (failure !== undefined) failed.push({ seed, failure });
  }
  return { runs, counts: reached.counts, failed, digest: all };
}

/** Runs one seed, with a bug perhaps. */
export function runSeed(seed: number, ops: number, bug?: BugName): Promise<RunResult> {
  return run({ seed, ops, bug: bug && BUGS[bug] });
}

/** The fewest steps of which it is known that the seed fails with them: by bisection. */
export async function fewestOps({ seed }: FailedSeed, ops: number, bug?: BugName): Promise<number> {
  let fails = ops;
  let works = -1;
  while (fails - works > 1) {
    const middle = (fails + works) >> 1;
    const { failure } = await runSeed(seed, middle, bug);
    if (failure === undefined) works = middle;
    else fails = middle;
  }
  return fails;
}

/** The command that repeats a run. */
export function commandOf(seed: number, ops: number, bug?: BugName): string {
  const named = bug === undefined ? "" : ` --bug ${bug}`;
  return `npm run sim -- --seed ${seed}${ops === OPS ? "" : ` --ops ${ops}`}${named}`;
}
