/**
 * CrashedLists: who is left alone, for how long, and that the table is bounded.
 */
import { expect, test } from "vitest";
import { ALONE_MS, CrashedLists } from "../../server/todo/crashed_lists.ts";

test("a list is left alone after its third crash within a minute", () => {
  const crashed = new CrashedLists();
  crashed.note("a", 0, false);
  crashed.note("a", 10, false);
  expect(crashed.aloneMs("a", 20)).toBe(0);
  crashed.note("a", 20, false);
  expect(crashed.aloneMs("a", 20)).toBe(ALONE_MS);
  expect(crashed.aloneMs("a", 21)).toBe(ALONE_MS - 1);
  expect(crashed.aloneMs("a", 20 + ALONE_MS)).toBe(0);
  expect(crashed.aloneMs("b", 20)).toBe(0);
});

test("crashes that lie far apart are no reason", () => {
  const crashed = new CrashedLists();
  for (let n = 0; n < 10; n++) {
    crashed.note("a", n * ALONE_MS, false);
    expect(crashed.aloneMs("a", n * ALONE_MS)).toBe(0);
  }
});

test("a hopeless one is left alone at once", () => {
  const crashed = new CrashedLists();
  crashed.note("a", 0, true);
  expect(crashed.aloneMs("a", 1)).toBe(ALONE_MS - 1);
});

test("the one noted first is forgotten first, beyond ten thousand", () => {
  const crashed = new CrashedLists();
  for (let n = 0; n <= 10_000; n++) crashed.note(`l${n}`, 0, true);
  expect([crashed.aloneMs("l0", 1), crashed.aloneMs("l1", 1)]).toEqual([0, ALONE_MS - 1]);
});
