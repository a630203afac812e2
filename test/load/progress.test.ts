/** progress: one line on a terminal, nothing elsewhere. */
import { expect, test } from "vitest";
import { liveLine, progressOn } from "./progress.ts";
import { Tally, Totals } from "./tally.ts";

function totals(operations: number, pushes = 0): Totals {
  const totalsOf = new Totals(1);
  const tally = new Tally();
  for (let operation = 0; operation < operations; operation++) tally.operation(2000);
  tally.count("pushes", pushes);
  totalsOf.add(tally.take());
  return totalsOf;
}

test("the line says how far it is and how it goes", () => {
  const live = { elapsedS: 4.02, seconds: 10, totals: totals(1000) };
  expect(liveLine(live, 8430)).toBe(
    "█████░░░░░░░  4.0 of 10 s  8,430 ops/s  p99 2.00 ms  0 errors",
  );
});

test("it fits 80 columns with large figures too", () => {
  const of = totals(1, 123_456_789);
  of.error("timeout", 1_000_000);
  const line = liveLine({ elapsedS: 599.9, seconds: 600, totals: of }, 123_456);
  const written: string[] = [];
  const output = { isTTY: true, columns: 80, write: (text: string) => void written.push(text) };
  progressOn(output).phase(line);
  expect((written[0] ?? "").replace("\r\x1b[K", "").length).toBeLessThan(80);
  expect(liveLine({ elapsedS: 700, seconds: 600, totals: of }, 1)).toContain("600.0 of 600 s");
});

test("it draws over itself, shows the recent rate, and clears what it drew", () => {
  const written: string[] = [];
  const progress = progressOn({ isTTY: true, columns: 80, write: (text) => written.push(text) });
  progress.phase("making 5 lists");
  progress.live({ elapsedS: 1, seconds: 10, totals: totals(100) });
  progress.live({ elapsedS: 2, seconds: 10, totals: totals(400) });
  progress.end();
  expect(written.every((text) => text.startsWith("\r\x1b[K"))).toBe(true);
  expect(written[0]).toBe("\r\x1b[Kmaking 5 lists …");
  expect(written[1]).toContain("100 ops/s");
  expect(written[2]).toContain("300 ops/s");
  expect(written[3]).toBe("\r\x1b[K");
});

test("nothing is drawn where no terminal is", () => {
  const written: string[] = [];
  const progress = progressOn({ write: (text) => written.push(text) });
  progress.phase("making 5 lists");
  progress.live({ elapsedS: 1, seconds: 10, totals: totals(1) });
  progress.end();
  expect(written).toEqual([]);
});
