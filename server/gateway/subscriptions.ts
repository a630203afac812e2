/**
 * Subscriptions: the lists one connection is subscribed to, and how far it has been told of each.
 *
 * Owner: one connection's process. The position is what lets it join again, without a gap, when the
 *        list's process has ended and a new one runs.
 * Bound: SUBSCRIPTIONS_MAX, checked by the method `subscribe`.
 */

/** What was sent of a list: its last event, or its state. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

interface Subscription extends Position {
  seq: number;
  /** How often in a row its list has crashed without having proved that it lives. */
  crashes: number;
  /** When its process took this connection in; undefined: that one has crashed. */
  joinedAt: number | undefined;
}

/** Milliseconds before joining again a list that crashed twice in a row; doubled each time. */
const AGAIN_MS = 500;
const AGAIN_MS_MAX = 60_000;
/** Milliseconds without a crash after which a list is well, though it told no event. */
const WELL_MS = 60_000;

export class Subscriptions {
  readonly #all = new Map<string, Subscription>();

  get size(): number {
    return this.#all.size;
  }

  has(list: string): boolean {
    return this.#all.has(list);
  }

  /** What it has been sent of the list; undefined: it is not subscribed. */
  position(list: string): Position | undefined {
    return this.#all.get(list);
  }

  /** Its process has taken this connection in; what it answered is sent. */
  joined(list: string, { epoch, seq }: Position, now: number): void {
    const crashes = this.#all.get(list)?.crashes ?? 0;
    this.#all.set(list, { epoch, seq, crashes, joinedAt: now });
  }

  /** Its process tells an event. False: it is not subscribed, nothing may be sent. */
  told(list: string): boolean {
    const subscription = this.#all.get(list);
    if (subscription === undefined) return false;
    subscription.crashes = 0;
    return true;
  }

  /** An event, or the state after it, is sent. */
  sent(list: string, seq: number): void {
    const subscription = this.#all.get(list);
    if (subscription !== undefined) subscription.seq = seq;
  }

  remove(list: string): boolean {
    return this.#all.delete(list);
  }

  /** The list's process has ended, mostly by a crash: milliseconds to wait before joining again. */
  ended(list: string, now: number): number {
    const subscription = this.#all.get(list);
    if (subscription === undefined) return 0;
    const { joinedAt } = subscription;
    subscription.joinedAt = undefined;
    if (joinedAt !== undefined && now - joinedAt >= WELL_MS) subscription.crashes = 0;
    const { crashes } = subscription;
    subscription.crashes += 1;
    return crashes === 0 ? 0 : Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** (crashes - 1));
  }
}
