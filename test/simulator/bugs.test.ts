/**
 * Bugs: each planted bug is found, and by a seed among the first thousand.
 *
 * FOUND_BY has the first seed that found it; when the product or the simulator changes, another may
 * be the first: then the seeds from 1 on are looked through.
 */
import { expect, test } from "vitest";
import { BUGS, type BugName } from "./bugs.ts";
import { OPS } from "./run.ts";
import { runRange, runSeed } from "./seed_range.ts";

const SEEDS_MAX = 1_000;

const FOUND_BY: Readonly<Record<BugName, number>> = {
  "reply-before-commit": 1,
  "push-before-commit": 1,
  "key-forgotten-at-restart": 30,
  "gap-ignored-by-replica": 47,
  "stale-read-after-failed-commit": 5,
  "resume-past-restore": 74,
  "id-reused": 1,
  "message-lost-falling-asleep": 3,
  "subscriber-forgotten-after-crash": 6,
  "late-reply-to-another-call": 11,
  "if-rev-ignored": 2,
  "repeat-refused": 1,
  "overview-before-own-writes": 12,
  "dead-subscriber-kept": 1,
  "goaway-ignored": 79,
};

test.each(Object.keys(BUGS) as BugName[])("%s is found", { timeout: 120_000 }, async (bug) => {
  const known = FOUND_BY[bug];
  expect((await runSeed(known, OPS)).failure).toBeUndefined(); // Without it the seed is fine.
  if ((await runSeed(known, OPS, bug)).failure !== undefined) return;
  const { failed } = await runRange({ first: 1, count: SEEDS_MAX, ops: OPS, bug }, 1);
  expect(failed).toHaveLength(1);
});
