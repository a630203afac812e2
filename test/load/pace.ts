/**
 * pace: decides when which performer does its next operation.
 *
 * Shape: without a rate the loop is closed: each slot begins anew when its operation is answered.
 *        With one it is open: operations are due at even intervals, whatever the answers do, and
 *        the next free slot takes the oldest that is due.
 * Order: an operation that had to wait for a slot is timed from when it was due (no coordinated
 *        omission: a server that stalls is charged for all that should have happened meanwhile).
 * Bound: `outstanding` slots a performer. What is due and not begun at the end is counted.
 */

/** How an operation ended: with an answer, with a refusal, or the performer can do no more. */
export type Performed = "answered" | "refused" | "over";

/** Does one operation at a time for each of its slots. `startUs`: when its time counts from. */
export interface Performer {
  perform(startUs: number, done: (how: Performed) => void): void;
}

/** The clock and the timers, so that a test can have its own. */
export interface PaceClock {
  nowUs(): number;
  /** Runs `run` once, in about so long. */
  later(ms: number, run: () => void): void;
}

/** `rate`: operations a second of all performers together; undefined: closed loop. */
export interface PaceOptions {
  readonly performers: readonly Performer[];
  readonly rate: number | undefined;
  readonly outstanding: number;
  readonly clock: PaceClock;
}

const TIMER_US = 2000; // A timer comes up to so late: that is not the server's doing.
const TICK_MS_MAX = 50;
const REFUSED_PAUSE_MS = 10; // A server that refuses at once is not asked in a tight loop.

export class Pace {
  readonly #options: PaceOptions;
  readonly #free: Performer[] = [];
  readonly #drained = Promise.withResolvers<void>();
  #startUs = 0;
  #begun = 0;
  #active = 0;
  #ended = false;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  begin(): void {
    const { performers, outstanding, rate, clock } = this.#options;
    this.#startUs = clock.nowUs();
    for (let slot = 0; slot < outstanding; slot++) this.#free.push(...performers);
    if (rate === undefined) for (const performer of this.#free.splice(0)) this.#loop(performer);
    else this.#tick(rate);
  }

  /** Begins nothing more; resolves when all that is under way has ended. */
  async end(): Promise<void> {
    this.#ended = true;
    if (this.#active === 0) this.#drained.resolve();
    await this.#drained.promise;
  }

  /** How many operations were due by now and did not begin; 0 without a rate. */
  get unsent(): number {
    const { rate } = this.#options;
    return rate === undefined ? 0 : Math.max(0, this.#due(rate) - this.#begun);
  }

  #loop(performer: Performer): void {
    this.#perform(performer, this.#options.clock.nowUs(), () => this.#loop(performer));
  }

  #tick(rate: number): void {
    if (this.#ended) return;
    const { clock } = this.#options;
    this.#dispatch(rate);
    const nextUs = this.#dueUs(this.#begun, rate) - clock.nowUs();
    const ms = Math.min(TICK_MS_MAX, Math.max(1, Math.ceil(nextUs / 1000)));
    clock.later(ms, () => this.#tick(rate));
  }

  #dispatch(rate: number): void {
    const nowUs = this.#options.clock.nowUs();
    const due = this.#due(rate);
    while (!this.#ended && this.#begun < due) {
      const performer = this.#free.shift();
      if (performer === undefined) return;
      const dueUs = this.#dueUs(this.#begun++, rate);
      const startUs = nowUs - dueUs > TIMER_US ? dueUs : nowUs;
      this.#perform(performer, startUs, () => {
        this.#free.push(performer);
        this.#dispatch(rate);
      });
    }
  }

  #perform(performer: Performer, startUs: number, next: () => void): void {
    this.#active++;
    performer.perform(startUs, (how) => {
      this.#active--;
      if (this.#ended) {
        if (this.#active === 0) this.#drained.resolve();
      } else if (how === "answered") next();
      else if (how === "refused") {
        this.#options.clock.later(REFUSED_PAUSE_MS, () => {
          if (!this.#ended) next();
        });
      }
    });
  }

  #due(rate: number): number {
    const us = this.#options.clock.nowUs() - this.#startUs;
    return Math.floor((us * rate) / 1_000_000);
  }

  #dueUs(operation: number, rate: number): number {
    return this.#startUs + ((operation + 1) * 1_000_000) / rate;
  }
}
