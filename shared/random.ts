/**
 * Random: numbers that a seed determines, so that a run can be made again.
 *
 * Source: mulberry32, public domain, by Tommy Ettinger.
 */

/** Numbers in [0, 1). */
export type Random = () => number;

/** The numbers of `seed`, an integer. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
