/** Ref: made once and never again. */
import { expect, test } from "vitest";
import { makeRef } from "../../server/runtime/index.ts";

test("every ref is greater than all before it", () => {
  const refs = Array.from({ length: 1000 }, makeRef);
  expect(refs.every((ref, place) => place === 0 || ref > (refs[place - 1] ?? 0))).toBe(true);
});
