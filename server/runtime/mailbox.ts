/**
 * Mailbox: the messages sent to one process and not yet received.
 *
 * Owner: the process. Anyone may `push`; only the owner takes.
 * Order: arrival. Selecting one leaves the others in their order.
 * Bound: none here; what is bounded has a `bound` that senders look at (mailbox_bound.ts).
 * Cost:  push and shift O(1); select O(1) for each message that came since it was last called with
 *        the same test.
 */
import type { MailboxBound } from "./mailbox_bound.ts";
import type { Process } from "./process.ts";
import { Ring } from "./ring.ts";

/** Of one and the same message it always says the same. */
export type Test = (message: unknown) => boolean;

/** Messages beyond which a mailbox is first reported as high; then at every doubling. */
const HIGH_MARK = 1_000;

export class Mailbox {
  /** Set: only messages for which it is true wake the process and are taken; the others wait. */
  selects: Test | undefined = undefined;
  /** What happens when it is full; undefined: it never is. */
  readonly bound: MailboxBound | undefined;
  /** Size beyond which it is reported next. */
  highMark = HIGH_MARK;
  #messages = new Ring<unknown>();
  #passed: Ring<unknown> | undefined = undefined; // Older: what `#test` did not select.
  #test: Test | undefined = undefined;

  constructor(bound?: MailboxBound) {
    this.bound = bound;
  }

  get size(): number {
    return this.#messages.size + (this.#passed === undefined ? 0 : this.#passed.size);
  }

  /** `sender`: whose message it is; undefined: it comes from outside of all processes. */
  push(message: unknown, _sender: Process | undefined): void {
    this.#messages.push(message);
  }

  /** Removes and returns the oldest message; the mailbox must not be empty. */
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
      const message = this.#messages.shift();
      if (test(message)) return { message };
      this.#passed ??= new Ring();
      this.#passed.push(message);
    }
    return undefined;
  }

  /** Removes what `test` is true of; for mail that nobody wants any more. */
  discard(test: Test): void {
    while (this.select(test) !== undefined);
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
