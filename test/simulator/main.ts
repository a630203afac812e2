/**
 * main: `npm run sim -- [--seed N] [--ops M] [--seeds COUNT] [--procs P] [--bug NAME]`.
 *
 * Exit: 0 when no seed fails and, of many, all states were reached; 1 otherwise; 2 for wrong usage.
 *       With a planted bug it is the other way round: a seed is to fail.
 */
import { type Progress, runByMany } from "./many_processes.ts";
import { Reached } from "./reached.ts";
import { commandOf, fewestOps, type RangeResult, runRange, runSeed } from "./seed_range.ts";
import { parseSim, type SimOptions } from "./sim_options.ts";

/** From so many seeds on together they must reach every state. */
const MANY_SEEDS = 500;

const parsed = parseSim(process.argv.slice(2));
if (parsed.kind === "help") process.stdout.write(parsed.text);
else if (parsed.kind === "refused") {
  process.stderr.write(`sim: ${parsed.sentence}\n`);
  process.exitCode = 2;
} else if (parsed.options.seeds === 1) await one(parsed.options);
else await many(parsed.options);

type OneSeed = Pick<SimOptions, "seed" | "ops" | "bug">;

async function one({ seed, ops, bug }: OneSeed): Promise<void> {
  const result = await runSeed(seed, ops, bug);
  const { failure, lines, digest, counts, tail } = result;
  say(`seed ${seed}: ${lines} lines of history, digest ${digest}`);
  say(`states: ${Object.keys(counts).join(", ")}`);
  if (failure === undefined) return;
  say(`${tail}\nseed ${seed} fails: ${failure}`);
  const fewest = await fewestOps({ seed, failure }, ops, bug);
  say(`To repeat it: ${commandOf(seed, fewest, bug)}`);
  process.exitCode = 1;
}

async function many({ seed, ops, seeds, procs, bug }: SimOptions): Promise<void> {
  const range = { first: seed, count: seeds, ops, bug };
  const begun = performance.now();
  const result = procs === 1 ? await runRange(range) : await runByMany(range, procs, tellProgress);
  const seconds = (performance.now() - begun) / 1000;
  const { runs, counts, failed, digest } = result;
  say(`${runs} seeds in ${seconds.toFixed(0)} s by ${procs} process(es), ${failed.length} failed`);
  say(`digest of all histories ${digest}`);
  say(
    Object.entries(counts)
      .map(([state, count]) => `${state} ${count}`)
      .join(", "),
  );
  if (bug !== undefined) return sayFound(result);
  const reached = new Reached();
  reached.add(counts);
  const missing = seeds < MANY_SEEDS ? [] : reached.missing;
  if (missing.length > 0) say(`no seed has reached: ${missing.join(", ")}`);
  for (const { seed: bad, failure } of failed) say(`${commandOf(bad, ops)}   # ${failure}`);
  const [first] = failed;
  if (first !== undefined) await one({ seed: first.seed, ops, bug });
  if (missing.length > 0) process.exitCode = 1;
}

function sayFound({ failed, runs }: RangeResult): void {
  const [first] = failed;
  if (first === undefined) process.exitCode = 1;
  say(first === undefined ? `not found by ${runs} seeds` : `found first by seed ${first.seed}`);
}

function tellProgress({ runs, failed, news }: Progress): void {
  for (const { seed, failure } of news) process.stderr.write(`seed ${seed} fails: ${failure}\n`);
  process.stderr.write(`${runs} seeds, ${failed} failed\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
