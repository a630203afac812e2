/**
 * Histogram: each value is in the first bucket that holds it.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Histogram } from "../../shared/histogram.ts";

test("a value on a bound belongs to it, one above all to the last place", () => {
  const histogram = new Histogram([1, 2]);
  for (const value of [0, 1, 1.5, 2, 2.1, Number.POSITIVE_INFINITY]) histogram.record(value);
  expect([...histogram.counts]).toEqual([2, 2, 2]);
});

test("it counts every value once, and their sum", () => {
  const values = fc.array(fc.integer({ min: 0, max: 10_000 }));
  fc.assert(
    fc.property(values, (all) => {
      const histogram = new Histogram([10, 100, 1000]);
      for (const value of all) histogram.record(value);
      expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
      expect(histogram.sum).toBe(all.reduce((sum, value) => sum + value, 0));
      expect(histogram.counts[0]).toBe(all.filter((value) => value <= 10).length);
    }),
  );
});
