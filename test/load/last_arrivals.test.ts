/** LastArrivals: the latency of the slowest, once it has come. */
import { expect, test } from "vitest";
import { LastArrivals } from "./last_arrivals.ts";

test("the slowest counts, whoever came last", () => {
  const arrivals = new LastArrivals(3);
  expect(arrivals.arrived(1, 50)).toBeUndefined();
  expect(arrivals.arrived(1, 90)).toBeUndefined();
  expect(arrivals.arrived(2, 10)).toBeUndefined();
  expect(arrivals.arrived(1, 70)).toBe(90);
  expect(arrivals.arrived(2, 11)).toBeUndefined();
  expect(arrivals.arrived(2, 12)).toBe(12);
});

test("one receiver is the last at once", () => {
  expect(new LastArrivals(1).arrived(7, 5)).toBe(5);
});

test("what is never complete is forgotten, oldest first", () => {
  const arrivals = new LastArrivals(2);
  for (let seq = 0; seq <= 100_000; seq++) arrivals.arrived(seq, 1);
  expect(arrivals.arrived(0, 9)).toBeUndefined();
  expect(arrivals.arrived(100_000, 9)).toBe(9);
});
