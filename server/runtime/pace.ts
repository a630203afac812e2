/**
 * Pace: how often the runtime looks at the clock, and how many messages a process may take at once,
 * so that a turn ends in its time whatever a message costs.
 *
 * A look costs as much as a few messages, so it is not taken after each. A turn begins with short
 * stretches between looks; as long as they pass quickly each is twice as long as the last one.
 * What a message has cost, as far as the last stretch tells, bounds what a process takes at once.
 */

/** Milliseconds that a stretch is to take. */
const STRETCH_MS = 0.5;
/** Messages, and runs of processes, of the first stretch of a turn, and of the longest. */
const FIRST = 16;
const LONGEST = 256;

export class Pace {
  #stretch = FIRST;
  #done = 0; // In the stretch so far.
  #lookedAt = 0;
  /** Milliseconds of one message or run, as the last stretch had it. */
  #cost = 0;

  /** A turn begins. */
  begin(now: number): void {
    this.#lookedAt = now;
    this.#stretch = this.budget(FIRST);
    this.#done = 0;
  }

  /** Messages that a process may take, of `most`; what a stretch has room for, but at least one. */
  budget(most: number): number {
    if (this.#cost * most <= STRETCH_MS) return most;
    return Math.max(1, Math.floor(STRETCH_MS / this.#cost));
  }

  /** A process has run and taken so many. False: it is time to look at the clock. */
  goesOn(messages: number): boolean {
    this.#done += 1 + messages;
    return this.#done < this.#stretch;
  }

  /** The clock says `now`; answers it. */
  look(now: number): number {
    const ms = now - this.#lookedAt;
    this.#lookedAt = now;
    this.#cost = ms / this.#done;
    this.#stretch = this.budget(Math.min(this.#stretch * 2, LONGEST));
    this.#done = 0;
    return now;
  }
}
