/**
 * Simulator: many seeds, none of which fails, and all of which together come through every state;
 * and the simulator itself: the same seed is the same run, a failing seed says how to repeat it.
 *
 * TODO_SEEDS sets how many, 500 unless given; TODO_SEED the first of them.
 */
import { expect, test } from "vitest";
import { Reached, STATES } from "./reached.ts";
import { OPS, run } from "./run.ts";
import { commandOf, fewestOps, runRange, runSeed } from "./seed_range.ts";

const SEEDS = Number(process.env.TODO_SEEDS ?? 500);
const FIRST = Number(process.env.TODO_SEED ?? 1);

test(`${SEEDS} seeds from ${FIRST} on: nobody is told what is not so`, {
  timeout: 600_000,
}, async () => {
  const { counts, failed } = await runRange({ first: FIRST, count: SEEDS, ops: OPS });
  const [first] = failed;
  if (first !== undefined) console.error((await runSeed(first.seed, OPS)).tail);
  expect(failed.map(({ seed, failure }) => `${commandOf(seed, OPS)}   # ${failure}`)).toEqual([]);
  const reached = new Reached();
  reached.add(counts);
  if (SEEDS >= 500) expect(reached.missing).toEqual([]);
});

test("the same seed gives the same history, byte for byte, whatever ran between", async () => {
  for (const seed of [1, 14, 52]) {
    const first = await runSeed(seed, OPS);
    await runSeed(seed + 1, OPS);
    const second = await runSeed(seed, OPS);
    expect(second.lines).toBeGreaterThan(100);
    expect(second).toEqual(first);
  }
});

test("another seed gives another history", async () => {
  const first = await runSeed(1, OPS);
  expect((await runSeed(2, OPS)).digest).not.toBe(first.digest);
});

test("a seed that fails shows its last history, and is repeated by fewer steps", async () => {
  const bug = "reply-before-commit";
  const { failure = "", tail } = await runSeed(1, OPS, bug);
  expect(failure).toMatch(/is on no disk/);
  expect(tail.trimEnd().split("\n").at(-1)).toMatch(/^\d+\.\d{3} \S+ /);
  const fewest = await fewestOps({ seed: 1, failure }, OPS, bug);
  expect(fewest).toBeLessThan(OPS);
  expect((await runSeed(1, fewest, bug)).failure).toBeDefined();
  expect(commandOf(1, fewest, bug)).toBe(
    `npm run sim -- --seed 1 --ops ${fewest} --bug reply-before-commit`,
  );
});

test("what a bug changed is as it was after the run", async () => {
  const before = await runSeed(3, OPS);
  await runSeed(3, OPS, "message-lost-falling-asleep");
  await runSeed(3, OPS, "late-reply-to-another-call");
  expect(await runSeed(3, OPS)).toEqual(before);
});

test("what throws in a world is that run's failure", async () => {
  const plant = (): never => {
    throw new Error("a bug of the simulator");
  };
  await expect(run({ seed: 1, bug: { plant } })).rejects.toThrow("a bug of the simulator");
  const wrapLog = (): never => {
    throw new Error("a log that does not open");
  };
  const { failure } = await run({ seed: 1, bug: { wrapLog } });
  expect(failure).toContain("a log that does not open");
});

test("every state has a name of its own", () => {
  expect(new Set(STATES).size).toBe(STATES.length);
});
