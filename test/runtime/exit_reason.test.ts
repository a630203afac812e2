/** ExitReason: what was thrown, and how it is told. */
import { expect, test } from "vitest";
import { ExitSignal, reasonOf } from "../../server/runtime/exit_reason.ts";
import { describeReason, isOrderly } from "../../server/runtime/index.ts";

test("whatever is thrown becomes plain data", () => {
  expect(reasonOf(new ExitSignal({ a: 1 }))).toEqual({ a: 1 });
  expect(reasonOf("ball")).toEqual({ nocatch: "ball" });
  expect(reasonOf(undefined)).toEqual({ nocatch: undefined });
  const crash = reasonOf(new RangeError("too far"));
  expect(Object.getPrototypeOf(crash)).toBe(Object.prototype);
  expect(crash).toEqual({ error: "RangeError", message: "too far", stack: expect.any(String) });
});

test("orderly are normal, shutdown and {shutdown: why}, nothing else", () => {
  const orderly = ["normal", "shutdown", { shutdown: "idle" }];
  const others = ["kill", "killed", "noproc", "boom", { a: 1 }, reasonOf(new Error("x"))];
  expect(orderly.map(isOrderly)).toEqual([true, true, true]);
  expect(others.some(isOrderly)).toBe(false);
});

test("for logs it is one line, and the stack is not in it", () => {
  expect(describeReason("killed")).toBe("killed");
  expect(describeReason(reasonOf(new RangeError("too far")))).toBe("RangeError: too far");
  expect(describeReason({ shutdown: "idle" })).toBe('{"shutdown":"idle"}');
});
