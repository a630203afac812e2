/**
 * Mailbox: the messages sent to one process and not yet received.
 *
 * Owner: the process. Anyone may `push`; only the owner takes.
 * Order: of messages of one sender that of arrival; in a plain mailbox of all senders.
 * Bound: none here; what is bounded has a `bound` that senders look at (mailbox_bound.ts).
 */
import type { MailboxBound } from "./mailbox_bound.ts";
import { MessageQueue, type Test } from "./message_queue.ts";
import type { Pid } from "./pid.ts";

/** Who has sent a message; undefined: it comes from outside of all processes. */
export type Sender = Pid | undefined;

/** Messages beyond which a mailbox is first reported as high; then at every doubling. */
export const HIGH_MARK = 1_000;

export interface Mailbox {
  readonly size: number;
  /** What happens when it is full; undefined: it never is. */
  readonly bound: MailboxBound | undefined;
  /** Set: only messages for which it is true wake the process and are taken; the others wait. */
  selects: Test | undefined;
  /** Size beyond which it is reported next. */
  highMark: number;
  /** `sender`: when left out, the one that runs. */
  push(message: unknown, sender?: Sender): void;
  /** Removes and returns the next message; undefined when there is none. */
  shift(): unknown;
  /** Removes the first message for which `test` is true; undefined when there is none. */
  select(test: Test): { readonly message: unknown } | undefined;
  /** Removes all that `test` is true of: mail that nobody wants any more. */
  discard(test: Test): void;
}

/** First come, first served. */
export class PlainMailbox extends MessageQueue implements Mailbox {
  readonly bound: MailboxBound | undefined;
  selects: Test | undefined = undefined;
  highMark: number = HIGH_MARK;

  constructor(bound?: MailboxBound) {
    super();
    this.bound = bound;
  }

  push(message: unknown): void {
    this.add(message);
  }
}
