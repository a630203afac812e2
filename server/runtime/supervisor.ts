/**
 * Supervisor: a process that starts others, restarts those that fail and ends them in order.
 *
 * Order: children start in the order given and are ended in reverse, each with `shutdown` and then,
 * after its time, killed.
 * Bound: more than `intensity.restarts` restarts within `intensity.withinMs` and it gives up: it
 * ends all children and itself with "shutdown", and its own supervisor decides.
 * Source: OTP supervisor(3).
 */

import { call } from "./call.ts";
import { startCallback } from "./callback_process.ts";
import { type ChildCounts, countsOf } from "./child_counts.ts";
import type { ExitReason } from "./exit_reason.ts";
import { cutFromParent } from "./exits.ts";
import type { Started } from "./gen_server.ts";
import type { Pid } from "./pid.ts";
import type { Runtime } from "./runtime.ts";
import type { Strategy } from "./strategies.ts";
import { type Intensity, within } from "./supervision.ts";
import { SupervisorProcess, TerminateChild } from "./supervisor_process.ts";
import type { Waiting } from "./waiting.ts";

/** permanent: always restarted; transient: when it failed; temporary: never, and then forgotten. */
export type Restart = "permanent" | "transient" | "temporary";

export interface ChildSpec {
  /** Unique among the supervisor's children. */
  readonly id: string;
  /**
   * Starts it; runs in the supervisor's name and is linked with it, if not by `link: true` then by
   * the supervisor. To throw is to fail; "ignore" is no failure, the child just does not run.
   */
  readonly start: () => Started;
  readonly restart?: Restart; // permanent when absent
  /**
   * Milliseconds it has to end by itself, 0: it is killed at once (OTP: brutal_kill). Absent: 5000,
   * and Infinity for a supervisor.
   */
  readonly shutdownMs?: number;
  readonly type?: "worker" | "supervisor"; // worker when absent
}

/** `name` is for people; `link` binds it to the process that starts it. */
export interface SupervisorOptions {
  readonly name: string;
  readonly children: readonly ChildSpec[];
  readonly strategy?: Strategy; // one_for_one when absent
  /** 3 restarts in 5 s when absent, as in OTP. */
  readonly intensity?: Intensity;
  readonly link?: boolean;
}

/** A child as `whichChildren` tells of it; no pid: not running now. */
export interface ChildInfo {
  readonly id: string;
  readonly pid: Pid | undefined;
  readonly type: "worker" | "supervisor";
}

/** What came of an order to a supervisor. */
export type Done = { readonly ok: true } | { readonly ok: false; readonly reason: ExitReason };

const supervisors = new WeakMap<Pid, SupervisorProcess>();
const NOPROC = { ok: false, reason: "noproc" } as const;

/**
 * Starts it with its children; when one of them does not start, those before it are ended again.
 */
export function start(runtime: Runtime, options: SupervisorOptions): Started {
  const supervisor = new SupervisorProcess(options);
  const { link = false, name } = options;
  const process = startCallback(runtime, supervisor.handle, { link, label: name });
  supervisors.set(process.pid, supervisor);
  process.trapsExits = true;
  const failure = runtime.inside(process, () => supervisor.init(process));
  if (failure === undefined) return { ok: true, pid: process.pid };
  cutFromParent(process);
  within(process, () => supervisor.end("shutdown"));
  return { ok: false, reason: failure };
}

/**
 * Starts one more child, at once, in the supervisor's name: it does not pass through its mailbox,
 * so that whoever starts a process on demand can send to it in the same turn. Refused: "shutdown",
 * it is ending; "restarting", its children are just being ended to begin again together.
 */
export function startChild(pid: Pid, spec: ChildSpec): Started {
  return ordered<Started>(pid, (supervisor) => supervisor.startChild(spec));
}

/**
 * Ends a child, which then does not run until `restartChild`; a temporary one is forgotten. Waits
 * for its end. Refused: "not_found", "noproc".
 */
export function* terminateChild(pid: Pid, id: string): Waiting<Done> {
  if (!supervisors.has(pid)) return NOPROC;
  const answer = yield* call<Done>(pid, new TerminateChild(id), Number.POSITIVE_INFINITY);
  return answer.ok ? answer.value : { ok: false, reason: answer.error };
}

/**
 * Starts a child again that is not running. Refused: "running", "restarting", "not_found",
 * "noproc", "shutdown", or what its start says.
 */
export function restartChild(pid: Pid, id: string): Started {
  return ordered<Started>(pid, (supervisor) => supervisor.restartChild(id));
}

/**
 * Forgets a child that is not running. Refused: "running", "restarting", "not_found", "noproc".
 */
export function deleteChild(pid: Pid, id: string): Done {
  return ordered<Done>(pid, (supervisor) => supervisor.deleteChild(id));
}

/** The children, in order of their start. */
export function whichChildren(pid: Pid): readonly ChildInfo[] {
  return supervisors.get(pid)?.list() ?? [];
}

/** Of a supervisor that has ended: all are 0. */
export function countChildren(pid: Pid): ChildCounts {
  return countsOf(pid.process === undefined ? [] : whichChildren(pid));
}

/** Asks it to end its children, in reverse order, and then itself, with reason "shutdown". */
export function stop(pid: Pid): void {
  pid.process?.deliver({ type: "stop" });
}

function ordered<Outcome>(
  pid: Pid,
  order: (supervisor: SupervisorProcess) => Outcome,
): Outcome | typeof NOPROC {
  const supervisor = supervisors.get(pid);
  const { process } = pid;
  if (supervisor === undefined || process === undefined) return NOPROC;
  return within(process, () => order(supervisor));
}
