/** MailboxBound: what becomes of one message too many, refused or dropped. */
import { describe, expect, test } from "vitest";
import { call, processInfo, send, sendAfter, spawn } from "../../server/runtime/index.ts";
import { forever, newWorld, pass, run } from "./world.ts";

const FULL = { max: 3 } as const;

describe("refuse", () => {
  test("send says false, a call is overloaded, both leave nothing", () => {
    const got = run(function* () {
      const pid = spawn<unknown>(forever, { mailbox: FULL });
      const sent = [1, 2, 3, 4].map((n) => send(pid, n));
      return [sent, yield* call(pid, "?"), pid.process?.mailboxSize];
    });
    expect(got).toEqual([[true, true, true, false], { ok: false, error: "overloaded" }, 3]);
  });
});

describe("drop", () => {
  test("send says true, the message is gone and counted; a call is overloaded", () => {
    const world = newWorld();
    const told: number[] = [];
    world.runtime.telemetry.attach("message_dropped", ({ dropped }) => told.push(dropped));
    const got = run(function* () {
      const pid = spawn<unknown>(forever, { mailbox: { ...FULL, whenFull: "drop" } });
      const sent = [1, 2, 3, 4, 5].map((n) => send(pid, n));
      const answer = yield* call(pid, "?");
      return [sent, answer, processInfo(pid)?.mailboxSize, processInfo(pid)?.dropped];
    }, world);
    const overloaded = { ok: false, error: "overloaded" };
    expect(got).toEqual([Array(5).fill(true), overloaded, 3, 2]);
    expect(told).toEqual([1, 2]);
  });
});

test("signals, replies and timers get into a full mailbox of any kind", () => {
  const sizes = run(function* () {
    const found: unknown[] = [];
    for (const whenFull of ["refuse", "drop", "pause"] as const) {
      const pid = spawn<unknown>(forever, { mailbox: { max: 0, whenFull } });
      sendAfter(pid, "late", 1);
      yield* pass(5);
      found.push(pid.process?.mailboxSize);
    }
    return found;
  });
  expect(sizes).toEqual([1, 1, 1]);
});
