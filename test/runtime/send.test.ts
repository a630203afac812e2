/** Send: to the living, the dead and the full; now and later. */
import { describe, expect, test } from "vitest";
import {
  cancelTimer,
  isAlive,
  monitor,
  readTimer,
  receive,
  self,
  send,
  sendAfter,
  spawn,
} from "../../server/runtime/index.ts";
import { dead, drain, idle, newWorld, pass, reasonOf, run, take } from "./world.ts";

test("19 send answers true, where Elixir answers the message; 22 self-send", () => {
  const got = run(function* () {
    return [send(self<unknown>(), "to_me"), send(yield* dead(), "lost"), yield* take()];
  });
  expect(got).toEqual([true, true, "to_me"]);
});

test("20 send-to-dead-pid-is-a-no-op", () => {
  const got = run(function* () {
    const pid = yield* dead();
    for (const n of [1, 2, 3]) send(pid, n);
    return [isAlive(pid), yield* drain()];
  });
  expect(got).toEqual([false, []]);
});

test("24 mailbox-length-counts-unread", () => {
  const size = run(function* () {
    for (let n = 0; n < 5; n++) send(self<number>(), n);
    yield* take();
    return self().process?.mailboxSize;
  });
  expect(size).toBe(4);
});

test("a bounded mailbox refuses when full and takes again when there is room", () => {
  const { runtime, clock } = newWorld();
  const got: number[] = [];
  const body = function* () {
    for (;;) got.push(yield* receive<number>());
  };
  const pid = runtime.spawn<number>(body, { mailbox: { max: 3 } });
  expect([0, 1, 2, 3, 4].map((n) => send(pid, n))).toEqual([true, true, true, false, false]);
  clock.settle();
  expect(send(pid, 5)).toBe(true);
  clock.settle();
  expect(got).toEqual([0, 1, 2, 5]);
});

test("system signals get into a full mailbox: a DOWN, an EXIT and a timer's message", () => {
  const { runtime, clock } = newWorld();
  const got: unknown[] = [];
  const body = function* () {
    const short = spawn(function* () {});
    monitor(short);
    sendAfter(self<unknown>(), "tick", 5);
    yield* pass(10);
    got.push(...(yield* drain()));
  };
  const pid = runtime.spawn<unknown>(body, { mailbox: { max: 1 } });
  send(pid, "mail");
  clock.advance(20);
  expect(got).toEqual(["mail", expect.objectContaining({ type: "DOWN" }), "tick"]);
});

describe("sendAfter", () => {
  test("86 send-after-delivers, 87 send-after-shorter-first, each at its moment", () => {
    const got = run(function* ({ clock }) {
      sendAfter(self<unknown>(), "slow", 90);
      sendAfter(self<unknown>(), "quick", 10);
      return [yield* take(), clock.now(), yield* take(), clock.now()];
    });
    expect(got).toEqual(["quick", 10, "slow", 90]);
  });

  test("88 cancel-timer-gives-what-was-left, 90 read-timer", () => {
    const got = run(function* () {
      const timer = sendAfter(self<unknown>(), "tick", 5000);
      yield* pass(1500);
      return [readTimer(timer), cancelTimer(timer), cancelTimer(timer), readTimer(timer)];
    });
    expect(got).toEqual([3500, 3500, undefined, undefined]);
  });

  test("89 cancel-timer-after-it-fired-is-false-and-message-stays", () => {
    const got = run(function* () {
      const timer = sendAfter(self<unknown>(), "tick", 5);
      yield* pass(60);
      return [cancelTimer(timer), yield* drain()];
    });
    expect(got).toEqual([undefined, ["tick"]]);
  });

  test("92 send-after-to-a-dead-process-is-a-no-op", () => {
    const got = run(function* () {
      sendAfter(yield* dead(), "tick", 5);
      yield* pass(30);
      return yield* drain();
    });
    expect(got).toEqual([]);
  });

  test("93 timer-outlives-its-maker", () => {
    const got = run(function* () {
      const me = self<unknown>();
      const reason = yield* reasonOf(function* () {
        sendAfter(me, "from_the_dead", 40);
      });
      return [reason, yield* take()];
    });
    expect(got).toEqual(["normal", "from_the_dead"]);
  });

  test("a cancelled one leaves nothing behind", () => {
    const left = run(function* ({ runtime }) {
      for (let n = 0; n < 100; n++) cancelTimer(sendAfter(idle(), n, 5000 + n));
      return runtime.timers.size;
    });
    expect(left).toBe(0);
  });
});
