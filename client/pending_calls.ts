/**
 * PendingCalls: the calls and casts of one client that are not over, through all its connections.
 *
 * Shape:  a call waits to be sent, is sent, or rests before it is sent again; then it is over.
 * Owner:  one reconnecting_client. Every call gets its `done` once: by `finish`, by its deadline
 *         or by `failAll`.
 * Order:  calls wait in the order in which they were made, also those that come back to be sent
 *         again.
 * Bound:  WAITING_MAX calls and WAITING_CHARACTERS_MAX of their params wait; more are refused. Sent
 *         ones are bounded by whoever takes `next`.
 * Cost:   O(1) a call. One timer for all deadlines: a sweep at the earliest looks at every call.
 */
import type { ClientClock } from "./client_environment.ts";
import type { RpcClient } from "./rpc_client.ts";
import { type Outcome, RpcError, withApplied } from "./rpc_error.ts";

const SWEEP_MS_MIN = 50; // Between two sweeps: many deadlines close together cost few sweeps.
const WAITING_MAX = 10_000; // As many as a list's mailbox takes.
const WAITING_CHARACTERS_MAX = 16 * 1024 * 1024;

/** What is asked. `params`: JSON text. `done` undefined: a cast. */
export interface CallRequest {
  readonly method: string;
  readonly params: string;
  readonly write: boolean;
  /** Until it fails by itself. */
  readonly deadlineMs: number;
  /** Whether it is sent again when its connection is lost; else it fails with it. */
  readonly resend: boolean;
  readonly done: ((outcome: Outcome) => void) | undefined;
}

/** One call on its way. Only its owner changes it. */
export interface PendingCall extends CallRequest {
  /** In the order of being made. */
  readonly number: number;
  place: "waiting" | "sent" | "resting" | "over";
  /** The one it was sent over last. */
  connection: RpcClient | undefined;
  /** Error replies after which it was sent again. */
  tries: number;
  /** It was sent and how that ended is not known. */
  inDoubt: boolean;
  /** Of the alarm until which it rests. */
  callOff: (() => void) | undefined;
}

const FRESH = {
  place: "waiting",
  connection: undefined,
  tries: 0,
  inDoubt: false,
  callOff: undefined,
} as const;

export class PendingCalls {
  readonly #clock: ClientClock;
  readonly #expired: () => void;
  readonly #calls = new Set<PendingCall>();
  readonly #sent = new Set<PendingCall>();
  #waiting: PendingCall[] = []; // Some may be over since.
  #waits = 0; // How many of them are not, and of how many characters.
  #characters = 0;
  #number = 0;
  #sweepAtMs = Number.POSITIVE_INFINITY;
  #callOff: () => void = () => undefined;

  /** `expired`: told when deadlines have ended calls, so that others can be sent. */
  constructor(clock: ClientClock, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** The calls that were sent and are not answered, in the order in which they were sent. */
  get sent(): ReadonlySet<PendingCall> {
    return this.#sent;
  }

  /** Whether one is made while as many wait as may. */
  get isFull(): boolean {
    return this.#waits >= WAITING_MAX || this.#characters >= WAITING_CHARACTERS_MAX;
  }

  /** Lets a call wait behind all others. */
  add(request: CallRequest): void {
    const number = this.#number++;
    const call: PendingCall = { ...request, ...FRESH, number };
    this.#calls.add(call);
    this.#waiting.push(call);
    this.#count(call, 1);
    this.#sweepBy(call.deadlineMs);
  }

  /** Takes the first that waits, to be sent over `connection`; undefined: none waits. */
  next(connection: RpcClient): PendingCall | undefined {
    for (let call = this.#waiting.shift(); call !== undefined; call = this.#waiting.shift()) {
      if (call.place !== "waiting") continue;
      this.#count(call, -1);
      call.place = "sent";
      call.connection = connection;
      this.#sent.add(call);
      return call;
    }
    return undefined;
  }

  /** Lets calls wait again, before those that were made after them. */
  requeue(calls: readonly PendingCall[]): void {
    for (const call of calls) {
      call.place = "waiting";
      this.#sent.delete(call);
      this.#count(call, 1);
    }
    this.#waiting = [...calls, ...this.#waiting].sort((a, b) => a.number - b.number);
  }

  /** Puts a sent call aside; at `untilMs` it waits again and `then` is called. */
  rest(call: PendingCall, untilMs: number, then: () => void): void {
    call.place = "resting";
    call.tries += 1;
    this.#sent.delete(call);
    call.callOff = this.#clock.alarm(untilMs, () => {
      this.requeue([call]);
      then();
    });
  }

  /** Ends a call; nothing happens when it is over. */
  finish(call: PendingCall, outcome: Outcome): void {
    if (call.place === "over") return;
    const { write, inDoubt } = call;
    if (call.place === "resting") call.callOff?.();
    if (call.place === "waiting") this.#count(call, -1);
    call.place = "over";
    this.#sent.delete(call);
    this.#calls.delete(call);
    if (outcome.ok || !write) call.done?.(outcome);
    else call.done?.({ ok: false, error: judged(outcome.error, inDoubt) });
  }

  /** Ends every call of which `which` says so. */
  failAll(error: RpcError, which: (call: PendingCall) => boolean = () => true): void {
    for (const call of [...this.#calls].filter(which)) {
      this.#doubt(call);
      this.finish(call, { ok: false, error });
    }
    if (this.#calls.size > 0) return;
    this.#callOff();
    this.#sweepAtMs = Number.POSITIVE_INFINITY;
  }

  #count({ params }: PendingCall, calls: 1 | -1): void {
    this.#waits += calls;
    this.#characters += calls * params.length;
  }

  #doubt(call: PendingCall): void {
    if (call.place === "sent") call.inDoubt = true;
  }

  #sweepBy(deadlineMs: number): void {
    if (deadlineMs >= this.#sweepAtMs) return;
    this.#callOff();
    const atMs = Math.max(this.#clock.now() + SWEEP_MS_MIN, deadlineMs);
    this.#sweepAtMs = deadlineMs;
    this.#callOff = this.#clock.alarm(atMs, () => this.#sweep());
  }

  #sweep(): void {
    const nowMs = this.#clock.now();
    this.#sweepAtMs = Number.POSITIVE_INFINITY;
    const due = [...this.#calls].filter(({ deadlineMs }) => deadlineMs <= nowMs);
    let next = Number.POSITIVE_INFINITY;
    for (const { deadlineMs } of this.#calls)
      if (deadlineMs > nowMs) next = Math.min(next, deadlineMs);
    if (next < Number.POSITIVE_INFINITY) this.#sweepBy(next);
    for (const call of due) {
      this.#doubt(call);
      this.finish(call, { ok: false, error: timeoutError(call) });
    }
    this.#waiting = this.#waiting.filter(({ place }) => place === "waiting");
    if (due.length > 0) this.#expired();
  }
}

/** Refusals after a write's key was looked at: it had not been done before, nor is it now. */
const DECIDED_ANEW: ReadonlySet<string> = new Set(["conflict", "list_full", "limit"]);

/** The error of a write, with what is known of whether it happened, all its tries together. */
function judged(error: RpcError, inDoubt: boolean): RpcError {
  const { applied, what } = error.data;
  if (!inDoubt) return applied === undefined ? withApplied(error, "no") : error;
  return DECIDED_ANEW.has(error.kind) || what === "todo" ? error : withApplied(error, "unknown");
}

function timeoutError({ method, connection }: PendingCall): RpcError {
  const sentence =
    connection === undefined
      ? `${method} could not be sent in its time: the server was not reached.`
      : `${method} got no reply in its time.`;
  return new RpcError(sentence, { kind: "timeout", code: -32010, retry: true });
}
