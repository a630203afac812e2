/**
 * PendingCalls: the calls of one connection that wait for their reply, by request id.
 *
 * Owner: one rpc_client. Every call leaves exactly once: taken by its reply, failed by its deadline
 *        or failed with the connection; its `done` is called by whoever takes it out.
 * Bound: none of its own; the server stops reading at its in-flight limit, deadlines do the rest.
 * Cost:  add and take O(1). One timer for all: a sweep at the earliest deadline looks at every
 *        call.
 */
import { RpcError } from "./rpc_error.ts";

const SWEEP_MS_MIN = 50; // Between two sweeps: many deadlines close together cost few sweeps.

/** What became of a call. */
export type Outcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: RpcError };

/** One call that waits. `write`: an error must say whether it may have happened. */
export interface PendingCall {
  readonly method: string;
  readonly write: boolean;
  readonly timeoutMs: number;
  readonly done: (outcome: Outcome) => void;
}

export class PendingCalls {
  readonly #calls = new Map<number, PendingCall & { readonly deadlineMs: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sweepAtMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#calls.size;
  }

  add(id: number, call: PendingCall): void {
    const deadlineMs = performance.now() + call.timeoutMs;
    this.#calls.set(id, { ...call, deadlineMs });
    this.#sweepBy(deadlineMs);
  }

  /** Takes out the call that a reply belongs to; undefined: the reply is late. */
  take(id: unknown): PendingCall | undefined {
    if (typeof id !== "number") return undefined;
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  /** Fails every call. */
  failAll(errorOf: (call: PendingCall) => RpcError): void {
    clearTimeout(this.#timer);
    this.#sweepAtMs = Number.POSITIVE_INFINITY;
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.done({ ok: false, error: errorOf(call) });
  }

  #sweepBy(deadlineMs: number): void {
    if (deadlineMs >= this.#sweepAtMs) return;
    clearTimeout(this.#timer);
    this.#sweepAtMs = deadlineMs;
    // Rounded up: a sweep that comes early would find nothing due.
    const delayMs = Math.max(SWEEP_MS_MIN, Math.ceil(deadlineMs - performance.now()));
    this.#timer = setTimeout(() => this.#sweep(), delayMs);
  }

  #sweep(): void {
    const nowMs = performance.now();
    this.#sweepAtMs = Number.POSITIVE_INFINITY;
    const due = [...this.#calls].filter(([, { deadlineMs }]) => deadlineMs <= nowMs);
    for (const [id] of due) this.#calls.delete(id);
    let next = Number.POSITIVE_INFINITY;
    for (const { deadlineMs } of this.#calls.values()) next = Math.min(next, deadlineMs);
    if (this.#calls.size > 0) this.#sweepBy(next);
    for (const [, call] of due) call.done({ ok: false, error: timeoutError(call) });
  }
}

function timeoutError({ method, write, timeoutMs }: PendingCall): RpcError {
  return new RpcError(`${method} got no reply within ${timeoutMs} ms.`, {
    kind: "timeout",
    code: -32010,
    retry: true,
    data: write ? { applied: "unknown" } : {},
  });
}
