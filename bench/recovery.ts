/**
 * recovery: how long a long list takes to load, and a server to start over a large store.
 *
 * The load is timed from the request that starts the list's process to its answer, in a process
 * whose code is warm but for the first; the start until the line `listening` on standard output.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runPinned } from "./contestants.ts";
import { cpuUs, residentMib } from "./cpu_clock.ts";
import type { LoadFigures, LoadOptions, OneLoad } from "./recovery_load.ts";
import type { StoreOptions } from "./recovery_store.ts";
import { machine, median, save, table } from "./report.ts";

export interface RecoveryFlags {
  readonly runs: number;
}

const SERVER = fileURLToPath(new URL("../server/main.ts", import.meta.url));
const LONG: Omit<StoreOptions, "path"> = { lists: 1, todos: 10_000, events: 30_000 };
const LOADS = 20;
const STORES: readonly Omit<StoreOptions, "path">[] = [
  { lists: 0, todos: 1, events: 1 },
  { lists: 100_000, todos: 10, events: 10 },
  { lists: 1_000_000, todos: 1, events: 1 },
];

interface Start {
  readonly ms: number;
  readonly cpuMs: number;
  readonly mib: number;
}

/** Prints both. */
export async function benchRecovery({ runs }: RecoveryFlags): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "todo-bench-"));
  try {
    const load = await measureLoad(join(folder, "long", "todo.db"));
    const starts: (Start & Omit<StoreOptions, "path">)[] = [];
    for (const [index, store] of STORES.entries()) {
      const data = join(folder, `store${index}`);
      await runPinned("recovery_store.ts", { ...store, path: join(data, "todo.db") });
      starts.push({ ...store, ...(await measureStart(data, runs)) });
    }
    const row = ({ lists, events, ms, cpuMs, mib }: (typeof starts)[number]) =>
      [lists, lists * events, ms.toFixed(0), cpuMs.toFixed(0), mib].map(String);
    console.log(`\nStart of a server, medians of ${runs} runs`);
    console.log(
      table([["lists", "events", "ms to listening", "ms CPU", "MiB"], ...starts.map(row)]),
    );
    console.log(`\nEach on one core. ${machine()}`);
    save("recovery", { load, starts });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureLoad(path: string): Promise<LoadFigures> {
  await runPinned("recovery_store.ts", { ...LONG, path } satisfies StoreOptions);
  const options: LoadOptions = { path, list: "list-0", loads: LOADS };
  const figures = (await runPinned("recovery_load.ts", options)) as LoadFigures;
  const { whole, fromSnapshot } = figures;
  const [first = whole, ...others] = fromSnapshot;
  const row = (
    name: string,
    of: (values: readonly number[]) => number,
    loads: readonly OneLoad[],
  ) => [
    name,
    ...(["ms", "cpuMs", "longestTurnMs"] as const).map((figure) =>
      of(loads.map((load) => load[figure])).toFixed(1),
    ),
  ];
  const worst = (values: readonly number[]) => Math.max(...values);
  console.log(`A list of ${LONG.todos} todos with ${LONG.events} events`);
  console.log(
    table([
      ["load of", "ms", "ms CPU", "longest turn ms"],
      row("all events", median, [whole]),
      row("its snapshot, the first time", median, [first]),
      row("its snapshot, median", median, others),
      row("its snapshot, worst", worst, others),
    ]),
  );
  return figures;
}

async function measureStart(data: string, runs: number): Promise<Start> {
  const starts: Start[] = [];
  while (starts.length < runs) starts.push(await startOnce(data));
  return {
    ms: median(starts.map(({ ms }) => ms)),
    cpuMs: median(starts.map(({ cpuMs }) => cpuMs)),
    mib: median(starts.map(({ mib }) => mib)),
  };
}

/** Starts the server on that folder, and stops it. */
async function startOnce(data: string): Promise<Start> {
  const flags = ["--disable-warning=ExperimentalWarning", SERVER, "--port", "0", "--data", data];
  const begun = performance.now();
  const child: ChildProcess = spawn("taskset", ["-c", "0", process.execPath, ...flags], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  const ms = performance.now() - begun;
  const cpuMs = cpuUs(child.pid ?? 0) / 1000;
  const mib = residentMib(child.pid ?? 0);
  child.kill("SIGTERM");
  await exited;
  return { ms, cpuMs, mib };
}
