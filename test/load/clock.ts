/**
 * clock: the machine's monotonic clock in whole microseconds, the same for all its processes.
 *
 * So a push can be timed by another process than the one that wrote.
 */

// Both run on the same clock; only their zeros differ.
const OFFSET_US = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;

/** Microseconds since the machine started, about. */
export function nowUs(): number {
  return Math.round(OFFSET_US + performance.now() * 1000);
}
