/**
 * call: what one add_todo costs our server, beside a server written by hand.
 *
 * 64 connections, each on its own list, with 1 and with 16 calls under way; the server on one
 * core, the load on the other. `--store sqlite` syncs before it replies, the others keep nothing.
 */
import { existsSync } from "node:fs";
import { type Contestant, runPinned, startContestant } from "./contestants.ts";
import type { LoadFigures, LoadOptions } from "./load_driver.ts";
import { printProfiles } from "./profile_summary.ts";
import { machine, median, save, table } from "./report.ts";

export interface CallFlags {
  readonly runs: number;
  readonly seconds: number | undefined;
  readonly profile: string | undefined;
}

const CONNECTIONS = 64;
const OUTSTANDING = [1, 16];
const WARM_UP_MS = 1500; // Until the hot functions are compiled.
const MEASURE_S = 4;

type Medians = Omit<LoadFigures, "calls">;

/** Runs all contestants in alternation and prints the medians and their ratios. */
export async function benchCall(flags: CallFlags): Promise<void> {
  const measureMs = (flags.seconds ?? MEASURE_S) * 1000;
  if (flags.profile !== undefined) return profile(flags.profile, measureMs);
  const results = [];
  for (const outstanding of OUTSTANDING) {
    const figures = await alternate(flags.runs, { outstanding, measureMs });
    console.log(`\n${CONNECTIONS} connections, ${outstanding} outstanding, ${flags.runs} runs`);
    console.log(format(figures));
    results.push({ outstanding, contestants: Object.fromEntries(figures) });
  }
  console.log(`\nServer on core 0, load on core 1. ${machine()}`);
  save("call", { connections: CONNECTIONS, runs: flags.runs, measureMs, results });
}

type Load = Pick<LoadOptions, "outstanding" | "measureMs">;

async function alternate(runs: number, load: Load): Promise<Map<Contestant, Medians>> {
  const figures = new Map<Contestant, LoadFigures[]>();
  for (let run = 1; run <= runs; run++) {
    for (const contestant of contestants()) {
      const measured = await measure(contestant, load);
      figures.set(contestant, [...(figures.get(contestant) ?? []), measured]);
      const cpu = measured.cpuUsPerCall.toFixed(2);
      console.log(`run ${run}, ${load.outstanding} outstanding: ${contestant} ${cpu} us a call`);
    }
  }
  return new Map([...figures].map(([contestant, measured]) => [contestant, medians(measured)]));
}

function contestants(): Contestant[] {
  if (existsSync(new URL("../server/main.ts", import.meta.url))) {
    return ["hand-written", "memory", "sqlite"];
  }
  return ["hand-written"];
}

async function measure(
  contestant: Contestant,
  load: Load,
  nodeFlags: readonly string[] = [],
): Promise<LoadFigures> {
  const server = await startContestant(contestant, { nodeFlags });
  try {
    const options: LoadOptions = {
      url: server.url,
      token: server.token("alice"),
      serverPid: server.pid,
      connections: CONNECTIONS,
      warmUpMs: WARM_UP_MS,
      ...load,
    };
    return (await runPinned("load_driver.ts", options)) as LoadFigures;
  } finally {
    await server.stop();
  }
}

function medians(runs: readonly LoadFigures[]): Medians {
  return {
    callsPerS: median(runs.map((run) => run.callsPerS)),
    cpuUsPerCall: median(runs.map((run) => run.cpuUsPerCall)),
    busy: median(runs.map((run) => run.busy)),
    loadBusy: median(runs.map((run) => run.loadBusy)),
    p50Ms: median(runs.map((run) => run.p50Ms)),
    p99Ms: median(runs.map((run) => run.p99Ms)),
  };
}

function format(figures: ReadonlyMap<Contestant, Medians>): string {
  const yardstick = figures.get("hand-written");
  const ratio = (of: number, to = Number.NaN): string => (of / to).toFixed(2);
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  return table([
    ["server", "us CPU/call", "ratio", "calls/s", "ratio", "busy", "load", "p50 ms", "p99 ms"],
    ...[...figures].map(([contestant, of]) => [
      contestant,
      of.cpuUsPerCall.toFixed(2),
      ratio(of.cpuUsPerCall, yardstick?.cpuUsPerCall),
      of.callsPerS.toFixed(0),
      ratio(of.callsPerS, yardstick?.callsPerS),
      percent(of.busy),
      percent(of.loadBusy),
      of.p50Ms.toFixed(2),
      of.p99Ms.toFixed(2),
    ]),
  ]);
}

async function profile(folder: string, measureMs: number): Promise<void> {
  for (const contestant of contestants()) {
    const into = `${folder}/${contestant}`;
    const flags = ["--cpu-prof", `--cpu-prof-dir=${into}`];
    const { cpuUsPerCall } = await measure(contestant, { outstanding: 1, measureMs }, flags);
    console.log(`\n${contestant}: ${cpuUsPerCall.toFixed(2)} us a call while profiled, ${into}`);
    printProfiles(into);
  }
}
