/** verdict: the medians, ratios and verdicts that the table of `bench -- runtime` shows. */
import { describe, expect, test } from "vitest";
import type { Contestant, Row, Target } from "../../../bench/runtime/rows.ts";
import type { Figures } from "../../../bench/runtime/run_scenario.ts";
import { cells, describeTargets, judge, type Run } from "../../../bench/runtime/verdict.ts";

function rowWith(targets: readonly Target[], beamFigure?: string): Row {
  const named = beamFigure === undefined ? {} : { beamFigure };
  return { scenario: "ring", label: "ring", unit: "M/s", figure: "rate", targets, ...named };
}

function run(contestant: Contestant, figures: Figures): Run {
  return { scenario: "ring", contestant, figures };
}

describe("judge", () => {
  test("takes the median of each contestant's runs of that scenario alone", () => {
    const other: Run = { scenario: "spawn", contestant: "ours", figures: { rate: 1 } };
    const runs = [9, 2, 4].map((rate) => run("ours", { rate }));
    expect(judge(rowWith([]), [...runs, other]).values).toEqual({ ours: 4 });
  });

  test("divides ours by theirs, and has no ratio with who was not measured", () => {
    const judged = judge(rowWith([]), [run("ours", { rate: 10 }), run("beam", { rate: 4 })]);
    expect(judged.ratios).toEqual({ beam: 2.5 });
    expect(judged.verdict).toBe("none");
  });

  test("reads BEAM's figure under its own name where it has several", () => {
    const runs = [run("ours", { rate: 8 }), run("beam", { rate: 8, offHeapRate: 2 })];
    expect(judge(rowWith([], "offHeapRate"), runs).ratios).toEqual({ beam: 4 });
  });

  test("a target that is just reached is met, below it the row is missed", () => {
    const runs = (ours: number) => [run("ours", { rate: ours }), run("beam", { rate: 2 })];
    const row = rowWith([{ atLeast: 5, of: "beam" }]);
    expect(judge(row, runs(10)).verdict).toBe("met");
    expect(judge(row, runs(9.99)).verdict).toBe("missed");
  });

  test("what has to be small is missed when it is larger, with and without a rival", () => {
    const runs = [run("ours", { rate: 401 }), run("beam", { rate: 400 })];
    expect(judge(rowWith([{ atMost: 400 }]), runs).verdict).toBe("missed");
    expect(judge(rowWith([{ atMost: 1, of: "beam" }]), runs).verdict).toBe("missed");
    expect(judge(rowWith([{ atMost: 401 }]), runs).verdict).toBe("met");
  });

  test("one target missed outweighs one unknown, and one unknown those that are met", () => {
    const runs = [run("ours", { rate: 10 }), run("nact", { rate: 1 })];
    const nact = (atLeast: number): Target => ({ atLeast, of: "nact" });
    const beam: Target = { atLeast: 5, of: "beam" };
    expect(judge(rowWith([nact(10), beam]), runs).verdict).toBe("unknown");
    expect(judge(rowWith([beam, nact(11)]), runs).verdict).toBe("missed");
  });

  test("without a figure of ours nothing is met", () => {
    const judged = judge(rowWith([{ atMost: 400 }]), [run("beam", { rate: 1 })]);
    expect(judged.verdict).toBe("unknown");
  });
});

test("targets are told as they are meant", () => {
  expect(describeTargets([{ atLeast: 5, of: "beam" }, { atMost: 400 }])).toBe(
    ">= 5 x beam, <= 400",
  );
});

test("rates are shown in millions, and what is not there as a dash", () => {
  const runs = [run("ours", { rate: 2_500_000 }), run("beam", { rate: 500_000 })];
  const [heading, line] = cells([judge(rowWith([{ atLeast: 4, of: "beam" }]), runs)]);
  expect(heading?.slice(0, 4)).toEqual(["scenario", "unit", "ours", "beam"]);
  expect(line).toEqual(
    ["ring", "M/s", "2.500", "0.500", "-", "-", "-", "5.00", "-", "-", "-"].concat(
      ">= 4 x beam",
      "met",
    ),
  );
});
