/**
 * Mailbox: the messages sent to one process and not yet received.
 *
 * Owner: the process. Anyone may `push`; only the owner takes.
 * Order: arrival. Taking from the middle leaves the rest where it was.
 * Bound: none here; who sends decides by `size` (runtime/send.ts), system signals always fit.
 * Cost:  push and shift O(1); take O(messages passed over); select O(1) for each message that came
 *        since it was last called with the same test.
 */

type Test = (message: unknown) => boolean;

export class Mailbox {
  #messages: unknown[] = [];
  #head = 0; // Index of the oldest message; the slots before it are spent.
  #passed: Mailbox | undefined; // Older than all of them: what `#test` did not select.
  #test: Test | undefined;

  get size(): number {
    return this.#messages.length - this.#head + (this.#passed?.size ?? 0);
  }

  push(message: unknown): void {
    this.#messages.push(message);
  }

  /** The message at `place`, 0 being the oldest; the mailbox must hold it. */
  peek(place: number): unknown {
    const before = this.#passed?.size ?? 0;
    if (place < before) return this.#passed?.peek(place);
    return this.#messages[this.#head + place - before];
  }

  /** Removes and returns the oldest message; the mailbox must not be empty. */
  shift(): unknown {
    if (this.#passed !== undefined) return this.#takePassed(0);
    return this.#shiftNew();
  }

  /** Removes and returns the message at `place`; the order of the others stays. */
  take(place: number): unknown {
    const before = this.#passed?.size ?? 0;
    if (place < before) return this.#takePassed(place);
    const index = this.#head + place - before;
    const message = this.#messages[index];
    // Move the passed-over messages up one slot, so that the hole is always at the head.
    this.#messages.copyWithin(this.#head + 1, this.#head, index);
    this.#spend();
    return message;
  }

  /**
   * Removes the oldest message for which `test` is true; undefined when there is none. Of one and
   * the same message `test` always says the same: it is asked once.
   */
  select(test: Test): { readonly message: unknown } | undefined {
    if (test !== this.#test) this.#beginWith(test);
    while (this.#messages.length > this.#head) {
      const message = this.#shiftNew();
      if (test(message)) return { message };
      this.#passed ??= new Mailbox();
      this.#passed.push(message);
    }
    return undefined;
  }

  #beginWith(test: Test): void {
    this.#test = test;
    if (this.#passed === undefined) return;
    this.#messages = this.#passed.#rest().concat(this.#rest());
    this.#head = 0;
    this.#passed = undefined;
  }

  #rest(): unknown[] {
    return this.#messages.slice(this.#head);
  }

  #takePassed(place: number): unknown {
    const message = this.#passed?.take(place);
    if (this.#passed?.size === 0) this.#passed = undefined;
    return message;
  }

  #shiftNew(): unknown {
    const message = this.#messages[this.#head];
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
