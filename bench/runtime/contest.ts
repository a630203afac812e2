/**
 * contest: runs one scenario of one contestant: a fresh process, pinned to one core.
 *
 * Errors: a process that fails or takes too long gives undefined; what it said goes to stderr.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Contestant } from "./rows.ts";
import type { Figures } from "./run_scenario.ts";
import { type ScenarioName, SIZES } from "./sizes.ts";

/** How a contestant is run. */
export interface ContestOptions {
  /** Flags of Node for the contestants in JavaScript. */
  readonly nodeFlags: readonly string[];
  /** Share of the scenario's size, at most 1. */
  readonly share: number;
}

const CORE = "1";
const RUN_MS_MAX = 300_000;
const HERE = fileURLToPath(new URL(".", import.meta.url));
const BEAM_FLAGS = "+S 1:1 +P 2000000 +t 3000000"; // One scheduler; room for pids and names.

const MESSAGES: readonly ScenarioName[] = ["idle", "ping_pong", "ring", "fan_in"];
const ALL = Object.keys(SIZES) as ScenarioName[];
const OURS_ONLY: readonly ScenarioName[] = ["ping_pong_watched", "busy_pair"];
const RUNTIME_ONLY: readonly ScenarioName[] = [
  ...OURS_ONLY,
  "idle_server",
  "kill_linked",
  "kill_named",
  "churn",
  "flat",
];
const TAKES_PART: Readonly<Record<Contestant, readonly ScenarioName[]>> = {
  ours: ALL,
  beam: ALL.filter((scenario) => !OURS_ONLY.includes(scenario)),
  floor: ALL.filter((scenario) => !RUNTIME_ONLY.includes(scenario)),
  nact: MESSAGES,
  xstate: MESSAGES,
};

/** A tenth is enough of those that take much longer: they are as slow from their start on. */
const SLOW_SHARE = 0.1;
/** xstate runs a receiver inside its sender's `send`: a ring is a thousand sends deep. */
const XSTATE_FLAGS = ["--stack-size=7000"];

/** Whether it has the scenario, and is there. */
export function takesPart(contestant: Contestant, scenario: ScenarioName): boolean {
  if (contestant === "beam" && !hasElixir()) return false;
  return TAKES_PART[contestant].includes(scenario);
}

/** True: `elixir` is on the PATH. */
export function hasElixir(): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "elixir"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The flags that `npm start` gives Node, as far as they change what is measured. */
export function productFlags(): readonly string[] {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { scripts } = JSON.parse(text) as { readonly scripts: { readonly start: string } };
  const flags = scripts.start.split(" ").filter((word) => word.startsWith("--"));
  return flags.filter((flag) => !flag.startsWith("--disable-warning"));
}

/** Resolves with what it printed. */
export async function runContestant(
  contestant: Contestant,
  scenario: ScenarioName,
  options: ContestOptions,
): Promise<Figures | undefined> {
  const command = ["-c", CORE, ...commandOf(contestant, scenario, options)];
  const child = spawn("taskset", command, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let complaints = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (complaints += chunk));
  const overdue = setTimeout(() => child.kill("SIGKILL"), RUN_MS_MAX);
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(overdue);
  if (code === 0) return JSON.parse(output) as Figures;
  console.error(`${contestant} ${scenario} ended with ${code}:\n${complaints.slice(-2000)}`);
  return undefined;
}

function commandOf(
  contestant: Contestant,
  scenario: ScenarioName,
  { nodeFlags, share }: ContestOptions,
): string[] {
  const size = Math.ceil(SIZES[scenario] * share * ownShare(contestant, scenario));
  const what = [scenario, String(size)];
  if (contestant === "beam") {
    return ["elixir", "--erl", BEAM_FLAGS, join(HERE, "beam/bench.exs"), ...what];
  }
  const flags = contestant === "xstate" ? XSTATE_FLAGS : [];
  return [process.execPath, ...nodeFlags, ...flags, join(HERE, `${contestant}.ts`), ...what];
}

function ownShare(contestant: Contestant, scenario: ScenarioName): number {
  const isSlow =
    contestant === "nact" ||
    (contestant === "xstate" && scenario === "idle") || // Its million would not fit.
    (contestant === "beam" && scenario === "todo_mixed");
  return isSlow ? SLOW_SHARE : 1;
}
