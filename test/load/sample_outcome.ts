/** sample_outcome: an outcome for tests, in which nothing went wrong. */
import type { Outcome } from "./outcome.ts";

const LATENCY = { count: 84_301, p50: 6.012, p90: 9.13, p99: 37.9, p999: 80.1, max: 120.3 };

/** The outcome of a run of `rooms`, with what the test changes. */
export function sampleOutcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    scenario: "rooms",
    url: "ws://127.0.0.1:4000/socket",
    connections: 50,
    lists: 5,
    processes: 2,
    outstanding: 1,
    rate: null,
    seed: 1,
    seconds: 10.01,
    waitedSeconds: 0.01,
    interrupted: false,
    operations: {
      count: 84_301,
      perSecond: 8421.7,
      byKind: { add_todo: 42_150, update_todo: 25_300, delete_todo: 16_851 },
      unsent: 0,
      latencyMs: LATENCY,
    },
    pushes: {
      count: 843_010,
      perSecond: 84_217,
      gaps: 0,
      repeats: 0,
      conflated: 0,
      latencyMs: LATENCY,
      lastLatencyMs: null,
    },
    copies: { equal: 50, unequal: 0, unknown: 0 },
    errors: {},
    bytes: { sent: 12_689_000, received: 214_748_364 },
    server: {
      pid: 4711,
      busy: 0.68,
      cpuUsPerOperation: 80.7,
      memoryMib: { before: 98, connected: 104, end: 121 },
    },
    load: [
      { cpu: 0.43, loop: 0.5 },
      { cpu: 0.44, loop: 0.51 },
    ],
    cleanUp: { removed: 5, leftBehind: [], kept: [] },
    ...changes,
  };
}
