/**
 * SystemMessage: what is asked of a server past its module: its end, its state, a pause.
 *
 * It always gets into the mailbox, and is taken in its order there; while a server is suspended it
 * takes these alone.
 */
import type { ExitReason } from "./exit_reason.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Ref } from "./ref.ts";

/** `trace`: who is told of all it does from now on; undefined: nobody. */
export type SystemRequest =
  | { readonly type: "stop"; readonly reason: ExitReason }
  | { readonly type: "get_state" }
  | { readonly type: "suspend" }
  | { readonly type: "resume" }
  | { readonly type: "trace"; readonly to: Pid<TraceEvent> | undefined };

/** One step of a traced server. `in` and `reply` come before the state that they led to. */
export interface TraceEvent {
  readonly type: "TRACE";
  readonly pid: Pid;
  readonly event:
    | { readonly call: unknown; readonly from: Pid }
    | { readonly cast: unknown }
    | { readonly info: unknown }
    | { readonly reply: unknown; readonly to: Pid }
    | { readonly state: unknown };
}

export class SystemMessage {
  readonly ref: Ref;
  readonly request: SystemRequest;
  readonly #from: Process;

  /** `ref` is a monitor that `from` has of the server. */
  constructor(from: Process, ref: Ref, request: SystemRequest) {
    this.#from = from;
    this.ref = ref;
    this.request = request;
  }

  /** Dropped when the one that asked has given up: its monitor is gone then. */
  answer(value: unknown): void {
    const { pid, bonds } = this.#from;
    const answer: SystemReply = { type: "sys", ref: this.ref, value };
    if (bonds?.watched?.has(this.ref) === true) pid.process?.deliver(answer);
  }
}

/** What the one that asked receives. */
export interface SystemReply {
  readonly type: "sys";
  readonly ref: Ref;
  readonly value: unknown;
}
