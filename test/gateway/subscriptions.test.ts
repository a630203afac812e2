/**
 * Subscriptions: how far one connection has been told of each list.
 */
import { expect, test } from "vitest";
import { Subscriptions } from "../../server/gateway/subscriptions.ts";

const START = { epoch: "e", seq: 0 };

test("the position is that of the state or event sent last", () => {
  const subscriptions = new Subscriptions();
  expect(subscriptions.position("a")).toBeUndefined();
  subscriptions.joined("a", { epoch: "e1", seq: 7 }, 0);
  expect(subscriptions.told("a")).toBe(true);
  expect(subscriptions.position("a")).toMatchObject({ epoch: "e1", seq: 7 }); // Not sent yet.
  subscriptions.sent("a", 8);
  expect(subscriptions.position("a")).toMatchObject({ epoch: "e1", seq: 8 });
  subscriptions.joined("a", { epoch: "e2", seq: 3 }, 0);
  expect(subscriptions.position("a")).toMatchObject({ epoch: "e2", seq: 3 });
  expect(subscriptions.size).toBe(1);
});

test("nothing may be sent of a list that is not subscribed", () => {
  const subscriptions = new Subscriptions();
  expect(subscriptions.told("a")).toBe(false);
  subscriptions.joined("a", START, 0);
  expect(subscriptions.remove("a")).toBe(true);
  expect(subscriptions.remove("a")).toBe(false);
  expect(subscriptions.told("a")).toBe(false);
  subscriptions.sent("a", 1);
  expect(subscriptions.has("a")).toBe(false);
});

test("after a crash it joins again at once, then ever later, at most after a minute", () => {
  const subscriptions = new Subscriptions();
  subscriptions.joined("a", START, 0);
  const waits = Array.from({ length: 10 }, () => subscriptions.ended("a", 0));
  expect(waits).toEqual([0, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  subscriptions.told("a"); // It works again.
  expect(subscriptions.ended("a", 0)).toBe(0);
});

test("one that crashes after each joining has not proved that it lives", () => {
  const subscriptions = new Subscriptions();
  const waits = Array.from({ length: 4 }, (_, round) => {
    subscriptions.joined("a", START, round);
    return subscriptions.ended("a", round);
  });
  expect(waits).toEqual([0, 500, 1000, 2000]);
});

test("one that stays for a minute has; one that does not come back has not", () => {
  const subscriptions = new Subscriptions();
  subscriptions.joined("a", START, 0);
  subscriptions.ended("a", 0);
  subscriptions.joined("a", START, 1_000);
  expect(subscriptions.ended("a", 60_999)).toBe(500);
  subscriptions.joined("a", START, 62_000);
  expect(subscriptions.ended("a", 122_000)).toBe(0);
  expect(subscriptions.ended("a", 300_000)).toBe(500);
});
