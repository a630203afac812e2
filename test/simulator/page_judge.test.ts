/**
 * PageJudge: a page ends where its limit or its bytes do, and says whether that is all.
 */
import { expect, test } from "vitest";
import { judgeLength, type Page } from "./page_judge.ts";

const LONG = "x".repeat(100 * 1024);

function judge(page: Partial<Page>): () => void {
  const whole = { what: "page", told: [], all: [], more: false, limit: undefined, aroundBytes: 0 };
  return () => judgeLength({ ...whole, ...page });
}

test.each<Partial<Page>>([
  { told: [1, 2], all: [1, 2] },
  { told: [1, 2], all: [1, 2, 3], more: true, limit: 2 },
  { told: [LONG, LONG], all: [LONG, LONG, LONG], more: true },
])("a right page, %#", (page) => {
  expect(judge(page)).not.toThrow();
});

test.each<[Partial<Page>, RegExp]>([
  [{ told: [1], all: [1, 2], more: false, limit: 1 }, /more: false/],
  [{ told: [1], all: [1], more: true }, /more: true/],
  [{ told: [1], all: [1, 2], more: true }, /ends early/],
  [{ told: [1, 2], all: [1, 2], limit: 1 }, /1 were wanted/],
  [{ told: [], all: [LONG], more: true }, /ends early/],
])("a wrong page, %#", (page, why) => {
  expect(judge(page)).toThrow(why);
});
