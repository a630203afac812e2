/** Pace: looks at the clock as rarely as what messages cost allows, and never too late. */
import { describe, expect, test } from "vitest";
import { Pace } from "../../server/runtime/pace.ts";

/**
 * Turns of a pace: for each a list of what a message or a run costs, from look to look. Gives how
 * many of them lay before each look.
 */
function stretches(turns: readonly (readonly number[])[]): number[][] {
  const pace = new Pace();
  let now = 0;
  return turns.map((costs) => {
    now += 1000;
    pace.begin(now);
    return costs.map((costMs) => {
      let done = 2; // A run that took one message, and so on.
      while (pace.goesOn(1)) done += 2;
      now += costMs * done;
      pace.look(now);
      return done;
    });
  });
}

const CHEAP = 0.0001;

describe("stretches between looks at the clock", () => {
  test("begin with 16 and double up to 256 while they pass quickly", () => {
    expect(stretches([Array(7).fill(CHEAP)])).toEqual([[16, 32, 64, 128, 256, 256, 256]]);
  });

  test("have room in half a millisecond, also the first of the next turn", () => {
    const turns = [[CHEAP, CHEAP, 0.5 / 64, CHEAP, 1 / 16], [1, 1, CHEAP, CHEAP], [CHEAP]];
    expect(stretches(turns)).toEqual([
      [16, 32, 64, 64, 128],
      [8, 2, 2, 2], // A run and one message, at the least.
      [16],
    ]);
  });

  test("a run counts though it took no message, and each of its messages counts", () => {
    const pace = new Pace();
    pace.begin(0);
    const empty = Array.from({ length: 16 }, () => pace.goesOn(0));
    expect(empty).toEqual([...Array(15).fill(true), false]);
    pace.look(0);
    expect([pace.goesOn(30), pace.goesOn(0)]).toEqual([true, false]);
  });
});

describe("what a process may take at once", () => {
  /** The budget, of at most 200, after one run whose message cost so much. */
  function budgetAfter(costMs: number): number {
    const pace = new Pace();
    pace.begin(5);
    pace.goesOn(1); // The run itself counts as much as its message.
    pace.look(5 + 2 * costMs);
    return pace.budget(200);
  }

  test("is all as long as nothing is known, or all of it costs half a millisecond", () => {
    expect(new Pace().budget(200)).toBe(200);
    expect([0, 0.001, 0.0025].map(budgetAfter)).toEqual([200, 200, 200]);
  });

  test("is what can be done in half a millisecond, when messages cost more; at least one", () => {
    expect([0.005, 0.05, 0.5, 50].map(budgetAfter)).toEqual([100, 10, 1, 1]);
  });

  test("is known over turns: what the last stretch of one has told holds in the next", () => {
    const pace = new Pace();
    pace.begin(0);
    pace.goesOn(9);
    pace.look(1);
    pace.begin(100);
    expect(pace.budget(200)).toBe(5);
    pace.goesOn(9);
    pace.look(100);
    expect(pace.budget(200)).toBe(200);
  });
});
