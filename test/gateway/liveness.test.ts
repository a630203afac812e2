/**
 * Liveness: pings, ticks and slow readers, by PROTOCOL.md section 7.
 */
import { expect, test } from "vitest";
import { Liveness } from "../../server/gateway/liveness.ts";

const READING = { isReading: true, queuedBytes: 0 };
const KIB = 1024;

test("pings after 25 s of silence, and gives up after two without an answer", () => {
  const liveness = new Liveness(0);
  const needs = [24_999, 25_000, 30_000, 50_000, 74_999, 75_000].map((now) =>
    liveness.need(now, READING),
  );
  expect(needs).toEqual(["nothing", "ping", "nothing", "ping", "nothing", "heartbeat_lost"]);
});

test("whatever is heard begins anew", () => {
  const liveness = new Liveness(0);
  expect(liveness.need(25_000, READING)).toBe("ping");
  liveness.heard(26_000);
  expect(liveness.need(50_000, READING)).toBe("nothing");
  expect(liveness.need(51_000, READING)).toBe("ping");
});

test("no silence is counted while the server itself does not read", () => {
  const liveness = new Liveness(0);
  expect(liveness.need(100_000, { ...READING, isReading: false })).toBe("nothing");
  expect(liveness.need(124_999, READING)).toBe("nothing");
});

test("a tick after 25 s in which nothing was sent", () => {
  const liveness = new Liveness(0);
  expect(liveness.needsTick(5_000, 1)).toBe(false);
  expect(liveness.needsTick(29_999, 1)).toBe(false);
  expect(liveness.needsTick(30_000, 1)).toBe(true);
});

test("a slow reader: above 1 MiB at once, above 256 KiB for 30 s", () => {
  const liveness = new Liveness(0);
  expect(liveness.need(500, { isReading: true, queuedBytes: KIB * KIB + 1 })).toBe("slow_reader");
  expect(liveness.need(600, READING)).toBe("nothing");
  const much = { isReading: true, queuedBytes: 257 * KIB };
  expect(liveness.need(1_000, much)).toBe("nothing");
  expect(liveness.need(20_000, { ...much, queuedBytes: 256 * KIB })).toBe("nothing");
  expect(liveness.need(21_000, much)).toBe("nothing");
  liveness.heard(40_000);
  expect(liveness.need(50_999, much)).toBe("nothing");
  expect(liveness.need(51_000, much)).toBe("slow_reader");
});

test("a reader that has kept up in between is not slow, whatever each look sees", () => {
  const liveness = new Liveness(0);
  const much = { isReading: true, queuedBytes: 300 * KIB };
  for (let now = 0; now < 100_000; now += 5_000) {
    liveness.heard(now);
    expect(liveness.need(now, much)).toBe("nothing");
    liveness.keptUp();
  }
});
