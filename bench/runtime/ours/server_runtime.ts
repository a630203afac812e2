/**
 * server_runtime: a runtime that is watched as the server's is: its log and its counters listen.
 */
import { createLogger, logTelemetry } from "../../../server/observability/logger.ts";
import { RuntimeCounts } from "../../../server/observability/runtime_counts.ts";
import { Runtime, type Waiting } from "../../../server/runtime/index.ts";

const LOG_LEVEL = "info"; // The server's own default: long turns are noticed.

export const runtime = startWatched();

/** Runs `body` as a process, and resolves with what it gives. */
export function inProcess<Value>(body: () => Waiting<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    runtime.spawn(function* () {
      try {
        resolve(yield* body());
      } catch (thrown) {
        reject(thrown);
      }
    });
  });
}

function startWatched(): Runtime {
  const started = new Runtime();
  if (process.env.WATCHED) logTelemetry(createLogger(LOG_LEVEL), started.telemetry, started.clock);
  new RuntimeCounts(started.telemetry);
  return started;
}
