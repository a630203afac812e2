/**
 * LastArrivals: when the last of a known number of receivers has something.
 *
 * Shape: used twice: by a process for its subscribers, and for all processes together.
 * Bound: FORGOTTEN_AFTER of what is under way; a receiver that skips something (a slow one, whose
 *        events were conflated) leaves it incomplete for good, and it is forgotten.
 */

const FORGOTTEN_AFTER = 100_000;

export class LastArrivals {
  readonly #receivers: number;
  readonly #open = new Map<number, { left: number; mostUs: number }>();

  constructor(receivers: number) {
    this.#receivers = receivers;
  }

  /** One receiver has `seq`. The latency of the slowest when it was the last; else undefined. */
  arrived(seq: number, us: number): number | undefined {
    const open = this.#open.get(seq);
    const mostUs = Math.max(us, open?.mostUs ?? 0);
    const left = (open?.left ?? this.#receivers) - 1;
    if (left <= 0) {
      this.#open.delete(seq);
      return mostUs;
    }
    if (open === undefined) this.#begin(seq, { left, mostUs });
    else {
      open.left = left;
      open.mostUs = mostUs;
    }
    return undefined;
  }

  #begin(seq: number, open: { left: number; mostUs: number }): void {
    this.#open.set(seq, open);
    if (this.#open.size <= FORGOTTEN_AFTER) return;
    const [oldest] = this.#open.keys();
    if (oldest !== undefined) this.#open.delete(oldest);
  }
}
