/** Receive: selective, nested, with time; order of messages. */
import { describe, expect, test } from "vitest";
import {
  after as afterMs, // The linter takes `after` for a hook of the test framework.
  any,
  type Down,
  exitProcess,
  monitor,
  on,
  receive,
  self,
  send,
  sendAfter,
  spawn,
} from "../../server/runtime/index.ts";
import { drain, newWorld, pass, run, take } from "./world.ts";

const same = (wanted: unknown) => (message: unknown) => message === wanted;

function sendAll(...messages: readonly unknown[]): void {
  for (const message of messages) send(self<unknown>(), message);
}

describe("order", () => {
  test("01 order-one-sender", () => {
    const got = run(function* () {
      const me = self<number>();
      spawn(function* () {
        for (let n = 0; n < 1000; n++) send(me, n);
      });
      return yield* drain(10);
    });
    expect(got).toEqual([...Array(1000).keys()]);
  });

  test("02 order-two-senders-each-kept, though they give way to each other in between", () => {
    const got = run(function* () {
      const me = self<unknown>();
      for (const who of ["a", "b"]) {
        spawn(function* () {
          for (let n = 0; n < 500; n++) {
            send(me, { who, n });
            if (n % 50 === 0) yield* pass(1);
          }
        });
      }
      return (yield* drain(100)) as { who: string; n: number }[];
    });
    for (const who of ["a", "b"]) {
      expect(got.filter((m) => m.who === who).map(({ n }) => n)).toEqual([...Array(500).keys()]);
    }
  });

  test("03 order-message-before-down", () => {
    const got = run(function* () {
      const me = self<unknown>();
      monitor(
        spawn(function* () {
          send(me, "last_words");
        }),
      );
      return [yield* take(), ((yield* take()) as { type: string }).type];
    });
    expect(got).toEqual(["last_words", "DOWN"]);
  });

  test("04 order-message-before-exit-signal", () => {
    const got = run(function* () {
      const me = self<unknown>();
      const pid = spawn<unknown>(function* () {
        yield* pass(50);
        send(me, (yield* drain()).length);
        yield* pass(500);
      });
      send(pid, 1);
      send(pid, 2);
      const had = yield* take();
      exitProcess(pid, "over");
      return had;
    });
    expect(got).toBe(2);
  });
});

describe("selective", () => {
  test("05 selective-leaves-rest-in-order", () => {
    const got = run(function* () {
      sendAll("a", "b", "c", "d");
      return [yield* receive(on(same("c"), () => "c")), yield* drain()];
    });
    expect(got).toEqual(["c", ["a", "b", "d"]]);
  });

  test("06 mailbox-order-beats-clause-order", () => {
    const got = run(function* () {
      sendAll("second", "first");
      return yield* receive(
        on(same("first"), () => "first clause"),
        on(same("second"), () => "second clause"),
      );
    });
    expect(got).toBe("second clause");
  });

  test("of two clauses that match, the first one is taken", () => {
    const got = run(function* () {
      sendAll({ type: "x", n: 1 });
      return yield* receive(
        on({ type: "x", n: 2 }, () => "n is 2"),
        on({ type: "x" }, () => "any n"),
        on(any, () => "anything"),
      );
    });
    expect(got).toBe("any n");
  });

  test("07 guard-skips-message", () => {
    const got = run(function* () {
      sendAll(1, 2, 3, 4);
      const above2 = on(
        (n) => (n as number) > 2,
        (n: number) => n,
      );
      return [yield* receive(above2), yield* drain()];
    });
    expect(got).toEqual([3, [1, 2, 4]]);
  });

  test("08 selective-twice-then-rest", () => {
    const got = run(function* () {
      sendAll("x", { k: 1 }, "y", { k: 2 }, "z");
      const isK = (m: unknown) => typeof m === "object";
      const ks: number[] = [];
      for (const _ of [1, 2]) ks.push(yield* receive(on(isK, ({ k }: { k: number }) => k)));
      return [ks, yield* drain()];
    });
    expect(got).toEqual([
      [1, 2],
      ["x", "y", "z"],
    ]);
  });

  test("09 selective-waits-past-backlog, and looks at each waiting message once", () => {
    const looks = { count: 0 };
    const got = run(function* () {
      const junk = Array.from({ length: 1000 }, (_, n) => ({ junk: n }));
      sendAll(...junk);
      sendAfter(self<unknown>(), "more junk", 10);
      sendAfter(self<unknown>(), "wanted", 20);
      const isWanted = (message: unknown) => {
        looks.count += 1;
        return message === "wanted";
      };
      const wanted = yield* receive(on(isWanted, (message) => message));
      return [wanted, (yield* drain()).length];
    });
    expect(got).toEqual(["wanted", 1001]);
    expect(looks.count).toBe(1002);
  });

  test("10 nested-receive-takes-in-clause-body", () => {
    const got = run(function* () {
      sendAll("outer", "later", "inner");
      const inner = yield* receive<string>(
        on(same("outer"), function* () {
          return yield* receive<string>(on(same("inner"), () => "inner"));
        }),
      );
      return [inner, yield* drain()];
    });
    expect(got).toEqual(["inner", ["later"]]);
  });

  test("patterns compare members, nested ones too, and pids and refs by identity", () => {
    const got = run(function* () {
      const me = self<unknown>();
      const other = spawn<unknown>(function* () {});
      sendAll({ at: { x: 1 }, from: other }, { at: { x: 1, y: 2 }, from: me }, null, 7, ["a", 1]);
      const first = yield* receive(on({ at: { x: 1 }, from: me }, ({ at }) => at));
      const tuple = yield* receive(on(["a", 1], (message) => message));
      return [first, tuple, (yield* drain()).length];
    });
    expect(got).toEqual([{ x: 1, y: 2 }, ["a", 1], 3]);
  });
});

describe("a pattern that throws", () => {
  test.each([false, true])("ends the process unless caught; no mail is lost (fair: %s)", (fair) => {
    const got = run(function* () {
      const me = self<unknown>();
      const odd = on(
        (message) => (message as { todo: { id: number } }).todo.id === 1,
        () => "never",
      );
      const one = spawn<unknown>(
        function* () {
          try {
            yield* receive(odd);
          } catch (thrown) {
            send(me, (thrown as Error).name);
          }
          send(me, [yield* drain(), self().process?.mailboxSize]);
          yield* receive(odd);
        },
        { mailbox: { fair } },
      );
      const ref = monitor(one);
      for (const message of ["one", "two"]) send(one, message);
      yield* pass(10);
      send(one, "three");
      const [caught, had, down] = yield* drain(10);
      return [caught, had, (down as Down).ref === ref, (down as Down).reason];
    });
    const reason = expect.objectContaining({ error: "TypeError" });
    expect(got).toEqual(["TypeError", [["one", "two"], 0], true, reason]);
  });

  test("leaves no timer behind, and the next receive has its own", () => {
    const got = run(function* ({ runtime, clock }) {
      sendAll("mail");
      const odd = on(
        () => {
          throw new Error("odd");
        },
        () => "never",
      );
      const thrown: unknown[] = [];
      try {
        yield* receive<unknown>(
          odd,
          afterMs(99_999, () => "late"),
        );
      } catch (error) {
        thrown.push((error as Error).message);
      }
      const left = [runtime.timers.size, self().process?.timer];
      yield* pass(10);
      return [thrown, left, clock.now(), runtime.timers.size];
    });
    expect(got).toEqual([["odd"], [0, undefined], 10, 0]);
  });
});

describe("after", () => {
  test("11 after-0-empty, 12 after-0-takes-what-is-there, 13 after-0-no-match", () => {
    const got = run(function* () {
      const look = () =>
        receive<unknown>(
          on(any, (m) => m),
          afterMs(0, () => "empty"),
        );
      const empty = yield* look();
      sendAll("here");
      const here = yield* look();
      sendAll("a", "b");
      const none = yield* receive(
        on(same("c"), () => "c"),
        afterMs(0, () => "timeout"),
      );
      return [empty, here, none, yield* drain()];
    });
    expect(got).toEqual(["empty", "here", "timeout", ["a", "b"]]);
  });

  test("after 0 lets no virtual time pass and no other process run", () => {
    const got = run(function* ({ clock }) {
      const me = self<unknown>();
      spawn(function* () {
        send(me, "hello");
      });
      return [
        yield* receive(
          on(any, (m) => m),
          afterMs(0, () => "empty"),
        ),
        clock.now(),
      ];
    });
    expect(got).toEqual(["empty", 0]);
  });

  test("14 after-n-waits-n, to the millisecond; 15 timeout-consumes-nothing", () => {
    const got = run(function* ({ clock }) {
      sendAll("a", "b");
      const out = yield* receive(
        on(same("c"), () => "c"),
        afterMs(60, () => "timeout"),
      );
      return [out, clock.now(), yield* drain()];
    });
    expect(got).toEqual(["timeout", 60, ["a", "b"]]);
  });

  test("16 non-matching-arrivals-do-not-restart-the-timer", () => {
    const got = run(function* ({ clock }) {
      for (let ms = 20; ms <= 1200; ms += 20) sendAfter(self<unknown>(), "junk", ms);
      const out = yield* receive(
        on(same("never"), () => "never"),
        afterMs(150, () => "timeout"),
      );
      return [out, clock.now()];
    });
    expect(got).toEqual(["timeout", 150]);
  });

  test("17 timeout-body-runs-once-and-late-message-stays", () => {
    const got = run(function* () {
      let ran = 0;
      sendAfter(self<unknown>(), "late", 80);
      yield* receive<unknown>(
        on(same("late"), () => "in time"),
        afterMs(10, () => (ran += 1)),
      );
      return [ran, yield* take()];
    });
    expect(got).toEqual([1, "late"]);
  });

  test("18 after-infinity-waits-for-a-message", () => {
    const got = run(function* ({ clock }) {
      sendAfter(self<unknown>(), "at_last", 86_400);
      const infinity = afterMs(Number.POSITIVE_INFINITY, () => "never");
      return [
        yield* receive<unknown>(
          on(any, (m) => m),
          infinity,
        ),
        clock.now(),
      ];
    });
    expect(got).toEqual(["at_last", 86_400]);
  });

  test("a message that comes at the millisecond of the timeout, asked for before, wins", () => {
    const got = run(function* () {
      sendAfter(self<unknown>(), "just in time", 10);
      return yield* receive<unknown>(
        on(any, (m) => m),
        afterMs(10, () => "timeout"),
      );
    });
    expect(got).toBe("just in time");
  });

  test("the body of after may itself wait, and no timer outlives a receive", () => {
    const world = newWorld();
    const got = run(function* () {
      sendAll("mail");
      yield* receive<unknown>(
        on(any, (m) => m),
        afterMs(99_999, () => "never"),
      );
      return yield* receive<unknown>(
        afterMs(10, function* () {
          yield* pass(5);
          return [world.clock.now(), world.runtime.timers.size];
        }),
      );
    }, world);
    expect(got).toEqual([15, 0]);
  });
});

describe("giving way", () => {
  test("a process with an endless backlog lets the others run after 200 messages", () => {
    const { clock, runtime } = newWorld({ inOrder: true });
    const seen: unknown[] = [];
    const busy = runtime.spawn<number>(function* () {
      for (;;) seen.push(yield* receive<number>());
    });
    for (let n = 0; n < 1000; n++) send(busy, n);
    runtime.spawn(function* () {
      seen.push("other");
    });
    clock.settle();
    expect(seen.indexOf("other")).toBeGreaterThan(0);
    expect(seen.indexOf("other")).toBeLessThanOrEqual(200);
    expect(seen.filter((message) => message !== "other")).toEqual([...Array(1000).keys()]);
  });

  test("so does one that only looks, with after 0, in an endless loop", () => {
    const { clock, runtime } = newWorld();
    let others = 0;
    runtime.spawn(function* () {
      while (others === 0) yield* receive<void>(afterMs(0, () => undefined));
    });
    runtime.spawn(function* () {
      others += 1;
    });
    clock.settle();
    expect([others, runtime.processCount]).toEqual([1, 0]);
  });
});
