/**
 * Timers: one queue of deadlines for everything in a runtime that waits.
 *
 * Shape: those set since the clock was last looked at lie aside; their time begins when it is
 *   looked at next, and most of them are cancelled before: a call that is answered in the same turn
 *   costs neither a look at the clock nor a place in the queue. The others stand in a binary heap
 *   by (deadline, order of setting), each knowing its place, so that cancelling costs O(log n).
 * Order: earlier deadline first; of equal ones the one set first. Never early; late by the rest of
 *   the turn in which it was set.
 */

import { assert } from "../../shared/assert.ts";

/** Not set: new, fired or cancelled. */
const NOWHERE = -1;

/** One deadline. `fire` is called once, unless it is cancelled before. */
export abstract class Timer {
  /** Of the clock's `now`; undefined: its time has not begun, or it is not set. */
  deadline: number | undefined = undefined;
  /** Milliseconds from the beginning of its time. */
  ms = 0;
  order = 0;
  /** The timers' own: index in the heap, or below NOWHERE among those that lie aside. */
  place: number = NOWHERE;

  abstract fire(): void;

  get isSet(): boolean {
    return this.place !== NOWHERE;
  }
}

/** A deadline that calls a function. */
export class CallbackTimer extends Timer {
  readonly #call: () => void;

  constructor(call: () => void) {
    super();
    this.#call = call;
  }

  fire(): void {
    this.#call();
  }
}

export class Timers {
  readonly #heap: Timer[] = [];
  readonly #aside: Timer[] = [];
  #lastOrder = 0;

  get size(): number {
    return this.#heap.length + this.#aside.length;
  }

  /** The earliest deadline; Infinity when there is none. Those that lie aside have none yet. */
  get next(): number {
    return this.#heap[0]?.deadline ?? Number.POSITIVE_INFINITY;
  }

  /** Some have been set whose time has not begun. */
  get hasNew(): boolean {
    return this.#aside.length > 0;
  }

  /** Sets a timer that is not set. Its time begins with the next `begin`. */
  set(timer: Timer, ms: number): void {
    assert(!Number.isNaN(ms), "the milliseconds of a timer: want a number");
    this.#lastOrder += 1;
    timer.order = this.#lastOrder;
    timer.ms = ms;
    timer.deadline = undefined;
    timer.place = asidePlace(this.#aside.length);
    this.#aside.push(timer);
  }

  /** The time of all that lie aside begins at `now`. */
  begin(now: number): void {
    for (const timer of this.#aside) {
      timer.deadline = now + timer.ms;
      timer.place = this.#heap.length;
      this.#heap.push(timer);
      this.#up(timer);
    }
    this.#aside.length = 0;
  }

  /** False when it had fired or was cancelled already. */
  cancel(timer: Timer): boolean {
    const { place } = timer;
    if (place === NOWHERE) return false;
    timer.place = NOWHERE;
    const isAside = place < NOWHERE;
    const last = (isAside ? this.#aside : this.#heap).pop() as Timer;
    if (last === timer) return true;
    if (isAside) {
      this.#aside[asidePlace(place)] = last; // Their order is in `order`.
      last.place = place;
    } else {
      this.#put(last, place);
      this.#up(last);
      this.#down(last);
    }
    return true;
  }

  /** Fires, in order, all timers whose deadline is at or before `now`. */
  fireDue(now: number): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (deadlineOf(first) > now) return;
      this.cancel(first);
      first.fire();
    }
  }

  #put(timer: Timer, place: number): void {
    this.#heap[place] = timer;
    timer.place = place;
  }

  #up(timer: Timer): void {
    while (timer.place > 0) {
      const parentPlace = (timer.place - 1) >> 1;
      const parent = this.#heap[parentPlace] as Timer;
      if (!isBefore(timer, parent)) return;
      const { place } = timer;
      this.#put(timer, parentPlace);
      this.#put(parent, place);
    }
  }

  #down(timer: Timer): void {
    for (;;) {
      const left = this.#heap[timer.place * 2 + 1];
      const right = this.#heap[timer.place * 2 + 2];
      if (left === undefined) return;
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, timer)) return;
      const { place } = timer;
      this.#put(timer, child.place);
      this.#put(child, place);
    }
  }
}

/** Index among those that lie aside ↔ what stands in `place` for it: 0 ↔ -2, 1 ↔ -3. */
function asidePlace(index: number): number {
  return -2 - index;
}

function deadlineOf(timer: Timer): number {
  return timer.deadline ?? Number.POSITIVE_INFINITY;
}

function isBefore(a: Timer, b: Timer): boolean {
  const [first, second] = [deadlineOf(a), deadlineOf(b)];
  return first < second || (first === second && a.order < b.order);
}
