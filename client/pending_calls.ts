/**
 * PendingCalls: the calls and casts of one client that are not over, through all its connections.
 *
 * Shape:  a call waits to be sent, is sent, may wait to be sent again; then it is over.
 * Owner:  one reconnecting_client. Every call gets its `done` once: by `answer`, by its deadline
 *         or by `failAll`.
 * Order:  calls wait in the order in which they were made, also those that come back to be sent
 *         again. One that is to come back later holds up the calls of its own list, no others.
 * Bound:  WAITING_MAX calls and WAITING_CHARACTERS_MAX of their params wait; more are refused. Sent
 *         ones are bounded by whoever takes `next`.
 * Cost:   O(1) a call. One timer for all deadlines: a sweep at the earliest looks at every call.
 */
import { mayRetry, retryJitterMs } from "./backoff.ts";
import type { ClientClock, ClientEnvironment } from "./client_environment.ts";
import {
  type CallRequest,
  judged,
  type PendingCall,
  pendingCall,
  timeoutError,
} from "./pending_call.ts";
import { RestingLists } from "./resting_lists.ts";
import type { RpcClient } from "./rpc_client.ts";
import type { Outcome, RpcError } from "./rpc_error.ts";

const SWEEP_MS_MIN = 50; // Between two sweeps: many deadlines close together cost few sweeps.
const WAITING_MAX = 10_000; // As many as a list's mailbox takes.
const WAITING_CHARACTERS_MAX = 16 * 1024 * 1024;
const RETRY_SPARE_MS = 100; // With less time than this left another try is of no use.

export class PendingCalls {
  readonly #clock: ClientClock;
  readonly #random: () => number;
  readonly #ready: () => void;
  readonly #resting: RestingLists;
  readonly #calls = new Set<PendingCall>();
  readonly #sent = new Set<PendingCall>();
  #waiting: PendingCall[] = []; // Some may be over since. Those of lists that rest are not here.
  #waits = 0; // How many wait here and there, and of how many characters.
  #characters = 0;
  #number = 0;
  #sweepAtMs = Number.POSITIVE_INFINITY;
  #callOff: () => void = () => undefined;

  /** `ready`: told when time has ended calls or rests, so that others can be sent. */
  constructor({ clock, random }: ClientEnvironment, ready: () => void) {
    this.#clock = clock;
    this.#random = random;
    this.#ready = ready;
    this.#resting = new RestingLists(clock, (calls) => {
      this.#merge(calls);
      this.#ready();
    });
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
    const call = pendingCall(request, this.#number++);
    this.#calls.add(call);
    this.#waiting.push(call);
    this.#count(call, 1);
    this.#sweepBy(call.deadlineMs);
  }

  /** Takes the first that may be sent, to be sent over `connection`; undefined: none may. */
  next(connection: RpcClient): PendingCall | undefined {
    for (let call = this.#waiting.shift(); call !== undefined; call = this.#waiting.shift()) {
      if (call.place !== "waiting" || this.#resting.hold(call)) continue;
      this.#count(call, -1);
      call.place = "sent";
      call.connection = connection;
      this.#sent.add(call);
      return call;
    }
    return undefined;
  }

  /** Lets sent calls whose outcome nobody knows wait again, before those made after them. */
  takeBack(calls: readonly PendingCall[]): void {
    for (const call of calls) {
      call.inDoubt = true;
      this.#await(call);
    }
    this.#merge(calls);
  }

  /** What a reply says is the outcome, unless it is an error for which it is sent again. */
  answer(call: PendingCall, outcome: Outcome): void {
    if (outcome.ok || !this.#isRetried(call, outcome.error)) this.finish(call, outcome);
  }

  /** Ends a call; nothing happens when it is over. */
  finish(call: PendingCall, outcome: Outcome): void {
    if (call.place === "over") return;
    if (call.place === "waiting") this.#count(call, -1);
    call.place = "over";
    this.#sent.delete(call);
    this.#calls.delete(call);
    this.#resting.served(call.list);
    call.done?.(judged(outcome, call));
  }

  /** Ends every call of which `which` says so. */
  failAll(error: RpcError, which: (call: PendingCall) => boolean = () => true): void {
    for (const call of [...this.#calls].filter(which)) {
      this.#doubt(call);
      this.finish(call, { ok: false, error });
    }
    if (this.#calls.size > 0) return;
    this.#resting.clear();
    this.#callOff();
    this.#sweepAtMs = Number.POSITIVE_INFINITY;
  }

  #isRetried(call: PendingCall, error: RpcError): boolean {
    const { after_ms: afterMs = 0, applied } = error.data;
    if (applied === "unknown") call.inDoubt = true;
    const spareMs = call.deadlineMs - this.#clock.now() - afterMs;
    if (!call.resend || !mayRetry(error, call.crashes) || spareMs < RETRY_SPARE_MS) return false;
    if (error.kind === "crashed") call.crashes += 1;
    call.refusal = error;
    this.#await(call);
    // Half of the time that is left is kept for the answer.
    const jitterMs = (times: number) => Math.min(spareMs / 2, retryJitterMs(times, this.#random));
    this.#resting.rest(call, { afterMs, jitterMs });
    return true;
  }

  #await(call: PendingCall): void {
    call.place = "waiting";
    this.#sent.delete(call);
    this.#count(call, 1);
  }

  #merge(calls: readonly PendingCall[]): void {
    this.#waiting = [...calls, ...this.#waiting].sort((a, b) => a.number - b.number);
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
    this.#sweepBy(next);
    for (const call of due) {
      this.#doubt(call);
      this.finish(call, { ok: false, error: timeoutError(call) });
    }
    this.#waiting = this.#waiting.filter(({ place }) => place === "waiting");
    this.#resting.sweep();
    if (due.length > 0) this.#ready();
  }
}
