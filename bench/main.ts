/**
 * bench: `npm run bench -- call | storage | idle | recovery | runtime`, all measured in separate
 * pinned processes.
 *
 * Order: contestants alternate within a run, and the median of the runs is reported, so that a
 * machine that slows down slows them all. Linux only: CPU comes from /proc, pinning from taskset.
 * Result: a table on stdout, and all figures in bench/results/NAME.json.
 */
import { parseArgs } from "node:util";
import { benchCall } from "./call.ts";
import { benchIdle } from "./idle.ts";
import { benchRecovery } from "./recovery.ts";
import { benchRuntime } from "./runtime/bench_runtime.ts";
import { benchStorage } from "./storage.ts";

const USAGE = `npm run bench -- call [options]      CPU per add_todo against a hand-written server
npm run bench -- storage [options]   events spread over 64 lists against events of one list
npm run bench -- idle [options]      CPU of 10,000 idle lists and 1,000 idle connections
npm run bench -- recovery [options]  load of a list of 10,000 todos; start over 1,000,000 events
npm run bench -- runtime [options]   processes and messages beside BEAM, a bare queue, nact, xstate

  --runs N        alternating runs; the median counts (3)
  --seconds N     measured time of one run (4; idle: 10)
  --profile DIR   call: one run of each server with a CPU profile into DIR, and its summary
  --only A,B      runtime: these scenarios alone
  --quick         runtime: a tenth of each
  --node-flags F  runtime: flags of Node, one string; without it those of npm start`;

const SCENARIOS = {
  call: benchCall,
  storage: benchStorage,
  idle: benchIdle,
  recovery: benchRecovery,
  runtime: benchRuntime,
};

interface Flags {
  readonly runs: number;
  readonly seconds: number | undefined;
  readonly profile: string | undefined;
  readonly only: string | undefined;
  readonly quick: boolean;
  readonly nodeFlags: string | undefined;
}

function isScenario(name: string | undefined): name is keyof typeof SCENARIOS {
  return name !== undefined && Object.hasOwn(SCENARIOS, name);
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`--${name} wants a number above 0`);
  return value;
}

function readFlags(): { readonly name: string | undefined; readonly flags: Flags } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "3" },
      seconds: { type: "string" },
      profile: { type: "string" },
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      "node-flags": { type: "string" },
    },
  });
  const seconds = values.seconds === undefined ? undefined : count("seconds", values.seconds);
  return {
    name: positionals[0],
    flags: {
      runs: Math.ceil(count("runs", values.runs)),
      seconds,
      profile: values.profile,
      only: values.only,
      quick: values.quick,
      nodeFlags: values["node-flags"],
    },
  };
}

function usage(problem: string): never {
  console.error(`${problem}\n\n${USAGE}`);
  process.exit(2);
}

let read: ReturnType<typeof readFlags>;
try {
  read = readFlags();
} catch (error) {
  usage(error instanceof Error ? error.message : String(error));
}
const { name, flags } = read;
if (process.platform !== "linux") usage("The benchmarks want Linux: /proc and taskset.");
if (!isScenario(name)) usage(`Want one of ${Object.keys(SCENARIOS).join(", ")}.`);
await SCENARIOS[name](flags);
