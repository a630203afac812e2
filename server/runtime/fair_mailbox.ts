/**
 * FairMailbox: one in which the senders take turns, so that one that floods it delays itself first.
 *
 * Order: of one sender's messages that of arrival, as always; of several senders one message each,
 *   turn by turn. So a message waits behind at most one of each other sender for every message of
 *   its own sender that is before it. What comes from outside of all processes is one sender.
 * Bound: a full one refuses whoever has its share of it waiting; one that has less still gets in,
 *   until it is twice full (mailbox_bound.ts).
 * Cost:  push and shift O(1); select as in Mailbox, for each sender.
 */
import { Mailbox, type Test } from "./mailbox.ts";
import type { MailboxBound } from "./mailbox_bound.ts";
import type { Process } from "./process.ts";
import { Ring } from "./ring.ts";

type Sender = Process | undefined;

/** One sender's messages. */
class Lane extends Mailbox {
  /** It stands among those whose turn comes. */
  queued = false;
}

/** Senders without messages are forgotten when there are more than this. */
const LANES_KEPT = 64;

export class FairMailbox extends Mailbox {
  readonly #lanes = new Map<Sender, Lane>();
  readonly #turns = new Ring<Lane>();
  #size = 0;
  #senders = 0;
  #lanesKept = LANES_KEPT;
  #passes: Test | undefined = undefined; // Lanes may hold messages that it has passed over.

  constructor(bound?: MailboxBound) {
    super(bound);
  }

  override get size(): number {
    return this.#size;
  }

  /** How many senders have messages waiting. */
  get senders(): number {
    return this.#senders;
  }

  /** How many senders it knows, also idle ones. */
  get lanes(): number {
    return this.#lanes.size;
  }

  /** How many messages of that sender wait. */
  sizeOf(sender: Sender): number {
    return this.#lanes.get(sender)?.size ?? 0;
  }

  override push(message: unknown, sender: Sender): void {
    const lane = this.#lanes.get(sender) ?? this.#laneFor(sender);
    if (lane.size === 0) this.#senders += 1;
    lane.push(message, sender);
    this.#size += 1;
    this.#queue(lane);
  }

  override shift(): unknown {
    if (this.#passes !== undefined) this.#queueAll(undefined);
    const lane = this.#turns.shift() as Lane;
    const message = lane.shift();
    this.#taken(lane);
    return message;
  }

  override select(test: Test): { readonly message: unknown } | undefined {
    if (this.#passes !== test) this.#queueAll(test);
    for (let lane = this.#turns.shift(); lane !== undefined; lane = this.#turns.shift()) {
      const selected = lane.select(test);
      if (selected !== undefined) {
        this.#taken(lane);
        return selected;
      }
      lane.queued = false; // All it holds is passed over.
    }
    return undefined;
  }

  #taken(lane: Lane): void {
    this.#size -= 1;
    lane.queued = false;
    if (lane.size > 0) this.#queue(lane);
    else this.#senders -= 1;
  }

  #queue(lane: Lane): void {
    if (lane.queued) return;
    lane.queued = true;
    this.#turns.push(lane);
  }

  #queueAll(passes: Test | undefined): void {
    this.#passes = passes;
    for (const lane of this.#lanes.values()) if (lane.size > 0) this.#queue(lane);
  }

  #laneFor(sender: Sender): Lane {
    if (this.#lanes.size >= this.#lanesKept) this.#forgetIdle();
    const lane = new Lane();
    this.#lanes.set(sender, lane);
    return lane;
  }

  #forgetIdle(): void {
    for (const [sender, lane] of this.#lanes) if (lane.size === 0) this.#lanes.delete(sender);
    this.#lanesKept = Math.max(LANES_KEPT, this.#lanes.size * 2);
  }
}
