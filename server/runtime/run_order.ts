/**
 * RunOrder: which of the processes that have something to do runs next, and for how long.
 *
 * Usually first come, first served. A test may have them shuffled by a seed: then any of them comes
 * next, for any number of messages, and a turn of the runtime may end after each, so that whatever
 * a program does only by the luck of one order is found. What is promised holds in both: the
 * signals of one process to another keep their order, and a process does one thing at a time.
 */
import { type Random, seeded } from "../../shared/random.ts";
import type { Process } from "./process.ts";
import { Ring } from "./ring.ts";

/** Messages one process takes before the others get their turn. */
const MESSAGES_PER_TURN = 200;

export interface RunOrder {
  readonly size: number;
  push(process: Process): void;
  /** The next one; undefined when nobody waits. */
  shift(): Process | undefined;
  /** Messages that it may take. */
  budget(): number;
  /** The turn ends here, though others wait. */
  endsTurn(): boolean;
}

/** First come, first served. */
export class FirstCome implements RunOrder {
  readonly #ring = new Ring<Process>(); // Not its parent: one shape of ring is faster than two.

  get size(): number {
    return this.#ring.size;
  }

  push(process: Process): void {
    this.#ring.push(process);
  }

  shift(): Process | undefined {
    return this.#ring.shift();
  }

  budget(): number {
    return MESSAGES_PER_TURN;
  }

  endsTurn(): boolean {
    return false;
  }
}

/** Any order; the same seed gives the same one. */
export class Shuffled implements RunOrder {
  readonly #processes: Process[] = [];
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  get size(): number {
    return this.#processes.length;
  }

  push(process: Process): void {
    this.#processes.push(process);
  }

  shift(): Process | undefined {
    const last = this.#processes.pop();
    if (last === undefined) return undefined;
    const place = this.#below(this.#processes.length + 1);
    const chosen = this.#processes[place];
    if (chosen === undefined) return last;
    this.#processes[place] = last;
    return chosen;
  }

  budget(): number {
    return 1 + this.#below(this.#below(2) === 0 ? 3 : MESSAGES_PER_TURN);
  }

  endsTurn(): boolean {
    return this.#below(8) === 0;
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}
