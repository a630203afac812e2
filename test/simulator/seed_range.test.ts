/**
 * SeedRange: the digest of many seeds does not depend on how they were shared.
 */
import { expect, test } from "vitest";
import { runRange, together } from "./seed_range.ts";

test("two halves have together the digest of the whole, in either order", async () => {
  const ops = 5;
  const whole = await runRange({ first: 1, count: 4, ops });
  const first = await runRange({ first: 1, count: 2, ops });
  const second = await runRange({ first: 3, count: 2, ops });
  expect(together(second.digest, first.digest)).toBe(whole.digest);
  expect(first.digest).not.toBe(second.digest);
});
