/**
 * tally: what one process has seen since it last told, and what all have told so far.
 *
 * Shape: a process counts and keeps every latency as it is, in microseconds; `take` hands all of it
 *        over and begins anew. Totals puts the latencies of all into HDR histograms.
 * Bound: a Tally holds what happened between two takes.
 */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { LastArrivals } from "./last_arrivals.ts";

/** What is counted. */
export const COUNTS = [
  "add_todo",
  "update_todo",
  "delete_todo",
  "connect",
  "pushes",
  "conflated",
  "gaps",
  "repeats",
  "copiesEqual",
  "copiesUnequal",
  "unsent",
  "sentBytes",
  "receivedBytes",
] as const;
/** One of them. `conflated`: snapshots in place of events, as slow readers get. */
export type Count = (typeof COUNTS)[number];
/** How often each was counted. */
export type Counts = Record<Count, number>;

/** What is handed over. `lastUs`: seq and latency in turn, of the last subscriber of a process. */
export interface Told {
  readonly counts: Counts;
  readonly errors: Readonly<Record<string, number>>;
  readonly operationUs: Uint32Array;
  readonly pushUs: Uint32Array;
  readonly lastUs: Uint32Array;
}

/** Milliseconds. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

const LATENCY_US_MAX = 3_600_000_000; // An hour; a run takes ten minutes at most.
const FIGURES = 3; // Every percentile is right to a thousandth.

export class Tally {
  #counts = none();
  #errors = new Map<string, number>();
  #operationUs: number[] = [];
  #pushUs: number[] = [];
  #lastUs: number[] = [];

  count(what: Count, by = 1): void {
    this.#counts[what] += by;
  }

  error(kind: string): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
  }

  operation(us: number): void {
    this.#operationUs.push(us);
  }

  push(us: number): void {
    this.#pushUs.push(us);
  }

  last(seq: number, us: number): void {
    this.#lastUs.push(seq, us);
  }

  take(): Told {
    const told: Told = {
      counts: this.#counts,
      errors: Object.fromEntries(this.#errors),
      operationUs: Uint32Array.from(this.#operationUs),
      pushUs: Uint32Array.from(this.#pushUs),
      lastUs: Uint32Array.from(this.#lastUs),
    };
    this.#counts = none();
    this.#errors = new Map();
    this.#operationUs = [];
    this.#pushUs = [];
    this.#lastUs = [];
    return told;
  }
}

export class Totals {
  readonly counts = none();
  readonly errors = new Map<string, number>();
  readonly #operations = histogram();
  readonly #pushes = histogram();
  readonly #lasts = histogram();
  readonly #arrivals: LastArrivals;

  /** `listening`: how many processes have subscribers. */
  constructor(listening: number) {
    this.#arrivals = new LastArrivals(listening);
  }

  /** Operations that were answered. */
  get operations(): number {
    return this.#operations.count;
  }

  get errorCount(): number {
    return [...this.errors.values()].reduce((sum, count) => sum + count, 0);
  }

  add({ counts, errors, operationUs, pushUs, lastUs }: Told): void {
    for (const what of COUNTS) this.counts[what] += counts[what];
    for (const [kind, count] of Object.entries(errors)) this.error(kind, count);
    for (const us of operationUs) record(this.#operations, us);
    for (const us of pushUs) record(this.#pushes, us);
    for (let at = 0; at + 1 < lastUs.length; at += 2) {
      const us = this.#arrivals.arrived(lastUs[at] ?? 0, lastUs[at + 1] ?? 0);
      if (us !== undefined) record(this.#lasts, us);
    }
  }

  error(kind: string, count = 1): void {
    this.errors.set(kind, (this.errors.get(kind) ?? 0) + count);
  }

  operationLatency(): Latency | undefined {
    return latencyOf(this.#operations);
  }

  /** From a write to each of its pushes. */
  pushLatency(): Latency | undefined {
    return latencyOf(this.#pushes);
  }

  /** From a write to the last of its pushes. */
  lastLatency(): Latency | undefined {
    return latencyOf(this.#lasts);
  }
}

function histogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: LATENCY_US_MAX, figures: FIGURES });
}

function record(into: RecordableHistogram, us: number): void {
  into.record(Math.max(1, Math.min(us, LATENCY_US_MAX)));
}

function latencyOf(of: RecordableHistogram): Latency | undefined {
  if (of.count === 0) return undefined;
  const ms = (percent: number): number => of.percentile(percent) / 1000;
  return {
    count: of.count,
    p50: ms(50),
    p90: ms(90),
    p99: ms(99),
    p999: ms(99.9),
    max: of.max / 1000,
  };
}

function none(): Counts {
  return Object.fromEntries(COUNTS.map((what) => [what, 0])) as Counts;
}
