/** Timers: against a sorted array, with cancels anywhere. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CallbackTimer, type Timer, Timers } from "../../server/runtime/timers.ts";

type Step =
  | { readonly kind: "set"; readonly ms: number }
  | { readonly kind: "cancel"; readonly which: number }
  | { readonly kind: "begin"; readonly ms: number }
  | { readonly kind: "fire"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("set" as const), ms: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("begin" as const), ms: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fire" as const), ms: fc.nat(20) }) },
);

/** What is known of a timer beside it: when it is due, once its time has begun. */
interface Known {
  readonly timer: Timer;
  readonly order: number;
  readonly ms: number;
  due: number;
}

test("they fire in the order of a sorted list, and a cancelled one never", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
      const timers = new Timers();
      const made: Known[] = [];
      let model: Known[] = [];
      const fired: Timer[] = [];
      let now = 0;
      for (const next of steps) {
        if (next.kind === "set") {
          const timer: Timer = new CallbackTimer(() => fired.push(timer));
          timers.set(timer, next.ms);
          const known = { timer, order: made.length, ms: next.ms, due: Number.POSITIVE_INFINITY };
          made.push(known);
          model.push(known);
        } else if (next.kind === "cancel") {
          const known = made[next.which % Math.max(1, made.length)];
          if (known === undefined) continue;
          expect(timers.cancel(known.timer)).toBe(model.includes(known));
          model = model.filter((other) => other !== known);
        } else if (next.kind === "begin") {
          now += next.ms;
          timers.begin(now);
          for (const known of model) if (known.due === Infinity) known.due = now + known.ms;
          model.sort((a, b) => a.due - b.due || a.order - b.order);
        } else {
          now += next.ms;
          fired.length = 0;
          timers.fireDue(now);
          const due = model.filter((known) => known.due <= now);
          expect(fired).toEqual(due.map(({ timer }) => timer));
          model = model.filter((known) => known.due > now);
        }
        expect(timers.size).toBe(model.length);
        expect(timers.next).toBe(Math.min(Infinity, ...model.map(({ due }) => due)));
      }
    }),
  );
});

test("the time of one that was set begins later: it is never early", () => {
  const timers = new Timers();
  const timer = new CallbackTimer(() => {});
  timers.set(timer, 10);
  expect([timer.isSet, timer.deadline, timers.next]).toEqual([true, undefined, Infinity]);
  timers.begin(3);
  expect([timer.isSet, timer.deadline, timers.next]).toEqual([true, 13, 13]);
  timers.fireDue(13);
  expect([timer.isSet, timers.size]).toEqual([false, 0]);
});

test("a timer may cancel one of the same moment; one set while firing has its own time", () => {
  const timers = new Timers();
  const fired: string[] = [];
  const second = new CallbackTimer(() => fired.push("second"));
  const later = new CallbackTimer(() => fired.push("set meanwhile"));
  const first = new CallbackTimer(() => {
    fired.push("first");
    timers.cancel(second);
    timers.set(later, 0);
  });
  timers.set(first, 5);
  timers.set(second, 5);
  timers.begin(0);
  timers.fireDue(5);
  expect([fired, timers.size]).toEqual([["first"], 1]);
  timers.begin(5);
  timers.fireDue(5);
  expect([fired, timers.size]).toEqual([["first", "set meanwhile"], 0]);
});

test("a time that is no number is refused, and delays nobody", () => {
  const timers = new Timers();
  const fired: string[] = [];
  const set = (name: string, ms: number) =>
    timers.set(new CallbackTimer(() => fired.push(name)), ms);
  set("far", 10_000);
  expect(() => set("never", Number.NaN)).toThrow("want a number");
  set("later", 9_000);
  set("near", 5);
  timers.begin(0);
  timers.fireDue(5);
  expect([fired, timers.size]).toEqual([["near"], 2]);
  timers.fireDue(10_000);
  expect(fired).toEqual(["near", "later", "far"]);
});
