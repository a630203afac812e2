/**
 * Shuffle: the seeds by which the worlds of tests order their processes, when they are asked to.
 *
 * The suite runs once in the usual order, and once more with every test repeated under as many
 * seeds as TODO_SHUFFLES says (`npm run test:shuffled`; vitest.shuffled.config.ts). A failure names
 * its seed; TODO_SHUFFLE_SEED=SEED repeats it alone.
 */
let seed: number | undefined;
let worlds = 0;

/** Big tests are made smaller by this when they run under hundreds of seeds. */
const SCALE = 100;

/** From now on worlds are ordered by that seed. */
export function shuffleBy(next: number): void {
  seed = next;
  worlds = 0;
}

/** The seed of the next world; undefined: the usual order. */
export function nextShuffle(): number | undefined {
  if (seed === undefined) return undefined;
  worlds += 1;
  return seed * 1000 + worlds;
}

/** How many of something a big test makes: `count`; a hundredth under seeds, at least 1. */
export function scaled(count: number): number {
  return seed === undefined ? count : Math.ceil(count / SCALE);
}
