/**
 * Mailbox: the messages sent to one process and not yet received.
 *
 * Owner: the process. Anyone may `push`; only the owner takes.
 * Order: arrival. Taking from the middle leaves the rest where it was.
 * Bound: none here; who sends decides by `size` (runtime/send.ts), system signals always fit.
 * Cost:  push and shift O(1); take O(messages passed over).
 */

export class Mailbox {
  #messages: unknown[] = [];
  #head = 0; // Index of the oldest message; the slots before it are spent.

  get size(): number {
    return this.#messages.length - this.#head;
  }

  push(message: unknown): void {
    this.#messages.push(message);
  }

  /** The message at `place`, 0 being the oldest; the mailbox must hold it. */
  peek(place: number): unknown {
    return this.#messages[this.#head + place];
  }

  /** Removes and returns the oldest message; the mailbox must not be empty. */
  shift(): unknown {
    const message = this.#messages[this.#head];
    this.#spend();
    return message;
  }

  /** Removes and returns the message at `place`; the order of the others stays. */
  take(place: number): unknown {
    const index = this.#head + place;
    const message = this.#messages[index];
    // Move the passed-over messages up one slot, so that the hole is always at the head.
    this.#messages.copyWithin(this.#head + 1, this.#head, index);
    this.#spend();
    return message;
  }

  #spend(): void {
    this.#messages[this.#head] = undefined; // Let the message be collected.
    this.#head += 1;
    if (this.#head === this.#messages.length) {
      this.#head = 0;
      // A burst leaves a long array behind: give it back, keep a short one for the next message.
      if (this.#messages.length > 1024) this.#messages = [];
      else this.#messages.length = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head); // As many takes have paid for this copy.
      this.#head = 0;
    }
  }
}
