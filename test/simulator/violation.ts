/**
 * Violation: something that must never happen, and did, in a simulated world.
 */

export class Violation extends Error {}

/** Throws a Violation of those words unless it holds. */
export function must(holds: boolean, words: () => string): asserts holds {
  if (!holds) throw new Violation(words());
}
