/**
 * Timers: one queue of deadlines for everything in a runtime that waits.
 *
 * Shape: a binary heap by (deadline, order of making); each timer knows its place, so that the
 * usual end of a timer, being cancelled, costs O(log n) and leaves nothing behind.
 * Order: earlier deadline first; of equal ones the one made first.
 */

/** One deadline. `fire` is called once, unless it is cancelled before. */
export interface Timer {
  readonly deadline: number;
  readonly order: number;
  readonly fire: () => void;
  place: number; // Index in the heap; -1 once fired or cancelled.
}

export class Timers {
  readonly #heap: Timer[] = [];
  #made = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest deadline; Infinity when there is none. */
  get next(): number {
    return this.#heap[0]?.deadline ?? Number.POSITIVE_INFINITY;
  }

  add(deadline: number, fire: () => void): Timer {
    this.#made += 1;
    const timer: Timer = { deadline, order: this.#made, fire, place: this.#heap.length };
    this.#heap.push(timer);
    this.#up(timer);
    return timer;
  }

  /** False when it had fired or was cancelled already. */
  cancel(timer: Timer): boolean {
    const { place } = timer;
    if (place < 0) return false;
    timer.place = -1;
    const last = this.#heap.pop() as Timer;
    if (last === timer) return true;
    this.#put(last, place);
    this.#up(last);
    this.#down(last);
    return true;
  }

  /** Fires, in order, all timers whose deadline is at or before `now`; also ones made meanwhile. */
  fireDue(now: number): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.deadline > now) return;
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
      if (!before(timer, parent)) return;
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
      const child = right !== undefined && before(right, left) ? right : left;
      if (!before(child, timer)) return;
      const { place } = timer;
      this.#put(timer, child.place);
      this.#put(child, place);
    }
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}
