/**
 * Subscriptions: how far one connection has been told of each list.
 */
import { expect, test } from "vitest";
import { Subscriptions } from "../../server/gateway/subscriptions.ts";

test("the position is that of the state or event sent last", () => {
  const subscriptions = new Subscriptions();
  expect(subscriptions.position("a")).toBeUndefined();
  subscriptions.set("a", "e1", 7);
  expect(subscriptions.advance("a", 8)).toBe(true);
  expect(subscriptions.position("a")).toMatchObject({ epoch: "e1", seq: 8 });
  subscriptions.set("a", "e2", 3);
  expect(subscriptions.position("a")).toMatchObject({ epoch: "e2", seq: 3 });
  expect(subscriptions.size).toBe(1);
});

test("nothing may be sent of a list that is not subscribed", () => {
  const subscriptions = new Subscriptions();
  expect(subscriptions.advance("a", 1)).toBe(false);
  subscriptions.set("a", "e", 0);
  expect(subscriptions.remove("a")).toBe(true);
  expect(subscriptions.remove("a")).toBe(false);
  expect(subscriptions.advance("a", 1)).toBe(false);
  expect(subscriptions.has("a")).toBe(false);
});

test("after a crash it joins again at once, then ever later, at most after a minute", () => {
  const subscriptions = new Subscriptions();
  subscriptions.set("a", "e", 0);
  const waits = Array.from({ length: 10 }, () => subscriptions.crashed("a"));
  expect(waits).toEqual([0, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  subscriptions.set("a", "e", 1); // It was told something: it works again.
  expect(subscriptions.crashed("a")).toBe(0);
});
