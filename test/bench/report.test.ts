/** report: medians and tables, on which every published figure rests. */
import { expect, test } from "vitest";
import { median, table } from "../../bench/report.ts";

test("the median of an even count is the mean of the middle two, whatever the order", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test("columns are as wide as their widest cell, numbers to the right", () => {
  expect(
    table([
      ["name", "us"],
      ["a", "1000"],
    ]),
  ).toBe("name    us\na     1000");
});
