/**
 * RecentMap: what it forgets and what it keeps.
 */
import { expect, test } from "vitest";
import { RecentMap } from "../../server/storage/recent_map.ts";

test("holds the last `capacity` keys at least, and twice as many at most", () => {
  const map = new RecentMap<number, number>(10);
  for (let key = 0; key < 1000; key++) {
    map.set(key, key);
    for (let back = 0; back < 10; back++) {
      if (key >= back) expect(map.get(key - back)).toBe(key - back);
    }
  }
  const held = Array.from({ length: 1000 }, (_, key) => map.get(key)).filter(
    (v) => v !== undefined,
  );
  expect(held.length).toBeLessThanOrEqual(20);
});

test("what is asked for stays", () => {
  const map = new RecentMap<string, number>(4);
  map.set("asked", 1);
  for (let key = 0; key < 100; key++) {
    map.set(`other ${key}`, key);
    expect(map.get("asked")).toBe(1);
  }
});
