/**
 * EventLoopDelay: how late the event loop was at its timers since it was last asked.
 *
 * Cost:  from the first reading on, one timer of Node's own every INTERVAL_MS, which runs no
 *        JavaScript. A server that nobody asks is not woken for it.
 * Bound: reading starts a new window, so that one slow minute does not stay for ever; of two
 *        readers each sees what came since the other's.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Milliseconds between two looks. */
const INTERVAL_MS = 50;
const NS_PER_S = 1e9;

/** Seconds: the middle one, one in a hundred, the worst. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** That of this thread. */
export class EventLoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: INTERVAL_MS });

  /** The delays since the last reading; none at the first one, which begins. */
  read(): Delays {
    const histogram = this.#histogram;
    if (histogram.enable()) return { p50: 0, p99: 0, max: 0 };
    const delays = {
      p50: secondsLate(histogram.percentile(50)),
      p99: secondsLate(histogram.percentile(99)),
      max: secondsLate(histogram.max),
    };
    histogram.reset();
    return delays;
  }
}

/** What Node records is the time between two looks, the interval included. */
function secondsLate(betweenNs: number): number {
  return Math.max(0, betweenNs / NS_PER_S - INTERVAL_MS / 1000);
}
