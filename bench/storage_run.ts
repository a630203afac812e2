/**
 * storage_run: writes batches through the storage thread's own code, without the thread.
 *
 * Params: one JSON argument, StorageOptions. Result: one JSON line on stdout.
 * Order:  the two loads alternate within a run, each on a store of its own, after a warm-up.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Append } from "../server/storage/event_log.ts";
import { EventWriter } from "../server/storage/event_writer.ts";
import { openForWriting } from "../server/storage/sqlite_schema.ts";

export interface StorageOptions {
  readonly runs: number;
  /** Measured time of each load in each run. */
  readonly measureMs: number;
}

/** Per event: CPU of the process, and time that passed, the fsync included. */
export interface StorageFigures {
  readonly cpuUsPerEvent: number;
  readonly usPerEvent: number;
}

const BATCH_EVENTS = 64;
const WARM_UP_BATCHES = 400; // More events than one checkpoint interval.

/** A store and the lists that its batches go to. */
class Load {
  readonly #writer: EventWriter;
  readonly #seqs: number[]; // By list: the last seq.
  #next = 0;

  constructor(path: string, lists: number) {
    const opened = openForWriting(path, { generation: "bench", secret: "bench" });
    if (!opened.ok) throw new Error(opened.message);
    this.#writer = new EventWriter(opened.db);
    this.#seqs = Array.from({ length: lists }, () => 0);
    const first = { at: Date.now(), key: null, firstSeq: 0 };
    // An owner each: nobody is a member of more than 10,000 lists.
    const births = this.#seqs.map((_, list) => ({
      list: `list-${list}`,
      birth: { epoch: "epoch", title: "Bench", owner: `alice${list}`, ...first },
      rows: [],
    }));
    this.#commit(births);
  }

  writeBatch(): void {
    const batch: Append[] = [];
    for (let event = 0; event < BATCH_EVENTS; event++) batch.push(this.#nextAppend());
    this.#commit(batch);
    this.#writer.checkpointIfDue();
  }

  close(): void {
    this.#writer.close();
  }

  /** One event a command, as in the server, for the lists in turn. */
  #nextAppend(): Append {
    const list = this.#next++ % this.#seqs.length;
    const seq = (this.#seqs[list] ?? 0) + 1;
    this.#seqs[list] = seq;
    const todo = {
      id: seq,
      title: `Todo number ${seq}`,
      date: "2026-12-24",
      done: false,
      rev: seq,
    };
    const row = {
      seq,
      at: Date.now(),
      user: "alice",
      pid: "<0.117.0>",
      key: null,
      body: JSON.stringify({ op: "todo_added", todo }),
      count: seq,
    };
    return { list: `list-${list}`, rows: [row] };
  }

  #commit(batch: readonly Append[]): void {
    const refused = this.#writer.commit(batch);
    if (refused.size > 0) throw new Error(`refused: ${[...refused.values()].join(", ")}`);
  }
}

function measure(load: Load, measureMs: number): StorageFigures {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  let events = 0;
  let ms = 0;
  for (; ms < measureMs; ms = performance.now() - start) {
    load.writeBatch();
    events += BATCH_EVENTS;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuUsPerEvent: (user + system) / events, usPerEvent: (ms * 1000) / events };
}

function run({ runs, measureMs }: StorageOptions, folder: string): object {
  const loads = {
    spread: new Load(join(folder, "spread.sqlite"), BATCH_EVENTS),
    single: new Load(join(folder, "single.sqlite"), 1),
  };
  const figures = { spread: [] as StorageFigures[], single: [] as StorageFigures[] };
  for (const load of Object.values(loads)) {
    for (let batch = 0; batch < WARM_UP_BATCHES; batch++) load.writeBatch();
  }
  for (let run = 0; run < runs; run++) {
    figures.single.push(measure(loads.single, measureMs));
    figures.spread.push(measure(loads.spread, measureMs));
  }
  for (const load of Object.values(loads)) load.close();
  return { batch: BATCH_EVENTS, ...figures };
}

const folder = mkdtempSync(join(tmpdir(), "todo-bench-"));
try {
  const options = JSON.parse(process.argv[2] ?? "{}") as StorageOptions;
  console.log(JSON.stringify(run(options, folder)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
