/** tally: what processes tell, added up. */
import { expect, test } from "vitest";
import { Tally, Totals } from "./tally.ts";

test("a tally begins anew when it is taken", () => {
  const tally = new Tally();
  tally.count("pushes", 2);
  tally.error("timeout");
  tally.operation(10);
  expect(tally.take()).toMatchObject({
    counts: { pushes: 2, gaps: 0 },
    errors: { timeout: 1 },
    operationUs: Uint32Array.of(10),
  });
  expect(tally.take()).toMatchObject({ counts: { pushes: 0 }, errors: {} });
});

test("totals are those of all processes, percentiles to a thousandth", () => {
  const totals = new Totals(2);
  for (const from of [1, 501]) {
    const tally = new Tally();
    for (let ms = from; ms < from + 500; ms++) tally.operation(ms * 1000);
    tally.error("timeout");
    totals.add(tally.take());
  }
  const latency = totals.operationLatency();
  expect(totals.operations).toBe(1000);
  expect(totals.errorCount).toBe(2);
  for (const [percentile, ms] of [
    [latency?.p50, 500],
    [latency?.p90, 900],
    [latency?.p99, 990],
    [latency?.p999, 999],
    [latency?.max, 1000],
  ]) {
    expect(Math.abs((percentile ?? 0) / (ms ?? 1) - 1)).toBeLessThan(0.002);
  }
});

test("a push's last arrival is that of the slowest process", () => {
  const totals = new Totals(2);
  for (const us of [3000, 5000]) {
    expect(totals.lastLatency()).toBeUndefined();
    const tally = new Tally();
    tally.last(7, us);
    totals.add(tally.take());
  }
  expect(totals.lastLatency()).toMatchObject({ count: 1, max: expect.closeTo(5, 1) });
});

test("nothing measured has no latency, and a latency of 0 is one", () => {
  const totals = new Totals(1);
  expect(totals.operationLatency()).toBeUndefined();
  const tally = new Tally();
  tally.operation(0);
  totals.add(tally.take());
  expect(totals.operationLatency()).toMatchObject({ count: 1, max: 0.001 });
});
