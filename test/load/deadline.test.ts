/** deadline: waiting ends by what is waited for, by the time, or by an interruption. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Interrupted, within } from "./deadline.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what comes in time is given, and no timer is left", async () => {
  await expect(within(Promise.resolve(7), { ms: 10, late: "late" })).resolves.toBe(7);
  expect(vi.getTimerCount()).toBe(0);
});

test("what does not come fails with its sentence", async () => {
  const never = new Promise<never>(() => undefined);
  const waiting = expect(within(never, { ms: 10, late: "It is late." })).rejects.toThrow(
    "It is late.",
  );
  vi.advanceTimersByTime(10);
  await waiting;
});

test("an interruption ends it at once, also one that was before", async () => {
  const never = new Promise<never>(() => undefined);
  const ending = new AbortController();
  const deadline = { ms: 10, late: "late", signal: ending.signal };
  const waiting = expect(within(never, deadline)).rejects.toThrow(Interrupted);
  ending.abort();
  await waiting;
  await expect(within(never, deadline)).rejects.toThrow(Interrupted);
});
