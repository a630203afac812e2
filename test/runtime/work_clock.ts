/** WorkClock: a clock that moves by work alone; its callbacks run when a test says so. */
import type { Clock } from "../../server/runtime/index.ts";

export class WorkClock implements Clock {
  ms = 0;
  /** Alarms set and not called off. */
  alarms = 0;
  readonly #callbacks: (() => void)[] = [];

  now(): number {
    return this.ms;
  }

  time(): number {
    return this.ms;
  }

  soon(run: () => void): void {
    this.#callbacks.push(run);
  }

  alarm(): () => void {
    this.alarms += 1;
    return () => {
      this.alarms -= 1;
    };
  }

  /** Runs the turn that was asked for; answers how long it took. */
  turn(): number {
    const startedAt = this.ms;
    for (const run of this.#callbacks.splice(0)) run();
    return this.ms - startedAt;
  }
}
