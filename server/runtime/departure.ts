/**
 * Departure: how a supervisor ends children: "shutdown", and after its time "kill".
 *
 * Order: the last child first, the next one when it has ended; or all together.
 * Until it is over the supervisor takes no message but the news of those children, as in OTP, where
 * it waits for nothing else.
 */

import type { CallbackProcess } from "./callback_process.ts";
import { type Down, type Exit, exitProcess } from "./exits.ts";
import { monitor } from "./monitors.ts";
import type { Pid } from "./pid.ts";
import type { Ref } from "./ref.ts";
import type { Timer } from "./timers.ts";

/** A child as far as its end goes. */
export interface Leaver {
  readonly pid: Pid | undefined;
  readonly spec: { readonly shutdownMs?: number; readonly type?: "worker" | "supervisor" };
}

/** Milliseconds a worker has to end by itself; a supervisor has as long as it needs, as in OTP. */
const SHUTDOWN_MS = 5_000;

/** Some child's time to end by itself is over. */
const OVERDUE = Object.freeze({ type: "overdue" });

/** `together`: all are told at once. `done` runs in the supervisor's name, maybe at once. */
export interface DepartureOptions {
  readonly together: boolean;
  readonly done: () => void;
}

export class Departure {
  readonly #process: CallbackProcess;
  readonly #left: Leaver[];
  readonly #atOnce: number;
  readonly #done: () => void;
  readonly #leaving = new Map<Ref, { readonly pid: Pid; readonly deadline: number }>();
  #overdue: Timer | undefined;

  constructor(process: CallbackProcess, children: Iterable<Leaver>, options: DepartureOptions) {
    this.#process = process;
    this.#left = [...children];
    this.#atOnce = options.together ? Number.POSITIVE_INFINITY : 1;
    this.#done = options.done;
  }

  /** Tells the first of them; to be called in the supervisor's name. */
  begin(): void {
    const pids = new Set(this.#left.map(({ pid }) => pid));
    this.#process.selectOnly((message) => isNewsOf(pids, message));
    this.#next();
  }

  /** The supervisor has received a DOWN. */
  ended({ ref }: Down): void {
    if (this.#leaving.delete(ref) && this.#leaving.size === 0) this.#next();
  }

  /** The supervisor has received an overdue message. */
  overdue(): void {
    const now = this.#process.runtime.clock.now();
    for (const { pid, deadline } of this.#leaving.values()) {
      if (deadline <= now) exitProcess(pid, "kill");
    }
    this.#setTimer();
  }

  #next(): void {
    while (this.#leaving.size < this.#atOnce) {
      const child = this.#left.pop();
      if (child === undefined) break;
      if (child.pid !== undefined) this.#tell(child.pid, child.spec);
    }
    this.#setTimer();
    if (this.#leaving.size > 0) return;
    this.#process.selectOnly(undefined);
    this.#done();
  }

  #tell(pid: Pid, { type, shutdownMs }: Leaver["spec"]): void {
    const longest = type === "supervisor" ? Number.POSITIVE_INFINITY : SHUTDOWN_MS;
    const ms = shutdownMs ?? longest;
    const deadline = this.#process.runtime.clock.now() + ms;
    this.#leaving.set(monitor(pid), { pid, deadline });
    exitProcess(pid, ms === 0 ? "kill" : "shutdown");
  }

  /** One timer, at the earliest deadline that is still to come. */
  #setTimer(): void {
    const { runtime, pid } = this.#process;
    if (this.#overdue !== undefined) runtime.cancelTimer(this.#overdue);
    const now = runtime.clock.now();
    let first = Number.POSITIVE_INFINITY;
    for (const { deadline } of this.#leaving.values()) {
      if (deadline > now && deadline < first) first = deadline;
    }
    if (first === Number.POSITIVE_INFINITY) return;
    this.#overdue = runtime.addTimer(first - now, () => pid.process?.deliver(OVERDUE));
    this.#process.timer = this.#overdue; // Its own end cancels it.
  }
}

function isNewsOf(pids: ReadonlySet<Pid | undefined>, message: unknown): boolean {
  if (message === OVERDUE) return true;
  const { type, from } = (message ?? {}) as Partial<Omit<Exit, "type"> & { type: unknown }>;
  return type === "DOWN" || (type === "EXIT" && from !== undefined && pids.has(from));
}
