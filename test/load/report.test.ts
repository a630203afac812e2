/** report: what people read, at 80 columns. */
import { expect, test } from "vitest";
import { isClean } from "./outcome.ts";
import { reportLines } from "./report.ts";
import { sampleOutcome } from "./sample_outcome.ts";

const CLEAN = sampleOutcome();

test("a run in which nothing went wrong", () => {
  expect(reportLines(CLEAN)).toEqual([
    "rooms       ws://127.0.0.1:4000/socket · 10 s",
    "            50 connections, 5 lists · 2 processes",
    "            as fast as answers come, 1 under way each",
    "",
    "ms                 p50       p90       p99     p99.9       max",
    "answered          6.01      9.13      37.9      80.1       120",
    "pushed            6.01      9.13      37.9      80.1       120",
    "",
    "operations  84,301 · 8,422 a second",
    "            add_todo 42,150 · update_todo 25,300 · delete_todo 16,851",
    "pushes      843,010 · 84,217 a second · 0 gaps",
    "copies      50 of 50 equal the server's list",
    "errors      none",
    "messages    12.1 MiB sent · 204.8 MiB received",
    "server      68 % of a core · 81 µs CPU an operation",
    "            98 MiB before, 104 connected, 121 at the end",
    "load        43 % + 44 % of a core",
    "clean-up    5 lists deleted · nothing left behind",
  ]);
});

test("whatever goes wrong is said, and no line is wider than 80", () => {
  const wrong = sampleOutcome({
    interrupted: true,
    seconds: 3.25,
    waitedSeconds: 1.25,
    rate: 100_000,
    operations: { ...CLEAN.operations, unsent: 239_808 },
    pushes: { ...CLEAN.pushes, gaps: 3, repeats: 2, conflated: 1200 },
    copies: { equal: 1, unequal: 40, unknown: 9 },
    errors: { timeout: 123_456, overloaded: 99_999, close_4108: 50, rate_limited: 7, no_answer: 2 },
    load: Array.from({ length: 16 }, () => ({ cpu: 0.5, loop: 0.97 })),
    server: { unknown: "its process is not for this user to see" },
    cleanUp: {
      removed: 1,
      kept: [],
      leftBehind: ["a", "b", "c", "d"].map((list) => ({ list, why: "unknown_method" })),
    },
  });
  const lines = reportLines(wrong);
  const text = lines.join("\n");
  for (const part of [
    "interrupted after 3.3 s",
    "of them 1.3 s waiting for the last answers",
    "100,000 a second wanted",
    "239,808 due but not begun",
    "3 GAPS",
    "2 REPEATED",
    "1,200 conflated",
    "40 UNEQUAL",
    "9 not compared",
    "timeout 123,456",
    "not measured: its process is not for this user to see",
    "AT ITS LIMIT",
    "LEFT BEHIND: 4 lists",
    "c (unknown_method)",
    "and 1 more",
  ]) {
    expect(text).toContain(part);
  }
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test("what was not there to measure is left out", () => {
  const { operations, pushes } = CLEAN;
  const lines = reportLines(
    sampleOutcome({
      scenario: "connect",
      operations: { ...operations, byKind: { connect: 84_301 }, latencyMs: null },
      pushes: { ...pushes, count: 0, latencyMs: null },
      copies: null,
    }),
  );
  expect(lines.join("\n")).not.toMatch(/pushe|copies|p50|connect 84/);
  expect(lines[1]).toContain("50 at a time");
});

test("idle says what a connection takes", () => {
  expect(reportLines(sampleOutcome({ scenario: "idle" })).join("\n")).toContain(
    "123 KiB a connection",
  );
});

test("lists that were to be kept are said, and are no fault", () => {
  const kept = sampleOutcome({ cleanUp: { removed: 0, leftBehind: [], kept: ["a", "b"] } });
  expect(reportLines(kept).at(-1)).toBe("clean-up    2 lists kept · the first is a");
  expect(isClean(kept)).toBe(true);
});

test("each thing that is wrong makes a run unclean", () => {
  const { pushes, cleanUp } = CLEAN;
  expect(isClean(CLEAN)).toBe(true);
  for (const wrong of [
    { errors: { timeout: 1 } },
    { pushes: { ...pushes, gaps: 1 } },
    { pushes: { ...pushes, repeats: 1 } },
    { copies: { equal: 1, unequal: 1, unknown: 0 } },
    { copies: { equal: 1, unequal: 0, unknown: 1 } },
    { cleanUp: { ...cleanUp, leftBehind: [{ list: "a", why: "unreachable" }] } },
  ]) {
    expect(isClean(sampleOutcome(wrong))).toBe(false);
  }
});
