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

/**
 * Runs `body` as a process, and resolves with what it gives. Its steps are handed on as they are: a
 * generator around it would be measured as well.
 */
export function inProcess<Value>(body: () => Waiting<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    runtime.spawn(() => handedOn(body(), resolve, reject));
  });
}

function handedOn<Value>(
  work: Waiting<Value>,
  resolve: (value: Value) => void,
  reject: (thrown: unknown) => void,
): Waiting<void> {
  const steps: Waiting<void> = {
    next() {
      try {
        const step = work.next();
        if (step.done !== true) return step;
        resolve(step.value);
      } catch (thrown) {
        reject(thrown);
      }
      return { done: true, value: undefined };
    },
    [Symbol.iterator]: () => steps,
  };
  return steps;
}
