/**
 * Run: one seed: a world is made, works and fails for a while, is healed, and must come to rest
 * with everybody right.
 */

import type { Bug } from "./bugs.ts";
import { Dice } from "./dice.ts";
import { Faults } from "./faults.ts";
import type { Counts } from "./reached.ts";
import { awake, watchedTooMuch } from "./rest_judge.ts";
import { seedIds } from "./seeded_ids.ts";
import { SimWorld } from "./sim_world.ts";
import { Violation } from "./violation.ts";
import { Workload } from "./workload.ts";

/** Steps of a run that does not say. */
export const OPS = 60;
/** Milliseconds of virtual time in which all must be right once nothing fails any more. */
const CONVERGE_MS = 180_000;
/** Milliseconds that the clients have to connect before the work begins. */
const BEGIN_MS = 3_000;
/** Milliseconds between two looks whether it is. */
const LOOK_MS = 250;

export interface RunOptions {
  readonly seed: number;
  readonly ops?: number;
  /** A fault of the product that is planted for the time of the run. */
  readonly bug?: Bug | undefined;
}

/** What came of a run. */
export interface RunResult {
  readonly failure: string | undefined;
  readonly digest: string;
  readonly lines: number;
  readonly counts: Counts;
  /** The last lines of its history. */
  readonly tail: string;
}

/** Runs one seed. Runs of one process come one after the other: they share its ids' chance. */
export async function run({ seed, ops = OPS, bug }: RunOptions): Promise<RunResult> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = STACK_LINES;
  const unseed = seedIds(new Dice(seed, 6));
  const unplant = bug?.plant?.();
  const world = new SimWorld(seed, bug);
  try {
    await live(world, { seed, ops });
  } catch (error) {
    world.fail(error);
  } finally {
    world.close();
    unseed();
    unplant?.();
    Error.stackTraceLimit = stackTraceLimit;
  }
  const { failure, history, reached } = world;
  return {
    failure: failure && (failure instanceof Violation ? failure.message : failure.stack),
    lines: history.lines,
    tail: history.tail(TAIL_LINES),
    digest: history.digest(),
    counts: reached.counts,
  };
}

/** Every refusal that a client is told is an error with a stack, which is dear. */
const STACK_LINES = 4;
const TAIL_LINES = 60;

async function live(world: SimWorld, { seed, ops }: { seed: number; ops: number }): Promise<void> {
  const dice = new Dice(seed, 7);
  world.start();
  const workload = new Workload(world, seed);
  const faults = new Faults(world, workload, new Dice(seed, 8));
  const isFailed = () => world.failure !== undefined;
  const isBegun = () => workload.libraries.every(({ isConnected }) => isConnected);
  await world.loop.run(BEGIN_MS, () => isFailed() || isBegun());
  workload.begin();
  await world.loop.run(world.loop.nowMs + dice.wait(100), isFailed);
  const paceMs = dice.pick([2, 20, 100]);
  for (let step = 0; step < ops && !isFailed(); step++) {
    const quietMs = faults.step();
    if (quietMs === undefined) workload.step();
    await world.loop.run(world.loop.nowMs + dice.wait(paceMs) + (quietMs ?? 0), isFailed);
  }
  faults.end();
  world.history.note("world", "healed");
  // A push that was lost is missed when the next one comes.
  const isLost = world.reached.counts.push_lost !== undefined;
  await comeToRest(world, () => {
    const left = unrest(world, workload);
    return isLost ? left.filter(isOfCalls) : left;
  });
  if (isFailed()) return;
  let isWritten = false;
  void workload.lastWords().then(() => {
    isWritten = true;
  });
  world.loop.stir();
  await comeToRest(world, () => {
    const left = [...unrest(world, workload), ...watchedTooMuch(world)];
    return isWritten ? left : [...left, "a list takes no last word"];
  });
  world.judge(() => workload.judge.finish());
  workload.close();
  await comeToRest(world, () => awake(world));
}

/** Lets time pass until nothing is left to be done. */
async function comeToRest(world: SimWorld, unrestful: () => string[]): Promise<void> {
  const until = world.loop.nowMs + CONVERGE_MS;
  const isFailed = () => world.failure !== undefined;
  for (;;) {
    await world.loop.run(world.loop.nowMs + LOOK_MS, isFailed);
    if (isFailed()) return;
    const left = unrestful();
    if (left.length === 0) return;
    if (world.loop.nowMs > until) throw new Violation(`no rest: ${left.join("; ")}`);
  }
}

function isOfCalls(words: string): boolean {
  return words.includes("calls");
}

function unrest(world: SimWorld, workload: Workload): string[] {
  const left = workload.libraries.flatMap((client) => {
    return client.isConnected ? client.differences() : [`${client.name} is not connected`];
  });
  if (!world.isUp) left.push("the program is down");
  if (workload.judge.pending > 0) left.push(`${workload.judge.pending} calls`);
  for (const { link, judge } of world.connections) {
    if (!link.isOpen) continue;
    world.judge(() => judge.judgeDeadlines());
    if (judge.pending > 0) left.push(`${judge.pending} calls on the wire`);
    left.push(...judge.subscriptions.behind().map((list) => `somebody is behind in ${list}`));
  }
  return left;
}
