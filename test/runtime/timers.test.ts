/** Timers: against a sorted array, with cancels anywhere. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Timer, Timers } from "../../server/runtime/timers.ts";

type Step =
  | { readonly kind: "add"; readonly at: number }
  | { readonly kind: "cancel"; readonly which: number }
  | { readonly kind: "fire"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("add" as const), at: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fire" as const), ms: fc.nat(20) }) },
);

test("they fire in the order of a sorted list, and a cancelled one never", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
      const timers = new Timers();
      const made: Timer[] = [];
      let model: Timer[] = [];
      const fired: Timer[] = [];
      let now = 0;
      for (const next of steps) {
        if (next.kind === "add") {
          const timer = timers.add(now + next.at, () => fired.push(timer));
          made.push(timer);
          model.push(timer);
          model.sort((a, b) => a.deadline - b.deadline || a.order - b.order);
        } else if (next.kind === "cancel") {
          const timer = made[next.which % Math.max(1, made.length)];
          if (timer === undefined) continue;
          expect(timers.cancel(timer)).toBe(model.includes(timer));
          model = model.filter((other) => other !== timer);
        } else {
          now += next.ms;
          fired.length = 0;
          timers.fireDue(now);
          expect(fired).toEqual(model.filter(({ deadline }) => deadline <= now));
          model = model.filter(({ deadline }) => deadline > now);
        }
        expect(timers.size).toBe(model.length);
        expect(timers.next).toBe(model[0]?.deadline ?? Number.POSITIVE_INFINITY);
      }
    }),
  );
});

test("a timer may cancel one of the same moment; one made while firing fires too", () => {
  const timers = new Timers();
  const fired: string[] = [];
  timers.add(5, () => {
    fired.push("first");
    timers.cancel(second);
    timers.add(5, () => fired.push("made meanwhile"));
  });
  const second = timers.add(5, () => fired.push("second"));
  timers.fireDue(5);
  expect(fired).toEqual(["first", "made meanwhile"]);
  expect(timers.size).toBe(0);
});
