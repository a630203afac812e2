/**
 * IdSet, held against a plain Set: the same ids, and no set ever changes.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as IdSet from "../../../shared/todo/id_set.ts";

const ID_MAX = 2 ** 32 - 1;

/** Ids that meet in a block of 32, that are far apart, and at the bounds of both. */
const ids = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 1, max: 100_000 }),
  fc.integer({ min: 0, max: ID_MAX }),
  fc.constantFrom(0, 31, 32, 63, 1023, 1024, 2 ** 31 - 1, 2 ** 31, ID_MAX - 32, ID_MAX),
);
const steps = fc.array(fc.record({ id: ids, isIn: fc.boolean() }), { maxLength: 150 });

type Step = { id: number; isIn: boolean };

function take(set: IdSet.T, { id, isIn }: Step): IdSet.T {
  return isIn ? IdSet.add(set, id) : IdSet.remove(set, id);
}

function takeModel(model: ReadonlySet<number>, { id, isIn }: Step): Set<number> {
  const next = new Set(model);
  if (isIn) next.add(id);
  else next.delete(id);
  return next;
}

function ascending(model: ReadonlySet<number>): number[] {
  return [...model].sort((a, b) => a - b);
}

function shown(set: IdSet.T): number[] {
  const found: number[] = [];
  IdSet.forEach(set, (id) => found.push(id));
  return found;
}

function setOf(held: Iterable<number>): IdSet.T {
  let set = IdSet.empty;
  for (const id of held) set = IdSet.add(set, id);
  return set;
}

describe("against a plain Set", () => {
  test("every version of a set holds what its Set holds, also after later changes", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const versions: [IdSet.T, ReadonlySet<number>][] = [[IdSet.empty, new Set()]];
        for (const step of taken) {
          const [set, model] = versions.at(-1) as (typeof versions)[number];
          versions.push([take(set, step), takeModel(model, step)]);
        }
        for (const [version, expected] of versions) {
          expect(shown(version)).toEqual(ascending(expected));
          expect([...IdSet.idsFrom(version)]).toEqual(ascending(expected));
          expect(IdSet.isEmpty(version)).toBe(expected.size === 0);
        }
      }),
    );
  });

  test("idsFrom goes on above any id, in the set or not", () => {
    fc.assert(
      fc.property(steps, ids, (taken, after) => {
        const expected = ascending(taken.reduce(takeModel, new Set())).filter((id) => id > after);
        expect([...IdSet.idsFrom(taken.reduce(take, IdSet.empty), after)]).toEqual(expected);
      }),
    );
  });

  test("equal sets have equal nodes, whatever they held before", () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const set = taken.reduce(take, IdSet.empty);
        expect(set).toEqual(setOf(shown(set)));
        expect(set).toEqual(IdSet.fromSorted(shown(set)));
      }),
    );
  });
});

describe("cost", () => {
  /** How many bitmaps and nodes a set is made of. */
  function partsOf(value: unknown): number {
    if (typeof value !== "object" || value === null) return 1;
    const { slots } = value as IdSet.T["root"];
    return slots.reduce<number>((sum, slot) => sum + partsOf(slot), 1);
  }

  test("10,000 ids one after another take 313 bitmaps in 11 nodes", () => {
    const set = setOf(Array.from({ length: 10_000 }, (_, index) => index + 1));
    expect(partsOf(set.root)).toBe(313 + 11);
  });

  test("ids far from 0 and close together take one node", () => {
    const set = setOf(Array.from({ length: 10 }, (_, index) => 4_000_000_000 + index * 100));
    expect(set.root.slots).toHaveLength(10);
  });

  test("a change that changes nothing gives the same set", () => {
    const set = setOf([5, 64]);
    expect(IdSet.add(set, 5)).toBe(set);
    expect(IdSet.remove(set, 6)).toBe(set);
    expect(IdSet.remove(set, 4000)).toBe(set);
    expect(IdSet.remove(IdSet.remove(set, 5), 64)).toBe(IdSet.empty);
  });
});

describe("bounds", () => {
  test.each([-1, 0.5, Number.NaN, ID_MAX + 1])("%d is no id", (id) => {
    expect(() => IdSet.add(IdSet.empty, id)).toThrow("0..2^32-1");
    expect(() => IdSet.remove(IdSet.empty, id)).toThrow("0..2^32-1");
    expect(() => IdSet.fromSorted([id])).toThrow("0..2^32-1");
  });

  test("idsFrom takes any number: all ids are above -9, none above 2^53", () => {
    const set = setOf([0, 33, ID_MAX]);
    expect([...IdSet.idsFrom(set, -9)]).toEqual([0, 33, ID_MAX]);
    expect([...IdSet.idsFrom(set, Number.MAX_SAFE_INTEGER)]).toEqual([]);
  });
});
