/**
 * ChildCounts: how many children a supervisor has, of either kind of supervisor.
 */
import type { Pid } from "./pid.ts";

/** How many there are, run, and are of each type, whether they run or not. */
export interface ChildCounts {
  readonly specs: number;
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

/** What is counted of a child. */
interface Counted {
  readonly pid: Pid | undefined;
  readonly type: "worker" | "supervisor";
}

/** The counts of these children; all 0 of none. */
export function countsOf(children: readonly Counted[]): ChildCounts {
  const supervisors = children.filter(({ type }) => type === "supervisor").length;
  return {
    specs: children.length,
    active: children.filter(({ pid }) => pid !== undefined).length,
    supervisors,
    workers: children.length - supervisors,
  };
}
