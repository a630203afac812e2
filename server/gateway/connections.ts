/**
 * Connections: all callers that are connected, and the one process that reminds them of time.
 *
 * So there is no timer for each connection or call: those that wait for answers are told to look
 * for overdue ones every SWEEP_MS, all of them to look after their peer every BEAT_MS.
 */
import { GenServer, type Pid, type Runtime, self, send, sendAfter } from "../runtime/index.ts";
import { Traffic } from "./traffic.ts";

/** How late a call may be answered `timeout`. */
const SWEEP_MS = 250;
/** How late a ping, a tick or the end of a token may be. */
const BEAT_MS = 5_000;

/** Milliseconds from which a call is told of as slow, unless another bound is given. */
const SLOW_CALL_MS = 1_000;

/** What a connection hears from here and from a server that drains. */
export type Reminder =
  | { readonly type: "sweep" }
  | { readonly type: "beat" }
  | { readonly type: "goaway"; readonly withinMs: number; readonly jitterMs: number }
  | { readonly type: "leave" };

export class Connections {
  readonly traffic = new Traffic();
  /** Milliseconds from which a call is told of as slow. */
  readonly slowCallMs: number;
  /** Snapshots that were sent to slow readers in place of their queued events. */
  conflated = 0;
  readonly #all = new Set<Pid<Reminder>>();
  /** Those that have calls in flight, or had some at the last sweep. */
  readonly #waiting = new Set<Pid<Reminder>>();

  constructor({ slowCallMs = SLOW_CALL_MS }: { readonly slowCallMs?: number } = {}) {
    this.slowCallMs = slowCallMs;
  }

  get size(): number {
    return this.#all.size;
  }

  add(pid: Pid<Reminder>): void {
    this.#all.add(pid);
  }

  remove(pid: Pid<Reminder>): void {
    this.#all.delete(pid);
    this.#waiting.delete(pid);
  }

  /** It wants to be told to sweep, once. */
  sweepLater(pid: Pid<Reminder>): void {
    this.#waiting.add(pid);
  }

  sweep(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const pid of waiting) send(pid, { type: "sweep" });
  }

  tellAll(reminder: Reminder): void {
    for (const pid of this.#all) send(pid, reminder);
  }
}

/** Starts the process that reminds; a child of the supervision tree. */
export function startReminder(runtime: Runtime, connections: Connections): GenServer.Started {
  return GenServer.start(runtime, reminder, { args: connections, link: true });
}

const reminder: GenServer.Module<Connections, Connections> = {
  name: "connection_reminder",

  init(connections) {
    sendAfter(self<Reminder>(), { type: "sweep" }, SWEEP_MS);
    sendAfter(self<Reminder>(), { type: "beat" }, BEAT_MS);
    return ["ok", connections];
  },

  handleInfo(message, connections) {
    const { type } = message as Reminder;
    if (type === "sweep") {
      connections.sweep();
      sendAfter(self<Reminder>(), { type: "sweep" }, SWEEP_MS);
    } else if (type === "beat") {
      connections.tellAll({ type: "beat" });
      sendAfter(self<Reminder>(), { type: "beat" }, BEAT_MS);
    }
    return ["noreply", connections];
  },
};
