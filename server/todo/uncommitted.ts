/**
 * Uncommitted: the appends of one list that the log has not yet answered.
 *
 * Owner: one TodoServer. Bound: at UNCOMMITTED_EVENTS_MAX or UNCOMMITTED_BYTES_MAX `isFull`, and the
 * TodoServer takes no command until some are committed.
 */

/** Events of one list beyond which it takes no command. */
const UNCOMMITTED_EVENTS_MAX = 1000;
/** Bytes of events of one list beyond which it takes no command. */
const UNCOMMITTED_BYTES_MAX = 1024 * 1024;

interface Append {
  readonly lastSeq: number;
  readonly events: number;
  readonly bytes: number;
}

export class Uncommitted {
  #appends: Append[] = [];
  #events = 0;
  #bytes = 0;
  /** Appends given up whose refusal is still to come. */
  #refusalsDue = 0;

  get isEmpty(): boolean {
    return this.#appends.length === 0 && this.#refusalsDue === 0;
  }

  get isFull(): boolean {
    return this.#events >= UNCOMMITTED_EVENTS_MAX || this.#bytes >= UNCOMMITTED_BYTES_MAX;
  }

  add(append: Append): void {
    this.#appends.push(append);
    this.#events += append.events;
    this.#bytes += append.bytes;
  }

  /** All appends up to `seq` are on disk. */
  committed(seq: number): void {
    const left = this.#appends.findIndex(({ lastSeq }) => lastSeq > seq);
    this.#keepFrom(left < 0 ? this.#appends.length : left);
  }

  /**
   * One append was refused. True: it is the first of a row; all that were queued behind it are
   * given up too, and their refusals will be the next ones. False: it is one of those.
   */
  refused(): boolean {
    if (this.#refusalsDue > 0) {
      this.#refusalsDue -= 1;
      return false;
    }
    this.#refusalsDue = Math.max(0, this.#appends.length - 1);
    this.#keepFrom(this.#appends.length);
    return true;
  }

  #keepFrom(place: number): void {
    for (const { events, bytes } of this.#appends.splice(0, place)) {
      this.#events -= events;
      this.#bytes -= bytes;
    }
  }
}
