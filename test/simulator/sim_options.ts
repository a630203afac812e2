/**
 * SimOptions: the command line of `npm run sim`.
 */
import { parseArgs } from "node:util";
import { BUGS, type BugName, isBugName } from "./bugs.ts";
import { OPS } from "./run.ts";

/** What is wanted: one seed, or `seeds` of them from `seed` on by `procs` processes. */
export interface SimOptions {
  readonly seed: number;
  readonly ops: number;
  readonly seeds: number;
  readonly procs: number;
  readonly bug: BugName | undefined;
}

export type ParsedSim =
  | { readonly kind: "run"; readonly options: SimOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "refused"; readonly sentence: string };

const HELP = `npm run sim -- [--seed N] [--ops M] [--seeds COUNT] [--procs P] [--bug NAME]

Runs the server, its clients and all that can fail in one simulated world. The same seed gives the
same run, byte for byte.

  --seed N       the first seed; 1 unless given
  --ops M        steps of each run; ${OPS} unless given
  --seeds COUNT  so many seeds, one after the other; 1 unless given
  --procs P      processes that share them; 1 unless given
  --bug NAME     with a bug planted, which is to be found: ${Object.keys(BUGS).join(", ")}
`;

const OPTIONS = {
  seed: { type: "string", default: "1" },
  ops: { type: "string", default: String(OPS) },
  seeds: { type: "string", default: "1" },
  procs: { type: "string", default: "1" },
  bug: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** What the arguments ask for. */
export function parseSim(args: readonly string[]): ParsedSim {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return { kind: "refused", sentence: error instanceof Error ? error.message : String(error) };
  }
  if (values.help) return { kind: "help", text: HELP };
  const { bug } = values;
  const numbers = [values.seed, values.ops, values.seeds, values.procs].map(Number);
  const [seed = 0, ops = 0, seeds = 0, procs = 0] = numbers;
  const isFine = numbers.every((number) => Number.isInteger(number) && number >= 0);
  if (!isFine || seeds < 1 || procs < 1) {
    return { kind: "refused", sentence: "--seed, --ops, --seeds and --procs want whole numbers." };
  }
  if (bug !== undefined && !isBugName(bug)) {
    return { kind: "refused", sentence: `There is no bug ${bug}; --help names those there are.` };
  }
  return { kind: "run", options: { seed, ops, seeds, procs, bug } };
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
}
