/**
 * MessageQueue: messages in order of arrival, of which any may be selected first.
 *
 * Order: selecting one leaves the others in their order.
 * Cost:  push and shift O(1); select O(1) for each message that came since it was last called with
 *        the same test. Which test that was, `discard` leaves alone.
 * Errors: what a test throws comes out; the message it was asked about stays where it is.
 */
import { Ring } from "./ring.ts";

/** Of one and the same message it always says the same. */
export type Test = (message: unknown) => boolean;

export class MessageQueue {
  #messages = new Ring<unknown>();
  #passed: Ring<unknown> | undefined = undefined; // Older: what `#test` did not select.
  #test: Test | undefined = undefined;

  get size(): number {
    return this.#messages.size + (this.#passed === undefined ? 0 : this.#passed.size);
  }

  add(message: unknown): void {
    this.#messages.push(message);
  }

  /** Removes and returns the oldest message; undefined when there is none. */
  shift(): unknown {
    if (this.#passed === undefined) return this.#messages.shift();
    const message = this.#passed.shift();
    if (this.#passed.size === 0) this.#passed = undefined;
    return message;
  }

  /** Removes the oldest message for which `test` is true; undefined when there is none. */
  select(test: Test): { readonly message: unknown } | undefined {
    if (test !== this.#test) this.#beginWith(test);
    while (this.#messages.size > 0) {
      const isSelected = test(this.#messages.first);
      const message = this.#messages.shift();
      if (isSelected) return { message };
      this.#passed ??= new Ring();
      this.#passed.push(message);
    }
    return undefined;
  }

  /** Removes all that `test` is true of; answers how many they were. */
  discard(test: Test): number {
    const before = this.size;
    this.#messages = withoutThose(this.#messages, test);
    if (this.#passed !== undefined) this.#passed = withoutThose(this.#passed, test);
    if (this.#passed?.size === 0) this.#passed = undefined;
    return before - this.size;
  }

  #beginWith(test: Test): void {
    this.#test = test;
    const passed = this.#passed;
    if (passed === undefined) return;
    while (this.#messages.size > 0) passed.push(this.#messages.shift());
    this.#messages = passed;
    this.#passed = undefined;
  }
}

function withoutThose(messages: Ring<unknown>, test: Test): Ring<unknown> {
  const kept = new Ring<unknown>();
  while (messages.size > 0) {
    const message = messages.shift();
    if (!test(message)) kept.push(message);
  }
  return kept;
}
