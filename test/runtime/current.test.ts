/** Current: who runs, whose turn it is, and what is left of its budget. */
import { afterEach, expect, test } from "vitest";
import {
  beginTurn,
  budgetLeft,
  current,
  currentOrNone,
  endTurn,
  setCurrent,
  spend,
  spendAll,
  turnOf,
} from "../../server/runtime/current.ts";
import type { Process } from "../../server/runtime/process.ts";

const [one, other] = ["one", "other"].map((label) => ({ label }) as Process) as [Process, Process];

afterEach(endTurn);

test("outside of any turn nobody runs, and to ask for it is refused", () => {
  expect([currentOrNone(), turnOf()]).toEqual([undefined, undefined]);
  expect(current).toThrow("only inside a process");
});

test("a turn has its budget, one message after the other, and no more", () => {
  beginTurn(one, 2);
  expect([current(), turnOf()]).toEqual([one, one]);
  expect([spend(), budgetLeft(), spend(), budgetLeft(), spend()]).toEqual([
    true,
    1,
    true,
    0,
    false,
  ]);
});

test("what runs in another's name spends the budget of whose turn it is", () => {
  beginTurn(one, 3);
  expect(setCurrent(other)).toBe(one);
  expect([current(), turnOf(), spend(), budgetLeft()]).toEqual([other, one, true, 2]);
  expect(setCurrent(one)).toBe(other);
});

test("a turn that is to end takes no more; what it has not used counts as not used", () => {
  beginTurn(one, 5);
  spend();
  spendAll(other); // It is not its turn.
  expect(budgetLeft()).toBe(4);
  expect(spend()).toBe(true);
  spendAll(one);
  expect([spend(), budgetLeft()]).toEqual([false, 3]);
  beginTurn(other, 5);
  expect(budgetLeft()).toBe(5);
});
