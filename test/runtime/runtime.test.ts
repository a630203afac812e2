/** Runtime: turns, fairness, time, and that the same program gives the same run. */
import { describe, expect, test } from "vitest";
import {
  type Call,
  call,
  exitProcess,
  type Pid,
  Runtime,
  receive,
  reply,
  self,
  send,
  sendAfter,
  spawn,
  VirtualClock,
} from "../../server/runtime/index.ts";
import { nextShuffle, scaled } from "./shuffle.ts";
import { WorkClock } from "./work_clock.ts";
import { collector, drain, forever, newWorld, pass } from "./world.ts";

/** Two processes that throw a ball to each other for ever. */
function busyPair(runtime: Runtime, thrown: () => void): Pid[] {
  const player = function* () {
    for (;;) {
      const from = yield* receive<Pid<unknown>>();
      thrown();
      send(from, self());
    }
  };
  const [a, b] = [runtime.spawn<unknown>(player), runtime.spawn<unknown>(player)];
  send(a, b);
  return [a, b];
}

/** A clock on which each look takes a millisecond, and callbacks run one by one. */
class WorkingClock extends VirtualClock {
  #lookMs = 0;
  readonly callbacks: (() => void)[] = [];

  override now(): number {
    this.#lookMs += 1;
    return super.now() + this.#lookMs;
  }

  override soon(run: () => void): void {
    this.callbacks.push(run);
  }
}

describe("fairness", () => {
  test("a busy pair of processes ends its turn, so that timers and sockets get theirs", () => {
    const clock = new WorkingClock();
    const runtime = new Runtime({ clock });
    let throws = 0;
    const other: string[] = [];
    busyPair(runtime, () => (throws += 1));
    runtime.spawn(function* () {
      sendAfter(self<unknown>(), "tick", 10);
      other.push((yield* receive<string>()) as string);
    });
    for (let turn = 0; turn < 10; turn++) {
      clock.callbacks.push(() => other.push("socket"));
      for (const run of clock.callbacks.splice(0)) run();
    }
    expect(throws).toBeGreaterThanOrEqual(40);
    expect(other.filter((event) => event === "socket")).toHaveLength(10);
    expect(other.indexOf("tick")).toBeLessThanOrEqual(4);
    expect(other).toContain("tick");
  });

  test("with long turns listened for it gives way just so", () => {
    const clock = new WorkingClock();
    const runtime = new Runtime({ clock });
    runtime.telemetry.attach("long_turn", () => {});
    let throws = 0;
    busyPair(runtime, () => (throws += 1));
    for (let turn = 0; turn < 10; turn++) for (const run of clock.callbacks.splice(0)) run();
    expect(throws).toBeGreaterThan(10);
    expect(throws).toBeLessThan(1000);
  });

  test("one turn runs the processes round about, not one of them to its end", () => {
    const { runtime, clock } = newWorld({ inOrder: true });
    const order: string[] = [];
    for (const name of ["a", "b"]) {
      const pid = runtime.spawn<number>(function* () {
        for (let n = 0; n < 400; n++) {
          yield* receive();
          order.push(name);
        }
      });
      for (let n = 0; n < 400; n++) send(pid, n);
    }
    clock.settle();
    const changes = order.filter((name, place) => place > 0 && name !== order[place - 1]);
    expect(changes.length).toBeGreaterThanOrEqual(3);
  });
});

describe("atTurnEnd", () => {
  test("runs once, after all that was ready, and again only when asked again", () => {
    const { runtime, clock } = newWorld({ inOrder: true });
    const seen: string[] = [];
    const flush = () => seen.push("flush");
    runtime.spawn(function* () {
      runtime.atTurnEnd(flush);
      seen.push("a");
      const child = spawn(function* () {
        seen.push("child");
      });
      seen.push(String(child !== undefined));
    });
    runtime.spawn(function* () {
      seen.push("b");
    });
    clock.settle();
    clock.settle();
    expect(seen).toEqual(["a", "true", "b", "child", "flush"]);
  });

  test("what it sends and asks for comes in the next turn", () => {
    const world = newWorld();
    const { runtime, clock } = world;
    const { pid, inbox } = collector(world);
    runtime.atTurnEnd(() => {
      send(pid, "from the end");
      runtime.atTurnEnd(() => send(pid, "from the next end"));
    });
    clock.settle();
    expect(inbox).toEqual(["from the end", "from the next end"]);
  });

  test("one that throws does not stop the runtime", () => {
    const world = newWorld();
    const { runtime } = world;
    const { pid, inbox } = collector(world);
    runtime.atTurnEnd(() => {
      send(pid, "still there");
      throw new Error("disk");
    });
    expect(() => runtime.runUntilIdle()).toThrow("disk");
    runtime.runUntilIdle();
    expect(inbox).toEqual(["still there"]);
  });
});

describe("atTurnEnd, when works throw", () => {
  const noisy = (works: readonly (string | Error)[]) => {
    const { runtime } = newWorld();
    const done: string[] = [];
    for (const work of works) {
      runtime.atTurnEnd(() => {
        if (typeof work !== "string") throw work;
        done.push(work);
      });
    }
    let thrown: unknown;
    try {
      runtime.runUntilIdle();
    } catch (error) {
      thrown = error;
    }
    return { done, thrown };
  };

  test("the others of that turn run all the same, and what was thrown comes out", () => {
    const error = new Error("first");
    expect(noisy(["a", error, "b"])).toEqual({ done: ["a", "b"], thrown: error });
  });

  test("several errors come out as one", () => {
    const errors = [new Error("first"), new Error("second")];
    const { done, thrown } = noisy([...errors, "last"]);
    expect(done).toEqual(["last"]);
    expect((thrown as AggregateError).errors).toEqual(errors);
  });
});

describe("time", () => {
  test("a timer set outside any turn rings, and one that is earlier than the alarm too", () => {
    const { runtime, clock } = newWorld();
    const rung: unknown[] = [];
    runtime.addTimer(50, () => rung.push(["late", clock.now()]));
    runtime.addTimer(20, () => rung.push(["early", clock.now()]));
    clock.advance(100);
    expect(rung).toEqual([
      ["early", 20],
      ["late", 50],
    ]);
  });

  test("a callback that throws does not keep another of the same moment from its own", () => {
    const { runtime, clock } = newWorld();
    const rung: string[] = [];
    runtime.addTimer(1, () => {
      throw new Error("odd");
    });
    runtime.addTimer(1, () => rung.push("second"));
    expect(() => clock.advance(1)).toThrow("odd");
    clock.advance(1);
    expect([rung, runtime.timers.size]).toEqual([["second"], 0]);
  });

  test("the last timer that is called off leaves no alarm of the clock behind", () => {
    const clock = new WorkClock();
    const runtime = new Runtime({ clock });
    const timers = [1000, 2000].map((ms) => runtime.addTimer(ms, () => {}));
    expect(clock.alarms).toBe(1);
    expect(timers.map((timer) => runtime.cancelTimer(timer))).toEqual([true, true]);
    expect([clock.alarms, runtime.timers.size]).toEqual([0, 0]);
    expect(timers.map((timer) => runtime.cancelTimer(timer))).toEqual([false, false]);
  });

  test("a turn in which the last timer is called off leaves none either", () => {
    const clock = new WorkClock();
    const runtime = new Runtime({ clock });
    const timer = runtime.addTimer(1000, () => {});
    runtime.spawn(function* () {
      runtime.cancelTimer(timer);
    });
    clock.turn();
    expect([clock.alarms, runtime.timers.size]).toEqual([0, 0]);
  });

  test("runUntilIdle runs all that is ready and lets no time pass", () => {
    const { runtime, clock } = newWorld();
    const seen: string[] = [];
    runtime.spawn(function* () {
      seen.push("now");
      yield* pass(1);
      seen.push("later");
    });
    runtime.runUntilIdle();
    expect([seen, clock.now()]).toEqual([["now"], 0]);
  });
});

describe("what is left", () => {
  test("10,000 processes that came, talked and went leave nothing behind", () => {
    const { runtime, clock } = newWorld();
    const server = runtime.spawn<unknown>(function* () {
      for (;;) {
        const message = yield* receive<Call>();
        reply(message.from, "done");
      }
    });
    for (let n = 0; n < scaled(10_000); n++) {
      runtime.spawn(function* () {
        runtime.names.register(`name ${n}`, self());
        yield* call(server, n);
      });
    }
    clock.advance(10_000);
    expect([runtime.processCount, runtime.names.size, runtime.timers.size]).toEqual([1, 0, 0]);
    expect(server.process?.bonds?.calls).toBeUndefined();
  });
});

describe("the same program gives the same run", () => {
  /** A small world of calls, timers, crashes and exits, told event by event. */
  function trace(shuffle: number | undefined): string[] {
    const { runtime, clock } = newWorld({ shuffle });
    const events: string[] = [];
    runtime.telemetry.attach("process_spawned", ({ pid }) => events.push(`spawned ${String(pid)}`));
    runtime.telemetry.attach("process_exited", ({ pid, reason }) => {
      events.push(`${clock.now()} ${String(pid)} exited ${JSON.stringify(reason).slice(0, 40)}`);
    });
    const server = runtime.spawn<unknown>(function* () {
      for (;;) {
        const { from, request } = yield* receive<Call<number>>();
        if (request % 7 === 0) yield* pass(request);
        reply(from, request);
      }
    });
    for (let n = 0; n < 40; n++) {
      runtime.spawn(function* () {
        yield* pass(n % 5);
        const answer = yield* call(server, n, 20);
        events.push(`${clock.now()} ${n} ${JSON.stringify(answer)}`);
        const child = spawn(forever, { link: n % 3 === 0 });
        if (n % 4 === 0) exitProcess(child, "boom");
        sendAfter(self<unknown>(), n, n);
        events.push(`${n} ${JSON.stringify(yield* drain(50))}`);
      });
    }
    clock.advance(1000);
    return events;
  }

  test("twice, event for event, with the same pids at the same times", () => {
    const seed = nextShuffle();
    const first = trace(seed);
    expect(first.length).toBeGreaterThan(150);
    expect(trace(seed)).toEqual(first);
  });
});
