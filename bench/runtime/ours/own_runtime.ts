/**
 * own_runtime: the runtime that is measured, with all its semantics, and without listeners.
 *
 * A server listens to its telemetry, also to `long_turn`, which costs a look at the clock after
 * each turn of a process; `watch` listens to that, for the scenario that tells how much it is.
 */
import { Runtime, type Waiting } from "../../../server/runtime/index.ts";

export const runtime = new Runtime();

/** From now on every turn of a process is timed, as in a server. */
export function watch(): void {
  if (!runtime.telemetry.hears("long_turn")) runtime.telemetry.attach("long_turn", () => {});
}

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
