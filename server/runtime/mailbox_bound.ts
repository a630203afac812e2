/**
 * MailboxBound: how many messages a mailbox holds, and what becomes of one more.
 *
 * Only what processes send is bounded: exit signals, DOWN, replies, timers and system messages get
 * into a full mailbox too, since whoever waits for them waits for nothing else.
 */
import { FairMailbox } from "./fair_mailbox.ts";
import { Mailbox } from "./mailbox.ts";
import type { Process } from "./process.ts";

/** What becomes of a message to a full mailbox. */
export type WhenFull = "refuse" | "drop" | "pause";

/** How a process takes its mail; a plain, unbounded mailbox when absent. */
export interface MailboxOptions {
  /** Messages it holds; Infinity when absent. */
  readonly max?: number;
  /**
   * "refuse" when absent. A call is refused with "overloaded" in any case but "pause".
   * - refuse: `send` and `cast` answer false; their caller knows what overload means for it.
   * - drop:   it is gone, and counted; `processInfo` and the event `message_dropped` tell of it.
   * - pause:  it gets in, and its sender has no turn until half of the mailbox is empty. One that
   *           sends on in the same turn, up to twice `max`, or from outside of any process, which
   *           cannot be paused, is refused.
   */
  readonly whenFull?: WhenFull;
  /** Its senders take turns, so that one that floods it delays itself first. */
  readonly fair?: boolean;
}

/** What is to be done with one more message. */
export type Admission = "in" | "refused" | "dropped";

/** However fair: at this many times its bound a mailbox takes nothing more that can be refused. */
const HARD = 2;

export class MailboxBound {
  readonly max: number;
  readonly #whenFull: WhenFull;
  /** Messages dropped so far. */
  dropped = 0;
  /** Senders that have no turn until there is room. */
  readonly #paused: Process[] = [];

  constructor(max: number, whenFull: WhenFull = "refuse") {
    this.max = max;
    this.#whenFull = whenFull;
  }

  /** Judges a message of `sender` to `owner`. It may pause the sender. */
  admit(owner: Process, mailbox: Mailbox, sender: Process | undefined): Admission {
    if (mailbox.size < this.max || !isAtItsShare(mailbox, this.max, sender)) return "in";
    if (this.#whenFull === "refuse") return "refused";
    if (this.#whenFull === "drop") return this.#drop(owner);
    if (sender === undefined || mailbox.size >= this.max * HARD) return "refused";
    this.#pause(owner, sender);
    return "in";
  }

  /** After messages were taken: who waits for room goes on when half of it is empty. */
  release(size: number): void {
    if (this.#paused.length === 0 || size > this.max / 2) return;
    for (const process of this.#paused.splice(0)) process.goOn();
  }

  #drop(owner: Process): "dropped" {
    this.dropped += 1;
    const { pid, label, runtime } = owner;
    runtime.telemetry.emit("message_dropped", { pid, label, dropped: this.dropped });
    return "dropped";
  }

  /** But for a circle of processes that would wait for each other for ever. */
  #pause(owner: Process, sender: Process): void {
    if (sender.pausedFor !== undefined || waitsFor(owner, sender)) return;
    this.#paused.push(sender);
    sender.pauseFor(owner);
  }
}

/** A mailbox made as asked; undefined: a plain one, which is made when first needed. */
export function mailboxFrom({ max, whenFull, fair = false }: MailboxOptions): Mailbox | undefined {
  const bound = max === undefined ? undefined : new MailboxBound(max, whenFull);
  if (fair) return new FairMailbox(bound);
  return bound === undefined ? undefined : new Mailbox(bound);
}

/** Whether one more message of `sender` is one too many; the mailbox holds `max` or more. */
function isAtItsShare(mailbox: Mailbox, max: number, sender: Process | undefined): boolean {
  if (!(mailbox instanceof FairMailbox) || mailbox.size >= max * HARD) return true;
  return mailbox.sizeOf(sender) >= max / Math.max(1, mailbox.senders);
}

/** Whether it is `other`, or is paused, over any number of others, for room in its mailbox. */
function waitsFor(process: Process, other: Process): boolean {
  let next: Process | undefined = process;
  while (next !== undefined && next !== other) next = next.pausedFor;
  return next === other;
}
