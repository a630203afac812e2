/**
 * Ring: a queue of items, first in, first out.
 *
 * Shape: an array of a power of two, used in a circle, that doubles when full. An emptied one gives
 *        a long array back, which a burst has left behind.
 * Cost:  push and shift O(1), without allocation but for the doubling.
 */

const LENGTH_FIRST = 4;
/** A longer array is not kept by an empty ring. */
const LENGTH_KEPT = 1024;

export class Ring<Item> {
  #items: (Item | undefined)[] = slots(LENGTH_FIRST);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The oldest item, which stays; undefined when there is none. */
  get first(): Item | undefined {
    return this.#size === 0 ? undefined : this.#items[this.#head];
  }

  push(item: Item): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#size) & (this.#items.length - 1)] = item;
    this.#size += 1;
  }

  /** Removes and returns the oldest item; undefined when there is none. */
  shift(): Item | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined; // Let it be collected.
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#size -= 1;
    if (this.#size === 0 && this.#items.length > LENGTH_KEPT) this.#giveBack();
    return item;
  }

  #giveBack(): void {
    this.#items = slots(LENGTH_FIRST);
    this.#head = 0;
  }

  #grow(): void {
    const old = this.#items;
    const items: (Item | undefined)[] = slots(old.length * 2);
    for (let place = 0; place < this.#size; place++) {
      items[place] = old[(this.#head + place) & (old.length - 1)];
    }
    this.#items = items;
    this.#head = 0;
  }
}

function slots(length: number): undefined[] {
  return new Array(length).fill(undefined);
}
