/**
 * RecentEvents: the last committed events of one list, at hand for subscribers that come back.
 *
 * Shape: each with its text as pushes show it. What is older is asked of the log.
 * Bound: at least RECENT_MAX of them, if there were so many, at most twice that.
 */

/** Events kept; most subscribers that come back were away for seconds. */
const RECENT_MAX = 50;

/** An event, and its body: JSON of `{op, …}`. */
export interface RecentEvent {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly pid: string;
  readonly body: string;
}

export class RecentEvents {
  #events: RecentEvent[] = [];

  /** The next one, by seq. */
  add(event: RecentEvent): void {
    this.#events.push(event);
    if (this.#events.length >= 2 * RECENT_MAX) this.#events = this.#events.slice(-RECENT_MAX);
  }

  /** Those after `seq`, in order; undefined: not all of them are here. `last`: the list's seq. */
  since(seq: number, last: number): readonly RecentEvent[] | undefined {
    const missed = last - seq;
    if (missed > this.#events.length) return undefined;
    return missed === 0 ? [] : this.#events.slice(-missed);
  }
}
