/**
 * Uncommitted: the appends of one list that the log has not yet answered.
 *
 * Owner: one TodoServer, which takes no command while it `mustWait`.
 * Bound: it must at UNCOMMITTED_EVENTS_MAX and at UNCOMMITTED_BYTES_MAX. And while the log refuses:
 *        an append that the refused one's news crosses was decided on a state that is lost, so the
 *        log refuses it too, and a new one must not get between.
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
  #isRefused = false;

  get isEmpty(): boolean {
    return this.#appends.length === 0;
  }

  /** The seq after the oldest append. */
  get firstLastSeq(): number {
    return this.#appends[0]?.lastSeq ?? 0;
  }

  get mustWait(): boolean {
    if (this.#isRefused) return true;
    return this.#events >= UNCOMMITTED_EVENTS_MAX || this.#bytes >= UNCOMMITTED_BYTES_MAX;
  }

  /** The oldest was refused and the refusals of those behind it have not all come. */
  get isRefused(): boolean {
    return this.#isRefused;
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

  /** The oldest append was refused, and so will be all behind it. True: it was the last one. */
  refused(): boolean {
    this.#keepFrom(1);
    this.#isRefused = this.#appends.length > 0;
    return !this.#isRefused;
  }

  #keepFrom(place: number): void {
    for (const { events, bytes } of this.#appends.splice(0, place)) {
      this.#events -= events;
      this.#bytes -= bytes;
    }
  }
}
