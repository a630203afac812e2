/**
 * Dice: chance that a seed determines, the same on every machine.
 *
 * Each part of a run has dice of its own, so that what one of them throws moves no other's.
 */
import { type Random, seeded } from "../../shared/random.ts";

export class Dice {
  /** At least 0, below 1. */
  readonly next: Random;

  constructor(seed: number, stream = 0) {
    // Neighbouring seeds and streams are to have nothing in common.
    const mixed = Math.imul(seed + Math.imul(stream, 0x9e3779b9), 0x85ebca6b);
    this.next = seeded(mixed ^ (mixed >>> 15));
  }

  /** 32 bits, as a signed integer. */
  word(): number {
    return (this.next() * 2 ** 32) | 0;
  }

  /** An integer, at least 0, below `sides`. */
  int(sides: number): number {
    return Math.floor(this.next() * sides);
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.int(values.length)] as Value;
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return (entries.at(-1) as [Name, number])[0];
  }

  /** Waits that are mostly short and now and then long; `mean` of them on the average. */
  wait(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }
}
