/**
 * Waiting: a receive or a call is a value: it may be kept, waited for again, and elsewhere.
 */
import { describe, expect, test } from "vitest";
import {
  after as afterMs, // The linter takes `after` for a hook of the test framework.
  any,
  type Call,
  call,
  on,
  type Runtime,
  receive,
  reply,
  self,
  send,
  spawn,
  type Waiting,
} from "../../server/runtime/index.ts";
import { scaled } from "./shuffle.ts";
import { dead, newWorld, run, take } from "./world.ts";

const isNever = () => false;
const message = on(any, (came: unknown) => came);
const lateAfter = (ms: number) => afterMs(ms, () => "late");

describe("a receive that is kept", () => {
  test("and waited for twice times out twice, after its time each time", () => {
    const got = run(function* ({ clock }) {
      send(self<unknown>(), "passed over");
      const kept = receive<unknown>(
        on(isNever, () => "never"),
        lateAfter(100),
      );
      return [yield* kept, clock.now(), yield* kept, clock.now()];
    });
    expect(got).toEqual(["late", 100, "late", 200]);
  });

  test("has its time also after it got a message the first time", () => {
    const got = run(function* ({ clock }) {
      send(self<unknown>(), 1);
      const kept = receive<unknown>(message, lateAfter(100));
      return [yield* kept, yield* kept, clock.now()];
    });
    expect(got).toEqual([1, "late", 100]);
  });

  test("gives way after 200 messages, as any other", () => {
    const { runtime, clock } = newWorld({ inOrder: true });
    let [taken, before] = [0, -1];
    const pid = runtime.spawn<unknown>(function* () {
      const kept = receive<unknown>(message);
      while (taken < 1000) {
        yield* kept;
        taken += 1;
      }
    });
    for (let n = 0; n < 1000; n++) send(pid, n);
    runtime.spawn(function* () {
      before = taken;
    });
    clock.settle();
    expect([before, taken]).toEqual([200, 1000]);
  });

  test("and waited for in another process takes that one's mail, in that one's time", () => {
    const got = run(function* () {
      const me = self<unknown>();
      const mine = receive<unknown>(message, lateAfter(10));
      const other = spawn<unknown>(function* () {
        send(me, [yield* mine, yield* mine]);
      });
      send(other, "its own");
      return yield* take();
    });
    expect(got).toEqual(["its own", "late"]);
  });

  test("a body that steps it by hand waits, and is woken by what comes", () => {
    const { runtime, clock } = newWorld();
    let steps = 0;
    const body = function* (): Waiting<void> {
      const inner = receive<unknown>();
      while (steps < 1000) {
        const step = inner.next();
        if (step.done === true) return;
        steps += 1;
        yield step.value;
      }
    };
    const pid = runtime.spawn<unknown>(body);
    clock.settle();
    expect([steps, runtime.processCount]).toEqual([1, 1]);
    send(pid, "comes");
    clock.settle();
    expect([steps, runtime.processCount]).toEqual([1, 0]);
  });
});

test("a loop of clauses that give back the next receive runs for ever, without a stack", () => {
  const { runtime, clock } = newWorld();
  let last = 0;
  const loop = (n: number): Waiting<void> => {
    last = n;
    return receive<void>(on(any, () => loop(n + 1)));
  };
  const pid = runtime.spawn<unknown>(() => loop(0));
  const count = scaled(20_000);
  for (let n = 0; n < count; n++) send(pid, n);
  clock.settle();
  expect([last, runtime.processCount]).toEqual([count, 1]);
});

/** Answers each question with how many it has answered so far, this one included. */
function counter(runtime: Runtime) {
  return runtime.spawn<unknown>(function* () {
    for (let count = 1; ; count++) reply((yield* receive<Call>()).from, count);
  });
}

describe("a call that is kept", () => {
  test("and waited for once more asks once more", () => {
    const got = run(function* ({ runtime }) {
      const kept = call<number>(counter(runtime), "?");
      return [yield* kept, yield* kept];
    });
    expect(got).toEqual([1, 2].map((value) => ({ ok: true, value })));
  });

  test("and was refused is refused again for the same reason", () => {
    const got = run(function* () {
      const kept = call(yield* dead(), "?");
      return [yield* kept, yield* kept];
    });
    expect(got).toEqual(Array(2).fill({ ok: false, error: "noproc" }));
  });

  test("and waited for in another process is answered there", () => {
    const got = run(function* ({ runtime }) {
      const me = self<unknown>();
      const question = call<number>(counter(runtime), "?");
      spawn(function* () {
        send(me, { answer: yield* question });
      });
      return yield* take(20_000);
    });
    expect(got).toEqual({ answer: { ok: true, value: 1 } });
  });
});
