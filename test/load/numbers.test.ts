/** numbers: as people read them. */
import { expect, test } from "vitest";
import * as Numbers from "./numbers.ts";

test("each kind of figure keeps what tells something", () => {
  expect([0, 999, 84_301.4].map(Numbers.count)).toEqual(["0", "999", "84,301"]);
  expect([0, 0.25, 10, 99.94, 8430.2].map(Numbers.rate)).toEqual([
    "0",
    "0.3",
    "10",
    "99.9",
    "8,430",
  ]);
  expect([0, 1023, 2_621_440, 2 ** 45].map(Numbers.bytes)).toEqual([
    "0 B",
    "1023 B",
    "2.5 MiB",
    "32768.0 GiB",
  ]);
  expect([0.001, 1.234, 12.34, 1234.5].map(Numbers.ms)).toEqual(["0.001", "1.23", "12.3", "1,235"]);
  expect([0, 0.012, 0.805, 1.4].map(Numbers.percent)).toEqual(["0 %", "1.2 %", "81 %", "140 %"]);
});
