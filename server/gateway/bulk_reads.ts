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

const BULK: ReadonlySet<MethodName> = new Set(["list", "todos", "lists", "subscribe"]);

export interface WaitingRequest {
  readonly call: CallInFlight;
  readonly run: () => void;
}

/** The queue of one connection. */
export class BulkReads {
  #running: CallInFlight | undefined;
  #waiting: WaitingRequest[] = [];

  /** True: it may run now, and if it is a bulk read it does. False: it has been put to wait. */
  admit(request: WaitingRequest, isRoom: boolean): boolean {
    const { call } = request;
    if (!this.#mustWait(call, this.#waiting, isRoom)) {
      if (BULK.has(call.method)) this.#running = call;
      return true;
    }
    this.#waiting.push(request);
    return false;
  }

  /** The call has been answered, or given up. */
  ended(call: CallInFlight): void {
    if (this.#running === call) this.#running = undefined;
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting.call !== call);
  }

  /** Those that may run now, in order; they are taken out of the queue. */
  ready(isRoom: boolean): WaitingRequest[] {
    if (this.#waiting.length === 0) return [];
    const ready: WaitingRequest[] = [];
    const waiting: WaitingRequest[] = [];
    for (const request of this.#waiting) {
      if (this.#mustWait(request.call, waiting, isRoom)) waiting.push(request);
      else {
        if (BULK.has(request.call.method)) this.#running = request.call;
        ready.push(request);
      }
    }
    this.#waiting = waiting;
    return ready;
  }

  #mustWait(call: CallInFlight, before: readonly WaitingRequest[], isRoom: boolean): boolean {
    if (BULK.has(call.method) && (this.#running !== undefined || !isRoom)) return true;
    if (before.length === 0 || call.list === undefined) return false;
    return before.some((earlier) => earlier.call.list === call.list);
  }
}
