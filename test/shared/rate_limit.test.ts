/**
 * RateLimit: a burst at once, then so many a second.
 */
import { expect, test } from "vitest";
import { RateLimit, RateLimits } from "../../shared/rate_limit.ts";

test("a burst, then nothing until tokens have come back", () => {
  const limit = new RateLimit({ perSecond: 10, burst: 3 }, 0);
  expect([1, 2, 3, 4].map(() => limit.take(0))).toEqual([true, true, true, false]);
  expect(limit.waitMs(0)).toBe(100);
  expect(limit.take(99)).toBe(false);
  expect(limit.take(100)).toBe(true);
  expect(limit.take(100)).toBe(false);
});

test("a long pause fills it to the burst and no further", () => {
  const limit = new RateLimit({ perSecond: 10, burst: 3 }, 0);
  limit.take(0);
  expect(limit.isFull(0)).toBe(false);
  expect(limit.isFull(1_000_000)).toBe(true);
  expect([1, 2, 3, 4].map(() => limit.take(1_000_000))).toEqual([true, true, true, false]);
});

test("0 a second is no limit", () => {
  const limit = new RateLimit({ perSecond: 0, burst: 0 }, 0);
  expect([limit.take(0), limit.take(0), limit.waitMs(0)]).toEqual([true, true, 0]);
});

test("each name has its own; the full ones are forgotten when there are many", () => {
  const limits = new RateLimits({ perSecond: 1, burst: 1 });
  expect([limits.take("a", 0), limits.take("a", 0), limits.take("b", 0)]).toEqual([
    true,
    false,
    true,
  ]);
  for (let index = 0; index < 10_050; index++) limits.take(`user${index}`, index);
  expect(limits.waitMs("a", 0)).toBe(0);
  expect(limits.take("a", 10_000)).toBe(true);
});
