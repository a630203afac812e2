/** verdict: medians of the runs, ratios, whether a row's targets are met; as cells of a table. */
import { median } from "../report.ts";
import { CONTESTANTS, type Contestant, type Rival, type Row, type Target } from "./rows.ts";
import type { Figures } from "./run_scenario.ts";
import type { ScenarioName } from "./sizes.ts";

/** What one process of one contestant printed. */
export interface Run {
  readonly scenario: ScenarioName;
  readonly contestant: Contestant;
  readonly figures: Figures;
}

/** "unknown": the one to compare with was not measured. */
export type Verdict = "met" | "missed" | "unknown" | "none";

/** One row with its medians, undefined where a contestant has no such figure. */
export interface Judged {
  readonly row: Row;
  readonly values: Readonly<Partial<Record<Contestant, number>>>;
  /** Ours divided by theirs. */
  readonly ratios: Readonly<Partial<Record<Rival, number>>>;
  readonly verdict: Verdict;
}

const RIVALS = CONTESTANTS.filter((contestant) => contestant !== "ours");
const DIGITS = { "M/s": 3, B: 0, ms: 2, us: 3, x: 3, "": 0 } as const;

/** The row's medians over all runs of its scenario. */
export function judge(row: Row, runs: readonly Run[]): Judged {
  const values: Partial<Record<Contestant, number>> = {};
  for (const contestant of CONTESTANTS) {
    const figure = contestant === "beam" ? (row.beamFigure ?? row.figure) : row.figure;
    const found = runs
      .filter((run) => run.scenario === row.scenario && run.contestant === contestant)
      .flatMap(({ figures }) => figures[figure] ?? []);
    if (found.length > 0) values[contestant] = median(found);
  }
  const ratios: Partial<Record<Rival, number>> = {};
  for (const rival of RIVALS) {
    const [own, theirs] = [values.ours, values[rival]];
    if (own !== undefined && theirs !== undefined) ratios[rival] = own / theirs;
  }
  const verdicts = row.targets.map((target) => verdictOf(target, values.ours, ratios));
  return { row, values, ratios, verdict: worst(verdicts) };
}

/** ">= 5 x beam, >= 10 x nact" */
export function describeTargets(targets: readonly Target[]): string {
  return targets
    .map((target) => {
      const bound = "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
      return target.of === undefined ? bound : `${bound} x ${target.of}`;
    })
    .join(", ");
}

/** The table, its heading first. */
export function cells(judged: readonly Judged[]): string[][] {
  const heading = [
    "scenario",
    "unit",
    ...CONTESTANTS,
    ...RIVALS.map((rival) => `ours/${rival}`),
    "target",
    "",
  ];
  const lines = judged.map(({ row, values, ratios, verdict }) => [
    row.label,
    row.unit,
    ...CONTESTANTS.map((contestant) => valueText(row, values[contestant])),
    ...RIVALS.map((rival) => ratios[rival]?.toFixed(2) ?? "-"),
    describeTargets(row.targets),
    verdict === "none" ? "" : verdict,
  ]);
  return [heading, ...lines];
}

function verdictOf(target: Target, own: number | undefined, ratios: Judged["ratios"]): Verdict {
  const value = target.of === undefined ? own : ratios[target.of];
  if (value === undefined) return "unknown";
  const isMet = "atLeast" in target ? value >= target.atLeast : value <= target.atMost;
  return isMet ? "met" : "missed";
}

/** One target missed is a row missed. */
function worst(verdicts: readonly Verdict[]): Verdict {
  for (const verdict of ["missed", "unknown", "met"] as const) {
    if (verdicts.includes(verdict)) return verdict;
  }
  return "none";
}

function valueText({ unit }: Row, value: number | undefined): string {
  if (value === undefined) return "-";
  return (unit === "M/s" ? value / 1e6 : value).toFixed(DIGITS[unit]);
}
