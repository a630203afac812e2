/**
 * RestingLists: the lists whose calls are held back for a while, since the server said so.
 *
 * Order: what is called of a list that rests waits with the call that it rests for, and wakes with
 *        it: no later call overtakes one that is sent again.
 * Bound: one time for each list and one alarm for all; the calls are counted by their owner.
 */
import type { ClientClock } from "./client_environment.ts";
import type { PendingCall } from "./pending_call.ts";

interface Rest {
  /** How often in a row, this one included. */
  times: number;
  untilMs: number;
  /** The calls that wait for its end; undefined: it is over, and no call was answered since. */
  held: PendingCall[] | undefined;
}

/** At least `afterMs`; one that begins, longer by what `jitterMs` makes of the times in a row. */
export interface Pause {
  readonly afterMs: number;
  readonly jitterMs: (times: number) => number;
}

export class RestingLists {
  readonly #clock: ClientClock;
  readonly #woken: (calls: PendingCall[]) => void;
  readonly #rests = new Map<string, Rest>();
  #wakeMs = Number.POSITIVE_INFINITY;
  #callOff: () => void = () => undefined;

  /** `woken`: is given the calls of the lists that rest no more. */
  constructor(clock: ClientClock, woken: (calls: PendingCall[]) => void) {
    this.#clock = clock;
    this.#woken = woken;
  }

  /** Lets the list of a call rest, and the call with it. */
  rest(call: PendingCall, { afterMs, jitterMs }: Pause): void {
    const nowMs = this.#clock.now();
    const rest = this.#rests.get(call.list) ?? { times: 0, untilMs: 0, held: undefined };
    this.#rests.set(call.list, rest);
    if (rest.held === undefined) {
      rest.times += 1;
      rest.held = [];
      rest.untilMs = nowMs + afterMs + jitterMs(rest.times);
    } else rest.untilMs = Math.max(rest.untilMs, nowMs + afterMs);
    rest.held.push(call);
    this.#wakeBy(rest.untilMs);
  }

  /** Keeps a call whose list rests. False: it does not. */
  hold(call: PendingCall): boolean {
    const held = this.#rests.get(call.list)?.held;
    held?.push(call);
    return held !== undefined;
  }

  /** Keeps no calls that ended while they were held. */
  sweep(): void {
    for (const rest of this.#rests.values()) rest.held = rest.held?.filter(waits);
  }

  /** A call of the list is over: the next rest is the first in a row. */
  served(list: string): void {
    if (this.#rests.get(list)?.held === undefined) this.#rests.delete(list);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#rests.clear();
    this.#callOff();
    this.#wakeMs = Number.POSITIVE_INFINITY;
  }

  #wakeBy(atMs: number): void {
    if (atMs >= this.#wakeMs) return;
    this.#callOff();
    this.#wakeMs = atMs;
    this.#callOff = this.#clock.alarm(atMs, () => this.#wake());
  }

  #wake(): void {
    const nowMs = this.#clock.now();
    const woken: PendingCall[][] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const rest of this.#rests.values()) {
      if (rest.held === undefined) continue;
      if (rest.untilMs > nowMs) {
        nextMs = Math.min(nextMs, rest.untilMs);
        continue;
      }
      woken.push(rest.held);
      rest.held = undefined;
    }
    this.#wakeMs = Number.POSITIVE_INFINITY;
    this.#wakeBy(nextMs);
    this.#woken(woken.flat());
  }
}

function waits({ place }: PendingCall): boolean {
  return place === "waiting";
}
