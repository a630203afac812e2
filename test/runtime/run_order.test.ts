/** RunOrder: first come, first served; or any order, the same one for the same seed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Down,
  monitor,
  type Pid,
  receive,
  self,
  send,
  spawn,
} from "../../server/runtime/index.ts";
import type { Process } from "../../server/runtime/process.ts";
import { FirstCome, type RunOrder, Shuffled } from "../../server/runtime/run_order.ts";
import { nextShuffle } from "./shuffle.ts";
import { drain, newWorld, run } from "./world.ts";

/** So many seeds, others in each repetition under seeds. */
function seeds(count: number): number[] {
  const first = nextShuffle() ?? 1;
  return Array.from({ length: count }, (_, n) => first + n);
}

function processes(count: number): Process[] {
  return Array.from({ length: count }, (_, n) => ({ n }) as unknown as Process);
}

/** Pushes so many, or takes that many, one after the other: what came out, and what is left. */
function played(order: RunOrder, bursts: readonly number[]) {
  const pushed: Process[] = [];
  const shifted: Process[] = [];
  for (const burst of bursts) {
    for (const process of processes(Math.max(0, burst))) {
      order.push(process);
      pushed.push(process);
    }
    for (let n = 0; n > burst; n--) {
      const process = order.shift();
      if (process !== undefined) shifted.push(process);
    }
    expect(order.size).toBe(pushed.length - shifted.length);
  }
  while (order.size > 0) shifted.push(order.shift() as Process);
  expect(order.shift()).toBeUndefined();
  return { pushed, shifted };
}

const bursts = fc.array(fc.integer({ min: -30, max: 40 }), { maxLength: 20 });

describe("first come, first served", () => {
  test("gives each in its order, whatever comes and goes between", () => {
    fc.assert(
      fc.property(bursts, (all) => {
        const { pushed, shifted } = played(new FirstCome(), all);
        expect(shifted).toEqual(pushed);
      }),
    );
  });

  test("each may take 200 messages, and no turn ends before all have run", () => {
    const order = new FirstCome();
    const told = Array.from({ length: 100 }, () => [order.budget(), order.endsTurn()]);
    expect(told).toEqual(told.map(() => [200, false]));
  });
});

describe("shuffled by a seed", () => {
  test("each that came is given once, whatever comes and goes between", () => {
    fc.assert(
      fc.property(fc.integer(), bursts, (seed, all) => {
        const { pushed, shifted } = played(new Shuffled(seed), all);
        expect(shifted).toHaveLength(pushed.length);
        expect(new Set(shifted)).toEqual(new Set(pushed));
      }),
    );
  });

  test("over the seeds ready processes run in every order that there is", () => {
    const orders = seeds(100).map((shuffle) => {
      const { runtime, clock } = newWorld({ shuffle });
      const ran: string[] = [];
      for (const name of ["a", "b", "c"]) {
        runtime.spawn(function* () {
          ran.push(name);
        });
      }
      clock.settle();
      return ran.join("");
    });
    expect(new Set(orders)).toEqual(new Set(["abc", "acb", "bac", "bca", "cab", "cba"]));
  });

  test("each may take from 1 to 200 messages, often very few", () => {
    const order = new Shuffled(nextShuffle() ?? 1);
    const budgets = Array.from({ length: 1000 }, () => order.budget());
    expect(budgets.every((one) => Number.isInteger(one) && one >= 1 && one <= 200)).toBe(true);
    expect(budgets.filter((one) => one <= 3).length).toBeGreaterThan(300);
    expect(Math.max(...budgets)).toBeGreaterThan(150);
  });

  test("a turn ends after about one run in eight", () => {
    const order = new Shuffled(nextShuffle() ?? 1);
    const ends = Array.from({ length: 1000 }, () => order.endsTurn()).filter((one) => one);
    expect(ends.length).toBeGreaterThan(50);
    expect(ends.length).toBeLessThan(250);
  });

  test("a turn may end while others are ready, and may run them all", () => {
    const ends = seeds(100).map((shuffle) => {
      const { runtime, clock } = newWorld({ shuffle });
      let [ran, ranAtEnd] = [0, -1];
      runtime.atTurnEnd(() => (ranAtEnd = ran));
      for (let n = 0; n < 3; n++) {
        runtime.spawn(function* () {
          ran += 1;
        });
      }
      clock.settle();
      expect(ran).toBe(3);
      return ranAtEnd;
    });
    expect(new Set(ends)).toEqual(new Set([1, 2, 3]));
  });

  test("the same seed gives the same run, event for event; others give others", () => {
    const all = seeds(20);
    const talks = all.map(talk);
    expect(talks.every((events) => events.length === 5 * 40)).toBe(true);
    expect(all.map(talk)).toEqual(talks);
    expect(new Set(talks.map((events) => events.join())).size).toBe(all.length);
  });

  test("what one sends to another comes in order, and its end after all that", () => {
    const sender = fc.array(fc.boolean(), { maxLength: 30 });
    fc.assert(
      fc.property(fc.integer(), fc.array(sender, { minLength: 1, maxLength: 5 }), (seed, all) => {
        const world = newWorld({ shuffle: seed });
        const got = run(() => heardOf(all), world);
        expect(got).toEqual(all.map((steps) => [...steps.keys(), "normal"]));
      }),
    );
  });

  test("nobody waits for ever: all that stand in it come about equally often", () => {
    const order = new Shuffled(nextShuffle() ?? 1);
    for (const process of processes(10)) order.push(process);
    const lastAt = new Map<unknown, number>();
    const times = new Map<unknown, number>();
    let longest = 0;
    for (let round = 0; round < 10_000; round++) {
      const process = order.shift() as Process;
      longest = Math.max(longest, round - (lastAt.get(process) ?? 0));
      lastAt.set(process, round);
      times.set(process, (times.get(process) ?? 0) + 1);
      order.push(process);
    }
    expect(longest).toBeLessThan(300); // By chance once in 10 ** 8 such runs.
    expect(times.size).toBe(10);
    for (const count of times.values()) expect(Math.abs(count - 1000)).toBeLessThan(250);
  });

  test("beside two that throw a ball for ever a third one gets its turn", () => {
    for (const shuffle of seeds(10)) {
      const { runtime } = newWorld({ shuffle });
      let [throws, before] = [0, -1];
      const player = function* () {
        while (throws < 10_000 && before < 0) {
          const from = yield* receive<Pid<unknown>>();
          throws += 1;
          send(from, self());
        }
      };
      const [a, b] = [runtime.spawn<unknown>(player), runtime.spawn<unknown>(player)];
      send(a, b);
      runtime.spawn(function* () {
        before = throws;
      });
      runtime.runUntilIdle();
      expect(before).toBeGreaterThanOrEqual(0);
      expect(before).toBeLessThan(100);
    }
  });
});

/** Five processes that tell each other 40 things each: who heard what, in the order of hearing. */
function talk(shuffle: number): string[] {
  const { runtime, clock } = newWorld({ shuffle });
  const heard: string[] = [];
  const pids: Pid<string>[] = [];
  for (let who = 0; who < 5; who++) {
    const body = function* () {
      for (let n = 0; n < 40; n++) {
        send(pids[(who + n) % 5] as Pid<string>, `${String(self())} ${n}`);
        if (n % 3 === who % 3) yield;
      }
      for (;;) heard.push(`${String(self())} hears ${yield* receive<string>()}`);
    };
    pids.push(runtime.spawn(body));
  }
  clock.settle();
  return heard;
}

/** Each sends as many numbers as it has steps and gives way where it says so: what came of each. */
function* heardOf(senders: readonly (readonly boolean[])[]) {
  const me = self<unknown>();
  const pids = senders.map((steps) =>
    spawn(function* () {
      for (const [n, givesWay] of steps.entries()) {
        send(me, { pid: self(), reason: n });
        if (givesWay) yield;
      }
    }),
  );
  for (const pid of pids) monitor(pid);
  const all = (yield* drain(10)) as Pick<Down, "pid" | "reason">[];
  return pids.map((pid) => all.filter((one) => one.pid === pid).map(({ reason }) => reason));
}
