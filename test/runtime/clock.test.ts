/** Clock: virtual time moves only when told; the machine's is Node's. */
import { afterEach, expect, test, vi } from "vitest";
import { Runtime, SystemClock, VirtualClock } from "../../server/runtime/index.ts";
import { pass } from "./world.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("virtual alarms ring in order, each at its own moment; a cancelled one does not", () => {
  const clock = new VirtualClock(1000);
  const rung: unknown[] = [];
  const ring = (name: string) => () => rung.push([name, clock.now(), clock.time()]);
  clock.alarm(30, ring("c"));
  clock.alarm(10, ring("a"));
  clock.alarm(10, ring("b"));
  const cancel = clock.alarm(20, ring("never"));
  cancel();
  clock.advance(29);
  expect(rung).toEqual([
    ["a", 10, 1010],
    ["b", 10, 1010],
  ]);
  clock.advance(1);
  expect(rung.at(-1)).toEqual(["c", 30, 1030]);
});

test("an alarm that sets another in reach rings it in the same advance", () => {
  const clock = new VirtualClock();
  const rung: number[] = [];
  const again = () => {
    rung.push(clock.now());
    clock.alarm(clock.now() + 10, again);
  };
  clock.alarm(10, again);
  clock.advance(35);
  expect([rung, clock.now()]).toEqual([[10, 20, 30], 35]);
});

test("settle runs what was asked for soon, and what that asks for, in order", () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.soon(() => {
    ran.push("a");
    clock.soon(() => ran.push("c"));
  });
  clock.soon(() => ran.push("b"));
  clock.settle();
  expect(ran).toEqual(["a", "b", "c"]);
});

test("the machine's clock rings not before its time, and takes deadlines of a year", () => {
  vi.useFakeTimers();
  const clock = new SystemClock();
  const rung: string[] = [];
  clock.alarm(clock.now() + 10.5, () => rung.push("soon"));
  const cancel = clock.alarm(clock.now() + 365 * 86_400_000, () => rung.push("a year"));
  vi.advanceTimersByTime(10);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(rung).toEqual(["soon"]);
  cancel();
  expect(vi.getTimerCount()).toBe(0);
});

test("a runtime on the machine's clock keeps one timer of Node, however many wait", () => {
  vi.useFakeTimers();
  const runtime = new Runtime({ clock: new SystemClock() });
  const woken: number[] = [];
  for (let n = 100; n > 0; n--) {
    runtime.spawn(function* () {
      yield* pass(n);
      woken.push(n);
    });
  }
  vi.advanceTimersByTime(0);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(200);
  expect(woken).toEqual(Array.from({ length: 100 }, (_, place) => place + 1));
  expect(vi.getTimerCount()).toBe(0);
});
