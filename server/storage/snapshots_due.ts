/**
 * SnapshotsDue: which lists have grown so much since their last snapshot that a new one is due.
 *
 * Shape: each event weighs; when those since the last snapshot come to DUE, the list is due.
 * Bound: LISTS_KEPT lists are counted; whoever is forgotten is found when it is loaded again.
 */
import type { StoredEvent } from "./event_log.ts";
import { RecentMap } from "./recent_map.ts";

/**
 * The weight at which a snapshot is due: of 1,000 short events or 1 MiB of bodies, which take some
 * 5 ms to load. To make one of 10,000 todos takes some 30 ms of the reader's thread, in steps.
 */
export const DUE = 1024 * 1024;
/** What an event weighs beside the characters of its body. */
const EVENT_WEIGHT = Math.ceil(DUE / 1000);
/** Lists that are counted, some 100 bytes each. */
const LISTS_KEPT = 20_000;

/** What an event weighs: an integer. */
export function weightOf({ body }: Pick<StoredEvent, "body">): number {
  return EVENT_WEIGHT + body.length;
}

/** Counts what is committed. `eventsMax`: empty ones after which a list is due. */
export class SnapshotsDue {
  readonly #weights = new RecentMap<number, number>(LISTS_KEPT);
  readonly #most: number;
  #due: string[] = [];

  constructor(eventsMax?: number) {
    this.#most = eventsMax === undefined ? DUE : eventsMax * EVENT_WEIGHT;
  }

  /** Events of that weight are on disk. `id`: the list's row id. */
  add(id: number, list: string, weight: number): void {
    const sum = (this.#weights.get(id) ?? 0) + weight;
    this.#weights.set(id, sum < this.#most ? sum : 0);
    if (sum >= this.#most) this.#due.push(list);
  }

  /** Those that have become due since the last time. */
  take(): readonly string[] {
    if (this.#due.length === 0) return this.#due;
    return this.#due.splice(0);
  }
}
