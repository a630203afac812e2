/**
 * storage: an event that goes to one of 64 lists against one that goes to a single list; a lone
 * durable write and 1,000 writers against the bare disk and a bare SQLite.
 */
import { runPinned } from "./contestants.ts";
import type { DurableFigures, DurableOptions } from "./durable_run.ts";
import { machine, median, save, table } from "./report.ts";
import type { StorageFigures, StorageOptions } from "./storage_run.ts";

export interface StorageFlags {
  readonly runs: number;
  readonly seconds: number | undefined;
}

const CORE = "0";
const MEASURE_S = 4;

/** Prints the storage code's CPU and time per event for both, and their ratios. */
export async function benchStorage(flags: StorageFlags): Promise<void> {
  const options: StorageOptions & DurableOptions = {
    runs: flags.runs,
    measureMs: (flags.seconds ?? MEASURE_S) * 1000,
  };
  const { batch, spread, single } = (await runPinned("storage_run.ts", options, CORE)) as Measured;
  const of = (runs: readonly StorageFigures[]): StorageFigures => ({
    cpuUsPerEvent: median(runs.map((run) => run.cpuUsPerEvent)),
    usPerEvent: median(runs.map((run) => run.usPerEvent)),
  });
  const [many, one] = [of(spread), of(single)];
  const row = (name: string, { cpuUsPerEvent, usPerEvent }: StorageFigures): string[] => [
    name,
    cpuUsPerEvent.toFixed(2),
    (cpuUsPerEvent / one.cpuUsPerEvent).toFixed(2),
    usPerEvent.toFixed(2),
    (usPerEvent / one.usPerEvent).toFixed(2),
  ];
  console.log(`Batches of ${batch} events, each batch one fsync, medians of ${flags.runs} runs`);
  console.log(
    table([
      ["events of", "us CPU/event", "ratio", "us/event", "ratio"],
      row("a single list", one),
      row(`${batch} lists`, many),
    ]),
  );
  const durable = (await runPinned("durable_run.ts", options, CORE)) as readonly DurableFigures[];
  printDurable(durable);
  console.log(`\nOne process on core 0. ${machine()}`);
  save("storage", { ...options, batch, single: one, spread: many, durable });
}

function printDurable(runs: readonly DurableFigures[]): void {
  const of = (figure: keyof DurableFigures) => median(runs.map((run) => run[figure]));
  const row = (name: string, [ours, bare]: [number, number], wanted: string): string[] => {
    return [name, ours.toFixed(2), bare.toFixed(2), (ours / bare).toFixed(2), wanted];
  };
  console.log("\nThe log with its threads, against the bare thing; a core for all of it");
  console.log(
    table([
      ["", "ours", "bare", "ratio", "wanted"],
      row("a lone durable write, ms p50", [of("lone"), of("bareLone")], "<= 2.5"),
      row("1,000 writers, 1,000 events/s", [of("many") / 1000, of("bareMany") / 1000], ">= 0.5"),
    ]),
  );
  console.log(`Meanwhile the main thread was ${of("delayP99").toFixed(1)} ms late (p99; < 5)`);
}

interface Measured {
  readonly batch: number;
  readonly spread: readonly StorageFigures[];
  readonly single: readonly StorageFigures[];
}
