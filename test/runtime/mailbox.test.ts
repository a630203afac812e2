/** Mailbox: against the plainest model of it, an array. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PlainMailbox } from "../../server/runtime/mailbox.ts";

interface Step {
  readonly kind: "push" | "shift" | "select" | "discard";
  readonly place: number;
}

const isThird = (message: unknown): boolean => (message as number) % 3 === 0;
const isFifth = (message: unknown): boolean => (message as number) % 5 === 0;

const step = fc.record<Step>({
  kind: fc.constantFrom("push", "push", "push", "push", "shift", "select", "select", "discard"),
  place: fc.nat(50),
});

test("it holds and gives what an array would, whatever is pushed and taken", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
      const mailbox = new PlainMailbox();
      let model: number[] = [];
      for (const [made, { kind, place }] of steps.entries()) {
        const test = place % 2 === 0 ? isThird : isFifth;
        if (kind === "push") {
          mailbox.push(made);
          model.push(made);
        } else if (kind === "select") {
          const at = model.findIndex(test);
          const wanted = at < 0 ? undefined : { message: model.splice(at, 1)[0] };
          expect(mailbox.select(test)).toEqual(wanted);
        } else if (kind === "discard") {
          mailbox.discard(test);
          model = model.filter((message) => !test(message));
        } else if (model.length > 0) {
          expect(mailbox.shift()).toBe(model.shift());
        }
        expect(mailbox.size).toBe(model.length);
      }
      expect(model.map(() => mailbox.shift())).toEqual(model);
    }),
  );
});

test("a burst of 10,000 that never quite empties keeps its order through the copies", () => {
  const mailbox = new PlainMailbox();
  const got: unknown[] = [];
  for (let next = 0; next < 10_000; next++) {
    mailbox.push(next);
    if (next % 3 > 0) got.push(mailbox.shift());
  }
  while (mailbox.size > 0) got.push(mailbox.shift());
  expect(got).toEqual(Array.from({ length: 10_000 }, (_, place) => place));
});

test("what is discarded is gone, the rest stays in order", () => {
  const mailbox = new PlainMailbox();
  for (let next = 0; next < 10; next++) mailbox.push(next);
  mailbox.discard(isThird);
  expect(Array.from({ length: mailbox.size }, () => mailbox.shift())).toEqual([1, 2, 4, 5, 7, 8]);
});

test("select asks once about each message, also about those it has passed over", () => {
  const mailbox = new PlainMailbox();
  let asked = 0;
  const isNews = (message: unknown) => {
    asked += 1;
    return message === "news";
  };
  for (let next = 0; next < 10_000; next++) mailbox.push(next);
  for (let round = 0; round < 100; round++) {
    mailbox.push("news");
    expect(mailbox.select(isNews)).toEqual({ message: "news" });
    expect(mailbox.select(isNews)).toBeUndefined();
  }
  expect(asked).toBe(10_100);
  expect(mailbox.shift()).toBe(0);
});
