/**
 * rows: the table: what each scenario measures, in which unit, and what is wanted of ours.
 *
 * A scenario may have several rows; each names one figure that its contestants print.
 */
import type { ScenarioName } from "./sizes.ts";

/** Who is measured. `floor`: a bare queue in plain JavaScript, without any of the semantics. */
export const CONTESTANTS = ["ours", "beam", "floor", "nact", "xstate"] as const;

export type Contestant = (typeof CONTESTANTS)[number];
export type Rival = Exclude<Contestant, "ours">;

/** Bounds of ours, or of ours divided by a rival's. */
export type Target =
  | { readonly atMost: number; readonly of?: Rival }
  | { readonly atLeast: number; readonly of: Rival };

/** "M/s" is per second, in millions; "x" a ratio; "" a count. */
export type Unit = "M/s" | "B" | "ms" | "us" | "x" | "";

/** One line of the table. */
export interface Row {
  readonly scenario: ScenarioName;
  readonly label: string;
  readonly unit: Unit;
  readonly figure: string;
  /** The figure's name where BEAM has several. */
  readonly beamFigure?: string;
  readonly targets: readonly Target[];
}

const RATE = { unit: "M/s", figure: "perSecond" } as const;
const RIVALS: readonly Target[] = [
  { atLeast: 10, of: "nact" },
  { atLeast: 1, of: "xstate" },
];

function beam(atLeast: number): Target {
  return { atLeast, of: "beam" };
}

/** In the order of the table. */
export const ROWS: readonly Row[] = [
  { scenario: "idle", label: "idle processes: spawns", ...RATE, targets: [beam(3)] },
  {
    scenario: "idle",
    label: "idle processes: heap each",
    unit: "B",
    figure: "bytesEach",
    targets: [{ atMost: 400 }],
  },
  { scenario: "idle_server", label: "idle GenServers: starts", ...RATE, targets: [] },
  {
    scenario: "idle_server",
    label: "idle GenServers: heap each",
    unit: "B",
    figure: "bytesEach",
    targets: [{ atMost: 400 }],
  },
  {
    scenario: "kill_linked",
    label: "killing all, one link each",
    unit: "ms",
    figure: "ms",
    targets: [{ atMost: 1, of: "beam" }],
  },
  {
    scenario: "kill_named",
    label: "killing all, one name each",
    unit: "ms",
    figure: "ms",
    targets: [{ atMost: 1, of: "beam" }],
  },
  {
    scenario: "churn",
    label: "come and go: heap, end / start",
    unit: "x",
    figure: "heapRatio",
    targets: [{ atMost: 1.05 }],
  },
  {
    scenario: "churn",
    label: "come and go: entries left",
    unit: "",
    figure: "left",
    targets: [{ atMost: 0 }],
  },
  {
    scenario: "flat",
    label: "messages to one: heap, end / start",
    unit: "x",
    figure: "heapRatio",
    targets: [{ atMost: 1.05 }],
  },
  { scenario: "spawn", label: "spawn, one result, exit", ...RATE, targets: [beam(2.5)] },
  {
    scenario: "ping_pong",
    label: "ping-pong, round trips",
    ...RATE,
    targets: [beam(5), ...RIVALS],
  },
  { scenario: "ping_pong_watched", label: "ping-pong, every turn timed", ...RATE, targets: [] },
  { scenario: "ring", label: "ring of 1,000", ...RATE, targets: [beam(4), ...RIVALS] },
  {
    scenario: "fan_in",
    label: "fan-in 100 to 1 (BEAM off-heap)",
    ...RATE,
    beamFigure: "offHeapPerSecond",
    targets: [beam(3), ...RIVALS],
  },
  { scenario: "fan_in", label: "fan-in 100 to 1 (BEAM on-heap)", ...RATE, targets: [] },
  { scenario: "call", label: "GenServer call", ...RATE, targets: [beam(5)] },
  { scenario: "cast", label: "GenServer cast", ...RATE, targets: [beam(10)] },
  {
    scenario: "backlog",
    label: "call, 10,000 others waiting",
    unit: "us",
    figure: "micros",
    targets: [{ atMost: 0.25 }],
  },
  {
    scenario: "backlog",
    label: "call, none waiting",
    unit: "us",
    figure: "microsWithout",
    targets: [{ atMost: 0.25 }],
  },
  { scenario: "dispatch", label: "Registry dispatch to 1,000", ...RATE, targets: [beam(5)] },
  {
    scenario: "busy_pair",
    label: "a busy pair: 10 ms timers late, 99 %",
    unit: "ms",
    figure: "lateMs",
    targets: [{ atMost: 5 }],
  },
  { scenario: "seed_a", label: "seed A: adds to one list", ...RATE, targets: [beam(3)] },
  { scenario: "seed_b", label: "seed B: adds to 1,000 lists", ...RATE, targets: [beam(2.5)] },
  { scenario: "todo_call", label: "todos(date), list of 10", ...RATE, targets: [beam(5)] },
  { scenario: "todo_mixed", label: "mixed, list of 10,000", ...RATE, targets: [beam(40)] },
  {
    scenario: "worst_call",
    label: "worst call, 100,000 lists",
    unit: "ms",
    figure: "worstMs",
    targets: [{ atMost: 1, of: "beam" }],
  },
  {
    scenario: "worst_call",
    label: "99.9 % of these calls",
    unit: "ms",
    figure: "p999Ms",
    targets: [],
  },
];
