/**
 * Subscriptions: the lists one connection is subscribed to, and how far it has been told of each.
 *
 * Owner: one connection's process. The position is what lets it join again, without a gap, when the
 *        list's process has crashed and a new one runs.
 * Bound: SUBSCRIPTIONS_MAX, checked by the method `subscribe`.
 */

interface Subscription {
  readonly epoch: string;
  /** The last event, or the state, that was sent. */
  seq: number;
  /** How often in a row its list has crashed before it told anything. */
  crashes: number;
}

/** Milliseconds before joining again a list that crashed twice in a row; doubled each time. */
const AGAIN_MS = 500;
const AGAIN_MS_MAX = 60_000;

export class Subscriptions {
  readonly #all = new Map<string, Subscription>();

  get size(): number {
    return this.#all.size;
  }

  has(list: string): boolean {
    return this.#all.has(list);
  }

  /** What it has been sent of the list; undefined: it is not subscribed. */
  position(list: string): { readonly epoch: string; readonly seq: number } | undefined {
    return this.#all.get(list);
  }

  /** The state at that position was sent. */
  set(list: string, epoch: string, seq: number): void {
    this.#all.set(list, { epoch, seq, crashes: 0 });
  }

  /** An event was sent. False: it is not subscribed, nothing may be sent. */
  advance(list: string, seq: number): boolean {
    const subscription = this.#all.get(list);
    if (subscription === undefined) return false;
    subscription.seq = seq;
    return true;
  }

  remove(list: string): boolean {
    return this.#all.delete(list);
  }

  /** The list's process has crashed: milliseconds to wait before joining the new one. */
  crashed(list: string): number {
    const subscription = this.#all.get(list);
    if (subscription === undefined) return 0;
    const { crashes } = subscription;
    subscription.crashes += 1;
    return crashes === 0 ? 0 : Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** (crashes - 1));
  }
}
