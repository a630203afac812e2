/**
 * Histogram: how many values fell between given bounds, and their sum.
 *
 * Shape: `counts[i]` counts the values <= `bounds[i]` and above the bound before it; the last, one
 *        more than there are bounds, those above all.
 * Cost:  recording a value looks at the bounds from the smallest on, and allocates nothing.
 */

/** Values of one kind. They only add up; a reader that wants a rate takes differences. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  #sum = 0;

  /** `bounds`: ascending. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** Of all values recorded. */
  get sum(): number {
    return this.#sum;
  }

  record(value: number): void {
    const { bounds, counts } = this;
    let place = 0;
    while (place < bounds.length && value > (bounds[place] as number)) place += 1;
    counts[place] = (counts[place] as number) + 1;
    this.#sum += value;
  }
}
