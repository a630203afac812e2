/**
 * SimLoop: the event loop of a simulated world: everything that happens, at its moment of virtual
 * time, one after the other.
 *
 * Order: by time; of equal times in the order that the dice give. Whoever wants an order of its own
 *        keeps a queue (sim_link.ts).
 * Shape: a binary heap. What is called off stays in it until its moment, and does nothing then.
 * Bound: HAPPENINGS_MAX in one run; more is a livelock, and thrown.
 */
import type { Clock } from "../../server/runtime/index.ts";
import type { Dice } from "./dice.ts";
import { Violation } from "./violation.ts";

const HAPPENINGS_MAX = 3_000_000;
/** Milliseconds since 1970 at which every world begins: 2026-01-01. */
const START_MS = Date.UTC(2026, 0, 1);
/** Milliseconds by which a machine's idea of the time may be wrong; another one at each start. */
const SKEW_MS = 5_000;
/** Milliseconds by which an alarm may ring late, and what is wanted soon may come later. */
const LATE_MS = 1;
const SOON_MS = 0.05;

interface Happening {
  readonly atMs: number;
  readonly tie: number;
  run: (() => void) | undefined;
}

export class SimLoop {
  readonly #heap: Happening[] = [];
  readonly #dice: Dice;
  #nowMs = 0;
  #count = 0;
  #isStirred = false;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs `run` at that moment, or now when it is past. The answer calls it off. */
  at(atMs: number, run: () => void): () => void {
    const happening: Happening = { atMs, tie: this.#dice.word(), run };
    this.#push(happening);
    return () => {
      happening.run = undefined;
    };
  }

  /** Runs `run` after so many milliseconds. */
  after(ms: number, run: () => void): () => void {
    return this.at(this.#nowMs + ms, run);
  }

  /** What happens now concerns promises: they are to settle before anything else happens. */
  stir(): void {
    this.#isStirred = true;
  }

  /** Lets things happen until that moment, or until `isDone`, which is asked after each. */
  async run(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    if (this.#isStirred) await this.#settle();
    while (!isDone()) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return;
      }
      this.#shift();
      if (next.run === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#count += 1;
      if (this.#count > HAPPENINGS_MAX) throw new Violation("more happens than ever should");
      next.run();
      if (this.#isStirred) await this.#settle();
    }
  }

  async #settle(): Promise<void> {
    this.#isStirred = false;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let place = heap.push(happening) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(happening, heap[parent] as Happening)) break;
      heap[place] = heap[parent] as Happening;
      place = parent;
    }
    heap[place] = happening;
  }

  #shift(): void {
    const heap = this.#heap;
    const last = heap.pop() as Happening;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && isBefore(heap[right] as Happening, heap[child] as Happening)) {
        child = right;
      }
      if (!isBefore(heap[child] as Happening, last)) break;
      heap[place] = heap[child] as Happening;
      place = child;
    }
    heap[place] = last;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);
}

/** The clock of one program in that world. It stops with its program: nothing more is called. */
export class SimClock implements Clock {
  readonly #loop: SimLoop;
  readonly #dice: Dice;
  /** Its program lives by promises: each call of it lets them settle. */
  readonly #stirs: boolean;
  /** Milliseconds by which its people's time differs from other programs'. */
  readonly #skewMs: number;
  #isStopped = false;

  constructor(loop: SimLoop, dice: Dice, { stirs }: { readonly stirs: boolean }) {
    this.#loop = loop;
    this.#dice = dice;
    this.#stirs = stirs;
    this.#skewMs = dice.between(-SKEW_MS, SKEW_MS);
  }

  now(): number {
    return this.#loop.nowMs;
  }

  time(): number {
    return START_MS + Math.floor(this.#loop.nowMs + this.#skewMs);
  }

  soon(run: () => void): void {
    this.#loop.after(this.#dice.next() * SOON_MS, this.#guarded(run));
  }

  readonly alarm = (atMs: number, ring: () => void): (() => void) => {
    const late = Math.max(atMs, this.#loop.nowMs) + this.#dice.next() * LATE_MS;
    return this.#loop.at(late, this.#guarded(ring));
  };

  /** The program has ended. */
  stop(): void {
    this.#isStopped = true;
  }

  #guarded(run: () => void): () => void {
    return () => {
      if (this.#isStopped) return;
      if (this.#stirs) this.#loop.stir();
      run();
    };
  }
}
