/**
 * CallOrder: calls of one list come in the order in which they were made.
 */
import { expect, test } from "vitest";
import { CallOrder } from "./call_order.ts";

test("a call that comes after one made later is found, of the same list and client alone", () => {
  const order = new CallOrder();
  order.make("alice#1", "l0", ["w1"]);
  order.make("alice#1", "l1", ["w2"]);
  order.make("bob#2", "l0", ["w3"]);
  order.make("alice#1", "l0", ["w4"]);
  order.take("alice#1", ["w2"]);
  order.take("bob#2", ["w3"]);
  order.take("alice#1", ["w4"]);
  expect(() => order.take("alice#1", ["w1"])).toThrow(/w1 came after a call of l0 made later/);
});

test("what is sent again, or was made twice, is not looked at", () => {
  const order = new CallOrder();
  for (const word of ["w1", "w2", "w3", "w1"]) order.make("alice#1", "l0", [word]);
  for (const word of ["w2", "w3", "w2", "w1"]) order.take("alice#1", [word]);
  expect(() => order.take("alice#1", ["w3"])).not.toThrow();
});
