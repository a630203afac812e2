/**
 * Clock: time, and being called later. The only file that reads time.
 *
 * A runtime is given one: SystemClock in a server, VirtualClock in tests and simulations, where
 * time stands still until `advance` moves it, so that every run of it is the same.
 */

export interface Clock {
  /** Milliseconds since some moment, never going back; for deadlines. */
  now(): number;
  /** Milliseconds since 1970; for people. May jump. */
  time(): number;
  /** Calls `run` once, after what is going on now and after sockets have been read. */
  soon(run: () => void): void;
  /** Calls `ring` once at `atMs` of `now`, or a little later. The answer calls it off. */
  alarm(atMs: number, ring: () => void): () => void;
}

/** The machine's own time. */
export class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  time(): number {
    return Date.now();
  }

  soon(run: () => void): void {
    setImmediate(run);
  }

  alarm(atMs: number, ring: () => void): () => void {
    // Rounded up: a timer that rings early would find nothing due and ring again.
    const delay = Math.max(1, Math.ceil(atMs - this.now()));
    const timer = setTimeout(ring, Math.min(delay, DELAY_MS_MAX));
    return () => clearTimeout(timer);
  }
}

const DELAY_MS_MAX = 2 ** 31 - 1; // The most setTimeout takes; whoever rings early waits again.

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  readonly ring: () => void;
}

/** Time that moves only by `advance`; `time` starts at 2026-01-01 unless told otherwise. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  readonly #startMs: number;
  #soon: (() => void)[] = [];
  #alarms: Alarm[] = [];
  #order = 0;

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  time(): number {
    return this.#startMs + Math.floor(this.#nowMs);
  }

  soon(run: () => void): void {
    this.#soon.push(run);
  }

  alarm(atMs: number, ring: () => void): () => void {
    const alarm: Alarm = { atMs, order: this.#order, ring };
    this.#order += 1;
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /** Runs all that was asked for soon, and what that asks for, until nothing is left. */
  settle(): void {
    for (let run = this.#soon.shift(); run !== undefined; run = this.#soon.shift()) run();
  }

  /** Moves time on by `ms`, ringing every alarm at its moment and settling after each. */
  advance(ms: number): void {
    const until = this.#nowMs + ms;
    this.settle();
    for (let due = this.#next(until); due !== undefined; due = this.#next(until)) {
      this.#alarms = this.#alarms.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.ring();
      this.settle();
    }
    this.#nowMs = until;
  }

  #next(until: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.atMs > until) continue;
      const earlier =
        first === undefined ||
        alarm.atMs < first.atMs ||
        (alarm.atMs === first.atMs && alarm.order < first.order);
      if (earlier) first = alarm;
    }
    return first;
  }
}
