/**
 * ExitReason: why a process ended; what links and monitors are told.
 *
 * Shape: a word ("normal", "shutdown", "killed", "noproc", …), any plain data given to `exit`, or a
 * Crash when a bug threw. As in Erlang only "normal" leaves linked processes alone.
 */

/** A bug: something threw. `stack` is for logs; it never leaves the server. */
export interface Crash {
  readonly error: string;
  readonly message: string;
  readonly stack: string;
}

/** "normal" | "shutdown" | "kill" | "killed" | "noproc" | "noconnection" | plain data | Crash */
export type ExitReason = string | Crash | { readonly [member: string]: unknown };

/** What `exit(reason)` throws, so that the stack unwinds; not an Error, since it is not a fault. */
export class ExitSignal {
  readonly reason: ExitReason;

  constructor(reason: ExitReason) {
    this.reason = reason;
  }
}

/** What was thrown → the reason its process exits with. */
export function reasonOf(thrown: unknown): ExitReason {
  if (thrown instanceof ExitSignal) return thrown.reason;
  if (thrown instanceof Error) {
    const { name, message, stack = "" } = thrown;
    return { error: name, message, stack };
  }
  return { nocatch: thrown };
}

/**
 * Ends that nobody needs to hear of: a transient child is not restarted, nothing is logged. They
 * are "normal", "shutdown" and { shutdown: why }.
 */
export function isOrderly(reason: ExitReason): boolean {
  if (typeof reason !== "string") return "shutdown" in reason;
  return reason === "normal" || reason === "shutdown";
}

/** For logs: one line, without the stack. */
export function describeReason(reason: ExitReason): string {
  if (typeof reason === "string") return reason;
  if ("error" in reason && "message" in reason) {
    return `${String(reason.error)}: ${String(reason.message)}`;
  }
  return JSON.stringify(reason);
}
