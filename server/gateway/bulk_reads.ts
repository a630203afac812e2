/**
 * BulkReads: requests of one connection that wait for their turn, so that a few small requests
 * cannot ask for a great deal of memory.
 *
 * Order: bulk reads run one at a time, and only while little is queued for the connection. What is
 *        asked of a list for which a bulk read waits, waits behind it; other requests go on.
 * Source: PROTOCOL.md section 7.
 */
import type { MethodName } from "../../shared/protocol/methods.ts";
import type { CallInFlight } from "./calls_in_flight.ts";

const BULK: ReadonlySet<MethodName> = new Set([
  "list",
  "todos",
  "lists",
  "agenda",
  "history",
  "subscribe",
]);

export interface WaitingRequest {
  readonly call: CallInFlight;
  readonly run: () => void;
}

/** Whether a bulk read may run now, as far as the connection knows. */
export type MayRead = (call: CallInFlight) => boolean;

/** The queue of one connection. */
export class BulkReads {
  #running: CallInFlight | undefined;
  #waiting: WaitingRequest[] = [];

  /** Some request is waiting. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** True: it may run now, and if it is a bulk read it does. False: put it to wait. */
  admits(call: CallInFlight, mayRead: MayRead): boolean {
    if (this.#mustWait(call, this.#waiting, mayRead)) return false;
    if (BULK.has(call.method)) this.#running = call;
    return true;
  }

  wait(request: WaitingRequest): void {
    this.#waiting.push(request);
  }

  /** The call has been answered, or given up. */
  ended(call: CallInFlight): void {
    if (this.#running === call) this.#running = undefined;
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting.call !== call);
  }

  /** Those that may run now, in order; they are taken out of the queue. */
  ready(mayRead: MayRead): WaitingRequest[] {
    if (this.#waiting.length === 0) return [];
    const ready: WaitingRequest[] = [];
    const waiting: WaitingRequest[] = [];
    for (const request of this.#waiting) {
      if (this.#mustWait(request.call, waiting, mayRead)) waiting.push(request);
      else {
        if (BULK.has(request.call.method)) this.#running = request.call;
        ready.push(request);
      }
    }
    this.#waiting = waiting;
    return ready;
  }

  #mustWait(call: CallInFlight, before: readonly WaitingRequest[], mayRead: MayRead): boolean {
    if (BULK.has(call.method) && (this.#running !== undefined || !mayRead(call))) return true;
    if (before.length === 0 || call.list === undefined) return false;
    return before.some((earlier) => earlier.call.list === call.list);
  }
}
