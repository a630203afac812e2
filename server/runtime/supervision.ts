/**
 * Supervision: what all supervisors have in common: counting restarts, giving up, ending children.
 *
 * Owner: one supervisor's process. Whatever is called here is called in that process's name.
 */

import type { CallbackProcess } from "./callback_process.ts";
import { Departure, type Leaver } from "./departure.ts";
import { type ExitReason, reasonOf } from "./exit_reason.ts";
import { type Down, end } from "./exits.ts";
import type { Started } from "./gen_server.ts";
import type { Process } from "./process.ts";

/** Restarts within a time that are not yet too many. */
export interface Intensity {
  readonly restarts: number;
  readonly withinMs: number;
}

/** As in OTP. */
const INTENSITY: Intensity = { restarts: 3, withinMs: 5_000 };

/** `together`: children do not depend on each other; at the end all are told at once. */
export interface SupervisionOptions {
  readonly intensity: Intensity | undefined;
  readonly together: boolean;
}

export class Supervision {
  readonly process: CallbackProcess;
  readonly #intensity: Intensity;
  readonly #together: boolean;
  #restartedAt: number[] = [];
  #departure: Departure | undefined;
  #ending = false;

  constructor(process: CallbackProcess, { intensity, together }: SupervisionOptions) {
    this.process = process;
    this.#intensity = intensity ?? INTENSITY;
    this.#together = together;
  }

  /** It has begun to end: it starts nothing any more. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Children are being ended: what is heard of them now is their end, as wanted. */
  get departing(): boolean {
    return this.#departure !== undefined;
  }

  /** Counts a restart. False: it is one too many, and the supervisor has to give up. */
  mayRestart(child: string, reason: ExitReason): boolean {
    const { runtime, pid } = this.process;
    const { restarts, withinMs } = this.#intensity;
    const now = runtime.clock.now();
    this.#restartedAt = [...this.#restartedAt.filter((at) => now - at <= withinMs), now];
    const told = { supervisor: pid, child };
    const may = this.#restartedAt.length <= restarts;
    if (may) runtime.telemetry.emit("child_restarted", { ...told, reason });
    else runtime.telemetry.emit("supervisor_gave_up", told);
    return may;
  }

  /** Ends these children, then calls `done`. One departure at a time. */
  depart(children: Iterable<Leaver>, done: () => void): void {
    this.#departure = new Departure(this.process, children, {
      together: this.#together,
      done: () => {
        this.#departure = undefined;
        done();
      },
    });
    this.#departure.begin();
  }

  /** Ends all children and then the supervisor itself. */
  end(children: Iterable<Leaver>, reason: ExitReason): void {
    if (this.#ending) return;
    this.#ending = true;
    this.depart(children, () => end(this.process, reason));
  }

  /** Takes what only a departure waits for; false: the message is none of that. */
  heard(message: { readonly type?: unknown }): boolean {
    if (message.type === "DOWN") this.#departure?.ended(message as Down);
    else if (message.type === "overdue") this.#departure?.overdue();
    else return false;
    return true;
  }
}

/** Runs `work` in a supervisor's name, from outside of its turn; if that ended it, it ends. */
export function within<Value>(process: Process, work: () => Value): Value {
  const value = process.runtime.inside(process, work);
  const doomed = process.bonds?.doomed;
  if (doomed !== undefined) end(process, doomed);
  return value;
}

/** To throw is to fail. */
export function startSafely(start: () => Started): Started {
  try {
    return start();
  } catch (thrown) {
    return { ok: false, reason: reasonOf(thrown) };
  }
}
