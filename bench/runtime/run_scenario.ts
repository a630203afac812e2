/**
 * run_scenario: the frame of every contestant written in JavaScript.
 *
 * Params: SCENARIO [SIZE] on the command line. Result: one JSON line on stdout: name → number.
 * Order:  a tenth of the size first, not counted; then a garbage collection; then the whole.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ScenarioName, SIZES } from "./sizes.ts";

/** What a run of a scenario measured, by name. */
export type Figures = Readonly<Record<string, number>>;
/** Does that much and says what it measured. */
export type Scenario = (size: number) => Figures | Promise<Figures>;

const WARM_UP_SHARE = 0.1;

setFlagsFromString("--expose-gc");
// Code that is not used again stays: else 5 MB of Node's own go at some time, and hide a leak.
setFlagsFromString("--no-flush-bytecode");
const gc = runInNewContext("gc") as () => void;

/** Runs the scenario that the command line names, prints its figures and ends the program. */
export async function runScenario(
  scenarios: Readonly<Partial<Record<ScenarioName, Scenario>>>,
): Promise<never> {
  const [name = "", sizeText] = process.argv.slice(2);
  const scenario = Object.hasOwn(scenarios, name) ? scenarios[name as ScenarioName] : undefined;
  if (scenario === undefined) {
    console.error(`want one of ${Object.keys(scenarios).join(", ")}`);
    process.exit(2);
  }
  const size = sizeText === undefined ? SIZES[name as ScenarioName] : Number(sizeText);
  await scenario(Math.ceil(size * WARM_UP_SHARE));
  collectGarbage();
  console.log(JSON.stringify(await scenario(size)));
  process.exit(0);
}

/** Collects all garbage, so that what comes next does not pay for what was before. */
export function collectGarbage(): void {
  gc();
  gc(); // What the first one's finalizers let go.
}

/** Bytes of the heap in use after all garbage is gone. */
export function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/**
 * Milliseconds of CPU that the process has used, all its threads together: what its one core would
 * have needed if nobody else had used it.
 */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** perSecond(cpuMs(), 1000) → how many of 1,000 there were in a second of CPU since then. */
export function perSecond(startedAtMs: number, count: number): number {
  return count / ((cpuMs() - startedAtMs) / 1000);
}
