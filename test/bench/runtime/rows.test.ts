/** rows and sizes: the table is complete, and what all contestants share is well made. */
import { expect, test } from "vitest";
import { takesPart } from "../../../bench/runtime/contest.ts";
import { CONTESTANTS, ROWS } from "../../../bench/runtime/rows.ts";
import {
  dateOf,
  MIXED_DATES,
  MIXED_TURNS,
  mixedId,
  type ScenarioName,
  SIZES,
} from "../../../bench/runtime/sizes.ts";

const SCENARIOS = Object.keys(SIZES) as ScenarioName[];

test("every scenario has a row, and no two rows have one label", () => {
  expect(new Set(ROWS.map(({ scenario }) => scenario))).toEqual(new Set(SCENARIOS));
  expect(new Set(ROWS.map(({ label }) => label)).size).toBe(ROWS.length);
});

test("whoever a target compares with takes part in its scenario", () => {
  for (const { scenario, targets } of ROWS) {
    for (const { of } of targets) {
      if (of !== undefined && of !== "beam") expect(takesPart(of, scenario), scenario).toBe(true);
    }
  }
  expect(CONTESTANTS[0]).toBe("ours");
});

test("ten operations of mixed are four adds, three updates, two deletes and one question", () => {
  const count = (turn: string) => MIXED_TURNS.filter((other) => other === turn).length;
  expect(["add", "update", "delete", "todos"].map(count)).toEqual([4, 3, 2, 1]);
});

test("ids of mixed are ids that were given out", () => {
  for (let index = 0; index < 1000; index++) {
    const id = mixedId(index, 11);
    expect(id).toBeGreaterThanOrEqual(1);
    expect(id).toBeLessThan(11);
  }
});

test("dates are days of the calendar, all different", () => {
  const dates = Array.from({ length: MIXED_DATES }, (_, index) => dateOf(index));
  expect(new Set(dates).size).toBe(MIXED_DATES);
  for (const date of dates) expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
});
