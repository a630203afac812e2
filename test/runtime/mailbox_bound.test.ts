/** MailboxBound: what becomes of one message too many, and of those who send it. */
import { describe, expect, test } from "vitest";
import {
  call,
  exitProcess,
  isAlive,
  type MailboxOptions,
  type Pid,
  processInfo,
  type Runtime,
  receive,
  self,
  send,
  sendAfter,
  spawn,
  startCallback,
  type Waiting,
} from "../../server/runtime/index.ts";
import { drain, forever, newWorld, pass, run } from "./world.ts";

/** A process that takes one message after each "take" that it gets by a timer. */
function slowTaker(mailbox: MailboxOptions): Pid<unknown> {
  return spawn<unknown>(
    function* () {
      for (;;) {
        yield* pass(10);
        yield* receive();
      }
    },
    { mailbox },
  );
}

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

const PAUSE = { ...FULL, whenFull: "pause" } as const;

describe("pause", () => {
  test("a sender goes on only when half is empty; nothing is lost, its order is kept", () => {
    const { seen, most } = run(function* () {
      const me = self<unknown>();
      let most = 0;
      const taker = spawn<unknown>(
        function* () {
          for (;;) {
            yield* pass(10);
            most = Math.max(most, self().process?.mailboxSize ?? 0);
            send(me, yield* receive());
          }
        },
        { mailbox: { max: 10, whenFull: "pause" } },
      );
      spawn(function* () {
        for (let n = 0; n < 100; n++) {
          send(taker, n);
          yield;
        }
      });
      yield* pass(2000);
      return { seen: yield* drain(), most };
    });
    expect(seen).toEqual([...Array(100).keys()]);
    expect(most).toBe(11); // The one that filled it had been sent before its sender was paused.
  });

  test("a callback process is paused after the message in which it filled it", () => {
    const got = run(function* ({ runtime }) {
      const taker = slowTaker(PAUSE);
      const handled: unknown[] = [];
      const sender = startCallback(runtime, (message) => {
        handled.push(message);
        send(taker, message);
      });
      for (let n = 0; n < 10; n++) send(sender.pid, n as never);
      yield* pass(5);
      const status = processInfo(sender.pid)?.status;
      const before = handled.length;
      yield* pass(500);
      return [before, status, handled, processInfo(sender.pid)?.status];
    });
    expect(got).toEqual([4, "paused", [...Array(10).keys()], "waiting"]);
  });

  test("outside of any process there is nobody to pause: it is refused", () => {
    const { runtime } = newWorld();
    const pid = runtime.spawn<unknown>(forever, { mailbox: PAUSE });
    expect([1, 2, 3, 4].map((n) => send(pid, n))).toEqual([true, true, true, false]);
  });

  test("one that goes on sending in the same turn is refused at twice its bound", () => {
    const sent = run(function* () {
      const pid = spawn<unknown>(forever, { mailbox: PAUSE });
      const me = self<unknown>();
      spawn(function* () {
        send(
          me,
          Array.from({ length: 8 }, (_, n) => send(pid, n)),
        );
      });
      return yield* receive();
    });
    expect(sent).toEqual([true, true, true, true, true, true, false, false]);
  });

  test("two that fill each other's mailboxes do not wait for each other for ever", () => {
    const got = run(function* ({ runtime }) {
      const seen = { a: 0, b: 0 };
      const [a, b] = pair(runtime, seen);
      for (let n = 0; n < 3; n++) {
        send(a, 50);
        send(b, 50);
      }
      yield* pass(1000);
      return [seen.a > 0 && seen.b > 0, processInfo(a)?.status, processInfo(b)?.status];
    });
    expect(got).toEqual([true, "waiting", "waiting"]);
  });

  test("a paused one can be killed, and is let go when the one it waits for ends", () => {
    const got = run(function* () {
      const full = spawn<unknown>(forever, { mailbox: PAUSE });
      const [first, second] = [flooder(full), flooder(full)];
      yield* pass(10);
      const paused = [first, second].map((pid) => processInfo(pid)?.status);
      exitProcess(first, "kill");
      exitProcess(full, "kill");
      yield* pass(10);
      return [paused, isAlive(first), processInfo(second)?.status];
    });
    expect(got).toEqual([["paused", "paused"], false, "waiting"]);
  });
});

/** Sends until it is paused, then waits for ever. */
function flooder(full: Pid<unknown>): Pid<unknown> {
  return spawn<unknown>(function* (): Waiting<void> {
    for (let n = 0; n < 4; n++) {
      send(full, n);
      yield;
    }
    yield* forever();
  });
}

/** Two processes that send each number that they get, less one, twice to the other. */
function pair(runtime: Runtime, seen: { a: number; b: number }): [Pid<number>, Pid<number>] {
  const pids: Pid<number>[] = [];
  const body = (own: "a" | "b", other: number) =>
    function* (): Waiting<void> {
      for (;;) {
        const left = yield* receive<number>();
        seen[own] += 1;
        const to = pids[other];
        if (left > 0 && to !== undefined) send(to, left - 1);
      }
    };
  pids.push(runtime.spawn(body("a", 1), { mailbox: PAUSE }));
  pids.push(runtime.spawn(body("b", 0), { mailbox: PAUSE }));
  return pids as [Pid<number>, Pid<number>];
}

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
