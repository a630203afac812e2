/** DateInput: every way to write a day, and the sentences for what is none. */
import { describe, expect, test } from "vitest";
import { dateInput, localDay } from "../../../client/cli/date_input.ts";

const WEDNESDAY = new Date(2026, 10, 25, 23, 30);

describe("a day", () => {
  test.each([
    ["2026-12-24", "2026-12-24"],
    ["today", "2026-11-25"],
    ["Tomorrow", "2026-11-26"],
    ["none", null],
    ["thu", "2026-11-26"],
    ["FRI", "2026-11-27"],
    ["friday", "2026-11-27"],
    ["thurs", "2026-11-26"],
    ["tue", "2026-12-01"],
    ["in 0 days", "2026-11-25"],
    ["in 1 day", "2026-11-26"],
    ["in 3 days", "2026-11-28"],
    [" in  2 weeks ", "2026-12-09"],
    ["in 1 month", "2026-12-25"],
    ["in 14 months", "2028-01-25"],
  ])("%s → %s", (text, day) => {
    expect(dateInput(text, WEDNESDAY)).toBe(day);
  });

  test("a weekday is the next one: today does not count", () => {
    expect(dateInput("wed", WEDNESDAY)).toBe("2026-12-02");
  });

  test("a month from the 31st ends with the month", () => {
    expect(dateInput("in 1 month", new Date(2026, 0, 31))).toBe("2026-02-28");
    expect(dateInput("in 1 month", new Date(2028, 0, 31))).toBe("2028-02-29");
    expect(dateInput("in 12 months", new Date(2028, 1, 29))).toBe("2029-02-28");
    expect(dateInput("in 1 month", new Date(2026, 11, 31))).toBe("2027-01-31");
  });

  test("is of the local calendar, over the ends of months and years", () => {
    expect(localDay(new Date(2026, 11, 31, 23, 59), 1)).toBe("2027-01-01");
    expect(localDay(new Date(2028, 1, 28), 1)).toBe("2028-02-29");
  });
});

describe("what is no day", () => {
  test.each([
    "",
    "soon",
    "fr",
    "frix",
    "in 2",
    "in two weeks",
    "in -1 days",
    "in 2 years",
    "24.12.",
  ])("%j: how days are written", (text) => {
    expect(() => dateInput(text, WEDNESDAY)).toThrow(
      'A date is a day like 2026-12-24, today, tomorrow, fri, "in 2 weeks" or none; ' +
        `${JSON.stringify(text)} came.`,
    );
  });

  test.each(["2026-02-30", "2026-13-01", "0000-01-01"])("%s: not in the calendar", (text) => {
    expect(() => dateInput(text, WEDNESDAY)).toThrow(
      `The calendar has no day "${text}"; want one like 2026-12-24.`,
    );
  });

  test("neither is one after the year 9999", () => {
    for (const text of ["in 1 month", "in 1 week"]) {
      expect(() => dateInput(text, new Date(9999, 11, 25))).toThrow(
        `The last day that a date can be is 9999-12-31; "${text}" is later.`,
      );
    }
    expect(() => dateInput("tomorrow", new Date(9999, 11, 31))).toThrow('"tomorrow" is later.');
  });
});
