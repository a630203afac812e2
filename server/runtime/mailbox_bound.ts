/**
 * MailboxBound: how many messages a mailbox holds, and what becomes of one more.
 *
 * Only what processes send is bounded: exit signals, DOWN, replies, timers and system messages get
 * into a full mailbox too, since whoever waits for them waits for nothing else.
 */
import { FairMailbox } from "./fair_mailbox.ts";
import { type Mailbox, PlainMailbox } from "./mailbox.ts";
import { PendingCall } from "./pending_call.ts";
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
   * - pause:  it gets in, and its sender has no turn until half of the mailbox is empty. A call
   *           gets in as well, and its caller waits as it does anyway. Refused is who sends on in
   *           the turn in which it was paused, from twice `max` on, and what comes from outside of
   *           any process, where nobody can be paused.
   */
  readonly whenFull?: WhenFull;
  /** Its senders take turns, so that one that floods it delays itself first. */
  readonly fair?: boolean;
}

/** What is to be done with one more message. */
export type Admission = "in" | "refused" | "dropped";

/** At this many times its bound a mailbox takes nothing more of who has had a warning. */
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

  /** Judges a message of `sender` to `owner`; `waits`: it is a call, whose sender waits anyway. */
  admit(owner: Process, sender: Process | undefined, waits: boolean): Admission {
    const { mailbox } = owner;
    if (mailbox === undefined || !this.#isFullFor(mailbox, sender)) return "in";
    if (this.#whenFull === "refuse" || (this.#whenFull === "drop" && waits)) return "refused";
    if (this.#whenFull === "drop") return this.#drop(owner);
    if (waits) return "in";
    return this.#pause(owner, sender, mailbox.size);
  }

  /** After messages were taken: who waits for room goes on when half of it is empty. */
  release(size: number): void {
    if (this.#paused.length === 0 || size > this.max / 2) return;
    for (const process of this.#paused.splice(0)) process.goOn();
  }

  /** One more message of `sender` is one too many. */
  #isFullFor(mailbox: Mailbox, sender: Process | undefined): boolean {
    if (mailbox.size < this.max) return false;
    if (!(mailbox instanceof FairMailbox) || mailbox.size >= this.max * HARD) return true;
    return mailbox.sizeOf(sender?.pid) >= this.max / Math.max(1, mailbox.senders);
  }

  #drop(owner: Process): "dropped" {
    this.dropped += 1;
    const { pid, label, runtime } = owner;
    runtime.telemetry.emit("message_dropped", { pid, label, dropped: this.dropped });
    return "dropped";
  }

  #pause(owner: Process, sender: Process | undefined, size: number): Admission {
    if (sender === undefined) return "refused";
    if (sender.pausedFor !== undefined) return size < this.max * HARD ? "in" : "refused";
    if (waitsFor(owner, sender)) return "in"; // Else both would wait for ever.
    this.#paused.push(sender);
    sender.pauseFor(owner);
    return "in";
  }
}

/** A mailbox made as asked; undefined: a plain one, which is made when first needed. */
export function mailboxFrom({ max, whenFull, fair = false }: MailboxOptions): Mailbox | undefined {
  const bound = max === undefined ? undefined : new MailboxBound(max, whenFull);
  if (fair) return new FairMailbox(bound);
  return bound === undefined ? undefined : new PlainMailbox(bound);
}

/** `process` now waits for `asked`: if that waits for it, those between that are paused go on. */
export function loosen(process: Process, asked: Process): void {
  if (!waitsFor(asked, process)) return;
  let next: Process | undefined = asked;
  while (next !== undefined && next !== process) {
    const after = waitedForBy(next);
    if (next.pausedFor !== undefined) next.goOn();
    next = after;
  }
}

/** Whether it is `other`, or waits, over any number of others, for its room or its reply. */
function waitsFor(process: Process, other: Process): boolean {
  let next: Process | undefined = process;
  for (let steps = 0; next !== undefined && steps < STEPS_MAX; steps++) {
    if (next === other) return true;
    next = waitedForBy(next);
  }
  return false;
}

function waitedForBy({ pausedFor, timer }: Process): Process | undefined {
  return pausedFor ?? (timer instanceof PendingCall ? timer.asked : undefined);
}

/** Processes in one chain of waiting that are looked at; a circle of others may be in it. */
const STEPS_MAX = 1_000;
