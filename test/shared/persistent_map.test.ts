/**
 * PersistentMap, held against a plain Map: the same answers, and no map ever changes.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as PersistentMap from "../../shared/persistent_map.ts";

const KEY_MAX = 2 ** 32 - 1;

/**
 * Small keys meet often, as do those that have all high bits in common; the others reach every
 * height and the sign bit of 32-bit arithmetic.
 */
const keys = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 2 ** 31 + 753_700, max: 2 ** 31 + 753_800 }),
  fc.integer({ min: 0, max: 70_000 }),
  fc.integer({ min: 0, max: KEY_MAX }),
  fc.constantFrom(31, 32, 1023, 1024, 2 ** 30, 2 ** 31 - 1, 2 ** 31, KEY_MAX - 31, KEY_MAX),
);
const steps = fc.array(
  fc.record({ key: keys, value: fc.option(fc.integer(), { nil: undefined }) }),
  { maxLength: 150 },
);

type Step = { key: number; value: number | undefined };

/** A step without a value takes the key out. */
function take(map: PersistentMap.T<number>, { key, value }: Step): PersistentMap.T<number> {
  return value === undefined ? PersistentMap.remove(map, key) : PersistentMap.set(map, key, value);
}

function takeModel(model: ReadonlyMap<number, number>, { key, value }: Step): Map<number, number> {
  const next = new Map(model);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
}

function sorted(model: ReadonlyMap<number, number>): [number, number][] {
  return [...model].sort(([a], [b]) => a - b);
}

function mapOf(entries: Iterable<readonly [number, number]>): PersistentMap.T<number> {
  let map: PersistentMap.T<number> = PersistentMap.empty;
  for (const [key, value] of entries) map = PersistentMap.set(map, key, value);
  return map;
}

/** What forEach shows. */
function shown(map: PersistentMap.T<number>): [number, number][] {
  const entries: [number, number][] = [];
  PersistentMap.forEach(map, (value, key) => entries.push([key, value]));
  return entries;
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
}

describe("against a plain Map", () => {
  test("every version of a map holds what its Map holds, also after later changes", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const versions: [PersistentMap.T<number>, ReadonlyMap<number, number>][] = [];
        let map: PersistentMap.T<number> = PersistentMap.empty;
        let model: ReadonlyMap<number, number> = new Map();
        for (const step of taken) {
          deepFreeze(map); // A change in place would throw.
          map = take(map, step);
          model = takeModel(model, step);
          versions.push([map, model]);
        }
        for (const [version, expected] of versions) {
          expect([...PersistentMap.entriesFrom(version)]).toEqual(sorted(expected));
          expect(shown(version)).toEqual(sorted(expected));
          expect(PersistentMap.size(version)).toBe(expected.size);
        }
        for (const { key } of taken) expect(PersistentMap.get(map, key)).toBe(model.get(key));
      }),
    );
  });

  test("entriesFrom goes on above any key, in the map or not", () => {
    fc.assert(
      fc.property(steps, keys, (taken, after) => {
        const map = taken.reduce(take, PersistentMap.empty);
        const model = taken.reduce(takeModel, new Map<number, number>());
        const expected = sorted(model).filter(([key]) => key > after);
        expect([...PersistentMap.entriesFrom(map, after)]).toEqual(expected);
      }),
    );
  });

  test("equal maps have equal nodes, whatever they held before", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const map = taken.reduce(take, PersistentMap.empty);
        expect(map).toEqual(mapOf(PersistentMap.entriesFrom(map)));
      }),
    );
  });

  test("a map is as low as one that never had the other keys", () => {
    fc.assert(
      fc.property(fc.uniqueArray(keys), keys, keys, (held, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const isKept = ([key]: readonly [number, number]) => key >= low && key <= high;
        const pairs = held.map((key) => [key, key] as const);
        let map = mapOf(pairs);
        for (const pair of pairs) if (!isKept(pair)) map = PersistentMap.remove(map, pair[0]);
        expect(map).toEqual(mapOf(pairs.filter(isKept)));
      }),
    );
  });

  test.each([
    [[KEY_MAX], 1],
    [[KEY_MAX - 31, KEY_MAX], 1],
    [[2 ** 31 + 31, 2 ** 31 + 32], 2],
    [[2 ** 31 - 1, 2 ** 31], 7],
    [[0, KEY_MAX], 7],
  ])("keys %j stand in a trie %i nodes high, as their span wants", (held, height) => {
    let nodes = 0;
    const map = mapOf(held.map((key) => [key, key] as const));
    for (let node: unknown = map.root; typeof node === "object"; nodes++) {
      node = (node as typeof map.root).slots[0];
    }
    expect(nodes).toBe(height);
  });
});

describe("fromSorted", () => {
  test("is the map that setting each key makes", () => {
    fc.assert(
      fc.property(fc.uniqueArray(keys), (held) => {
        const sortedKeys = held.toSorted((a, b) => a - b);
        const map = PersistentMap.fromSorted(sortedKeys, sortedKeys);
        expect(map).toEqual(mapOf(sortedKeys.map((key) => [key, key] as const)));
      }),
    );
    expect(PersistentMap.fromSorted([], [])).toBe(PersistentMap.empty);
  });

  test("refuses keys that do not ascend, and what is no key", () => {
    for (const wrong of [
      [1, 1],
      [2, 1],
      [64, 0],
      [0, 64, 32],
      [5, 1, 9],
      [-1],
      [0, 2 ** 32],
      [0.5],
    ]) {
      expect(() => PersistentMap.fromSorted(wrong, wrong)).toThrow("persistent map");
    }
  });
});

describe("sharing", () => {
  const map = mapOf(Array.from({ length: 10_000 }, (_, index) => [index + 1, index] as const));

  /** All nodes of a map of numbers. */
  function nodesOf(value: unknown, found = new Set<unknown>()): Set<unknown> {
    if (typeof value !== "object" || value === null) return found;
    const { slots } = value as { slots: readonly unknown[] };
    for (const slot of slots) nodesOf(slot, found);
    return found.add(value);
  }

  test("a change of a map of 10,000 makes three nodes and shares all others", () => {
    const old = nodesOf(map.root);
    for (const changed of [
      PersistentMap.set(map, 10_001, 1),
      PersistentMap.set(map, 5000, -1),
      PersistentMap.remove(map, 5000),
    ]) {
      const made = [...nodesOf(changed.root)].filter((node) => !old.has(node));
      expect(made).toHaveLength(3);
    }
  });

  test("a change that changes nothing gives the same map", () => {
    expect(PersistentMap.set(map, 7, 6)).toBe(map);
    expect(PersistentMap.remove(map, 0)).toBe(map);
    expect(PersistentMap.remove(map, KEY_MAX)).toBe(map);
  });

  test("a map that is emptied is the empty map", () => {
    const one = PersistentMap.set(PersistentMap.empty as PersistentMap.T<number>, KEY_MAX, 1);
    expect(PersistentMap.remove(one, KEY_MAX)).toBe(PersistentMap.empty);
  });
});

describe("keys that are none", () => {
  const none = [-1, 1.5, Number.NaN, KEY_MAX + 1, Number.MAX_SAFE_INTEGER, Infinity];
  const map = mapOf([
    [0, 0],
    [1, 1],
    [KEY_MAX, 2],
  ]);

  test("are never in a map", () => {
    for (const key of none) {
      expect(PersistentMap.get(map, key)).toBeUndefined();
      expect(PersistentMap.remove(map, key)).toBe(map);
    }
  });

  test("may not be set", () => {
    for (const key of none) expect(() => PersistentMap.set(map, key, 1)).toThrow("0..2^32-1");
  });

  test("entriesFrom takes them too: all entries are above -9, none above 2^53", () => {
    expect([...PersistentMap.entriesFrom(map, -9)]).toHaveLength(3);
    expect([...PersistentMap.entriesFrom(map, Number.MAX_SAFE_INTEGER)]).toEqual([]);
  });
});
