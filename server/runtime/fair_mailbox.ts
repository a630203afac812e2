/**
 * FairMailbox: one in which the senders take turns, so that one that floods it delays itself first.
 *
 * Order: of one sender's messages that of arrival, as always; of several senders one message each,
 *   turn by turn. So a message waits behind at most one of each other sender for every message of
 *   its own sender that is before it. What comes from outside of all processes is one sender.
 * Shape: as long as the messages of one sender alone wait there are no turns; lanes are made when a
 *   second one comes, and gone when the mailbox is empty.
 * Bound: a full one refuses whoever has its share of it waiting; one that has less still gets in,
 *   until it is twice full (mailbox_bound.ts).
 * Cost:  push and shift O(1); a change of what is selected O(senders).
 */
import { currentOrNone } from "./current.ts";
import { HIGH_MARK, type Mailbox, type Sender } from "./mailbox.ts";
import type { MailboxBound } from "./mailbox_bound.ts";
import { MessageQueue, type Test } from "./message_queue.ts";
import { Ring } from "./ring.ts";

/** One sender's messages. */
class Lane extends MessageQueue {
  sender: Sender;
  /** It stands among those that the test of the last select has not passed over. */
  fresh = false;

  constructor(sender: Sender) {
    super();
    this.sender = sender;
  }
}

export class FairMailbox implements Mailbox {
  readonly bound: MailboxBound | undefined;
  selects: Test | undefined = undefined;
  highMark: number = HIGH_MARK;
  /** The one lane, as long as there are no turns. */
  #only = new Lane(undefined);
  /** By sender: who has messages waiting; whose turn is next comes first. */
  #turns: Map<Sender, Lane> | undefined = undefined;
  #size = 0;
  /** While a test selects: the lanes with messages that it has not been asked about. */
  #test: Test | undefined = undefined;
  readonly #fresh = new Ring<Lane>();

  constructor(bound?: MailboxBound) {
    this.bound = bound;
  }

  get size(): number {
    return this.#size;
  }

  /** How many senders have messages waiting. */
  get senders(): number {
    return this.#turns?.size ?? Math.min(this.#size, 1);
  }

  /** How many messages of that sender wait. */
  sizeOf(sender: Sender): number {
    if (this.#turns !== undefined) return this.#turns.get(sender)?.size ?? 0;
    return this.#only.sender === sender ? this.#size : 0;
  }

  push(message: unknown, sender: Sender = currentOrNone()?.pid): void {
    const lane = this.#laneOf(sender);
    lane.add(message);
    this.#size += 1;
    if (this.#test !== undefined) this.#markFresh(lane);
  }

  shift(): unknown {
    if (this.#size === 0) return undefined;
    this.#test = undefined;
    const [lane = this.#only] = this.#turns?.values() ?? [];
    const message = lane.shift();
    this.#taken(lane);
    return message;
  }

  select(test: Test): { readonly message: unknown } | undefined {
    if (this.#test !== test) this.#beginWith(test);
    for (let lane = this.#fresh.first; lane !== undefined; lane = this.#fresh.first) {
      const selected = lane.select(test);
      this.#fresh.shift();
      lane.fresh = false;
      if (selected === undefined) continue;
      if (lane.size > 0) this.#markFresh(lane);
      this.#taken(lane);
      return selected;
    }
    return undefined;
  }

  discard(test: Test): void {
    for (const lane of this.#turns?.values() ?? [this.#only]) {
      this.#size -= lane.discard(test);
      if (lane.size === 0) this.#turns?.delete(lane.sender);
    }
    if (this.#size === 0) this.#turns = undefined;
  }

  /** Its sender has had its turn. */
  #taken(lane: Lane): void {
    this.#size -= 1;
    if (this.#turns === undefined) return;
    this.#turns.delete(lane.sender);
    if (lane.size > 0) this.#turns.set(lane.sender, lane);
    else if (this.#size === 0) this.#turns = undefined;
  }

  #laneOf(sender: Sender): Lane {
    if (this.#turns === undefined) {
      if (this.#size === 0 && this.#only.sender !== sender) this.#only = new Lane(sender);
      if (this.#only.sender === sender) return this.#only;
      this.#turns = new Map([[this.#only.sender, this.#only]]);
    }
    let lane = this.#turns.get(sender);
    if (lane === undefined) {
      lane = new Lane(sender);
      this.#turns.set(sender, lane);
    }
    return lane;
  }

  #beginWith(test: Test): void {
    this.#test = test;
    for (let lane = this.#fresh.shift(); lane !== undefined; lane = this.#fresh.shift()) {
      lane.fresh = false;
    }
    for (const lane of this.#turns?.values() ?? [this.#only]) this.#markFresh(lane);
  }

  #markFresh(lane: Lane): void {
    if (lane.fresh) return;
    lane.fresh = true;
    this.#fresh.push(lane);
  }
}
