/**
 * RunQueue: the processes that have something to do, first come, first served.
 *
 * Shape: a ring that doubles when full. A process stands in it at most once (`process.queued`).
 * Cost:  push and shift O(1), no allocation.
 */
import type { Process } from "./process.ts";

export class RunQueue {
  #ring: (Process | undefined)[] = new Array(64).fill(undefined);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(process: Process): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = process;
    this.#size += 1;
  }

  /** The one that waited longest; undefined when nobody waits. */
  shift(): Process | undefined {
    if (this.#size === 0) return undefined;
    const process = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size -= 1;
    return process;
  }

  #grow(): void {
    const old = this.#ring;
    const ring: (Process | undefined)[] = new Array(old.length * 2).fill(undefined);
    for (let place = 0; place < this.#size; place++) {
      ring[place] = old[(this.#head + place) & (old.length - 1)];
    }
    this.#ring = ring;
    this.#head = 0;
  }
}
