/** outcome_of: what was counted and sampled in a run → its outcome. Pure. */
import type { Admission } from "./admission.ts";
import type { LoadOptions } from "./load_options.ts";
import type { LoadBusy } from "./messages.ts";
import type { Outcome, ServerOutcome } from "./outcome.ts";
import type { Removal } from "./run_lists.ts";
import { SCENARIOS } from "./scenarios/scenarios.ts";
import type { Located, Usage } from "./server_usage.ts";
import type { Counts, Totals } from "./tally.ts";

/** What a coordinator has when the load is over. `usage`: undefined where it could not be read. */
export interface Measured {
  readonly admission: Admission;
  readonly totals: Totals;
  readonly seats: number;
  readonly seconds: number;
  /** How much of them it waited for the last answers. */
  readonly waitedSeconds: number;
  readonly interrupted: boolean;
  readonly load: readonly LoadBusy[];
  readonly server: Located;
  readonly usage: {
    readonly before: Usage | undefined;
    readonly connected: Usage | undefined;
    readonly end: Usage | undefined;
  };
}

const CPU_US_MIN = 200_000; // The system counts in steps of 10,000: less says nothing.
const OPERATIONS = ["add_todo", "update_todo", "delete_todo", "connect"] as const;

export function outcomeOf(options: LoadOptions, measured: Measured, removal: Removal): Outcome {
  const { admission, totals, seats, seconds, waitedSeconds, interrupted, load } = measured;
  const { counts } = totals;
  const { scenario, url, outstanding, rate = null, seed } = options;
  return {
    scenario,
    url,
    connections: seats,
    lists: admission.plan.lists.length,
    processes: admission.plan.shares.length,
    outstanding,
    rate,
    seed,
    seconds,
    waitedSeconds,
    interrupted,
    operations: {
      count: totals.operations,
      perSecond: totals.operations / seconds,
      byKind: byKind(counts),
      unsent: counts.unsent,
      latencyMs: totals.operationLatency() ?? null,
    },
    pushes: {
      count: counts.pushes,
      perSecond: counts.pushes / seconds,
      gaps: counts.gaps,
      repeats: counts.repeats,
      conflated: counts.conflated,
      latencyMs: totals.pushLatency() ?? null,
      lastLatencyMs: totals.lastLatency() ?? null,
    },
    copies: copiesOf(options, measured),
    errors: Object.fromEntries(totals.errors),
    bytes: { sent: counts.sentBytes, received: counts.receivedBytes },
    server: serverOf(measured),
    load,
    cleanUp: removal,
  };
}

function copiesOf({ scenario }: LoadOptions, { admission, totals }: Measured): Outcome["copies"] {
  if (SCENARIOS[scenario].compares !== true) return null;
  const { copiesEqual: equal, copiesUnequal: unequal } = totals.counts;
  const seats = admission.plan.shares.flatMap((share) => share.seats);
  const all = seats.filter(({ subscribes }) => subscribes).length;
  return { equal, unequal, unknown: all - equal - unequal };
}

function byKind(counts: Counts): Record<string, number> {
  return Object.fromEntries(
    OPERATIONS.flatMap((kind) => (counts[kind] === 0 ? [] : [[kind, counts[kind]] as const])),
  );
}

function serverOf({ server, usage, seconds, totals }: Measured): ServerOutcome {
  if (!server.ok) return { unknown: server.why };
  const { before, connected, end } = usage;
  if (before === undefined || connected === undefined || end === undefined) {
    return { unknown: "its process ended" };
  }
  const us = end.cpuUs - connected.cpuUs;
  return {
    pid: server.pid,
    busy: us / 1e6 / seconds,
    cpuUsPerOperation: us < CPU_US_MIN || totals.operations === 0 ? null : us / totals.operations,
    memoryMib: {
      before: before.residentMib,
      connected: connected.residentMib,
      end: end.residentMib,
    },
  };
}
