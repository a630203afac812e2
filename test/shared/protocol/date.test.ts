/**
 * Date: which days exist, and that their keys tell them apart in order.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { dayKey, isDate } from "../../../shared/protocol/date.ts";

const days = fc
  .date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().slice(0, 10));

test("every day of the years 0001..9999 is one", () => {
  fc.assert(fc.property(days, (day) => isDate(day)));
});

test.each(["2016-02-29", "2000-02-29", "0001-01-01", "0099-03-01", "9999-12-31", "1582-10-10"])(
  "%s is a day",
  (text) => {
    expect(isDate(text)).toBe(true);
  },
);

test.each([
  "2017-02-30",
  "2017-02-29",
  "1900-02-29",
  "2026-04-31",
  "2026-13-01",
  "2026-00-10",
  "2026-01-00",
  "2026-01-32",
  "0000-01-01",
  "10000-01-01",
  "-001-01-01",
  "2026-1-1",
  "2026-01-1",
  "26-01-01",
  "20260101",
  "2026/01/01",
  "2026-01-01T00:00",
  "2026-01-01\n",
  " 2026-01-01",
  "2026-01-0١",
  "٢٠٢٦-٠١-٠١",
  "today",
  "",
])("%j is none", (text) => {
  expect(isDate(text)).toBe(false);
});

test("a text of digits is a day exactly when the calendar of ECMAScript has it", () => {
  const two = fc.integer({ min: 0, max: 39 }).map((number) => String(number).padStart(2, "0"));
  const years = fc.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, "0"));
  fc.assert(
    fc.property(years, two, two, (year, month, day) => {
      const text = `${year}-${month}-${day}`;
      const time = Date.parse(`${text}T00:00:00Z`);
      const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
      expect(isDate(text)).toBe(exists && year !== "0000");
    }),
  );
});

test("keys of days ascend as days do, from 1 at the least", () => {
  fc.assert(
    fc.property(days, days, (a, b) => {
      expect(Math.sign(dayKey(a) - dayKey(b))).toBe(a < b ? -1 : a === b ? 0 : 1);
      expect(Number.isInteger(dayKey(a)) && dayKey(a) >= 1).toBe(true);
    }),
  );
});
