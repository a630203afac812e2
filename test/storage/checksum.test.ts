/**
 * Checksum: the sums are part of the file format.
 */
import { expect, test } from "vitest";
import { birthSum, eventSum } from "../../server/storage/checksum.ts";
import { BIRTH, row } from "./samples.ts";

// The figures are from another program's CRC-32, over the text as checksum.ts describes it.
test("the sums are those of the file format", () => {
  const birth = birthSum("groceries", BIRTH);
  const body = '{"op":"todo_added","todo":{"id":1,"title":"Milk № 1"}}';
  const event = eventSum(birth, row(1, { key: "k", user: "bøb", body }), 1);
  expect([birth, event]).toEqual([1_727_224_581, 635_649_258]);
});

test("an event's sum depends on all that came before", () => {
  expect(eventSum(1, row(1), 1)).not.toBe(eventSum(2, row(1), 1));
});
