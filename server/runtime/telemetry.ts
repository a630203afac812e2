/**
 * Telemetry: what the runtime tells about itself; loggers, metrics and simulators attach here.
 *
 * Listeners run inside the runtime's turn: they note and return, and never wait. What one throws
 * comes out of a microtask.
 */
import type { ExitReason } from "./exit_reason.ts";
import type { Pid } from "./pid.ts";

/** A call or a cast that an operator may want to know of; never what it said. */
export interface CallTold {
  /** The caller's process. */
  readonly pid: Pid;
  /** The id its client gave it; undefined: a cast. */
  readonly request: string | number | undefined;
  readonly method: string;
  readonly list: string | undefined;
  /** "ok", or the kind of the error. */
  readonly outcome: string;
  /** From reading it to its answer. */
  readonly ms: number;
}

/** Event name → what is told with it. */
export interface Events {
  readonly process_spawned: { readonly pid: Pid; readonly label: string };
  readonly process_exited: {
    readonly pid: Pid;
    readonly label: string;
    readonly reason: ExitReason;
  };
  /** One process kept the thread for `ms`, more than LONG_TURN_MS. */
  readonly long_turn: { readonly pid: Pid; readonly label: string; readonly ms: number };
  /** A mailbox has doubled beyond its last mark; `size` messages are waiting. */
  readonly mailbox_high: { readonly pid: Pid; readonly label: string; readonly size: number };
  /** A full mailbox has dropped a message; `dropped` in all. */
  readonly message_dropped: { readonly pid: Pid; readonly label: string; readonly dropped: number };
  readonly child_restarted: {
    readonly supervisor: Pid;
    readonly child: string;
    readonly reason: ExitReason;
  };
  readonly supervisor_gave_up: { readonly supervisor: Pid; readonly child: string };
  /** It took longer than a call should. */
  readonly call_slow: CallTold;
  /** It failed by a fault of the server's own. */
  readonly call_failed: CallTold;
  readonly connection_opened: { readonly pid: Pid; readonly user: string };
  readonly connection_closed: {
    readonly pid: Pid;
    readonly user: string;
    /** The code by which the server closed it; undefined: its peer did. */
    readonly code: number | undefined;
  };
  /** Somebody was not let in. `code`: HTTP status or close code. */
  readonly upgrade_refused: { readonly address: string; readonly code: number };
}

export type EventName = keyof Events;
type Listener<Name extends EventName> = (event: Events[Name]) => void;

/** Who listens to what. */
export class Telemetry {
  readonly #listeners = new Map<EventName, Listener<never>[]>();

  /** Calls `listener` at every event of that name from now on. The answer takes it off again. */
  attach<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
    return () => {
      const others = (this.#listeners.get(name) ?? []).filter((other) => other !== listener);
      if (others.length === 0) this.#listeners.delete(name);
      else this.#listeners.set(name, others);
    };
  }

  /** False: nobody listens, so the event need not even be made. */
  hears(name: EventName): boolean {
    return this.#listeners.has(name);
  }

  emit<Name extends EventName>(name: Name, event: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as Listener<Name>)(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error; // A bug, and to be seen; but the others hear the event all the same.
        });
      }
    }
  }
}
