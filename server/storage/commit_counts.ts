/**
 * CommitCounts: what the commits of one log have come to, in plain numbers that metrics read.
 */
import { Histogram } from "../../shared/histogram.ts";
import type { Refusal } from "./event_log.ts";

/** From a memory-backed disk to one that hangs. */
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_APPENDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/** They only add up. */
export class CommitCounts {
  /** Seconds from handing a batch to the storage thread until it is told of the fsync. */
  readonly seconds = new Histogram(COMMIT_SECONDS);
  /** Appends that shared one fsync. */
  readonly appends = new Histogram(BATCH_APPENDS);
  readonly #refused = new Map<Refusal, number>([["read_only", 0]]);

  /** Appends that were not kept, by the reason that their lists were told. */
  get refused(): ReadonlyMap<Refusal, number> {
    return this.#refused;
  }

  settled(appends: number, ms: number): void {
    this.appends.record(appends);
    this.seconds.record(ms / 1000);
  }

  refuse(reason: Refusal): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }
}
