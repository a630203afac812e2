/**
 * DynamicSupervisor: a supervisor of many children of no order, started one by one on demand.
 *
 * They have no ids, only pids, and do not depend on each other: one that fails is started again
 * alone; at the end all are told at once. One that ended for good is forgotten.
 * Bound: `childrenMax`; and the intensity of restarts, as of every supervisor.
 * Source: Elixir DynamicSupervisor.
 */

import { Call, call, reply } from "./call.ts";
import type { CallbackProcess } from "./callback_process.ts";
import { startCallback } from "./callback_process.ts";
import { type ChildCounts, countsOf } from "./child_counts.ts";
import { type ExitReason, isOrderly } from "./exit_reason.ts";
import type { Exit } from "./exits.ts";
import type { Started } from "./gen_server.ts";
import { DATA } from "./isolation.ts";
import { link as linkTo } from "./links.ts";
import type { Pid } from "./pid.ts";
import type { Runtime } from "./runtime.ts";
import { type Intensity, Supervision, startSafely, within } from "./supervision.ts";
import type { ChildSpec as NamedChildSpec, ChildInfo as NamedInfo } from "./supervisor.ts";
import type { Waiting } from "./waiting.ts";

/** As a Supervisor's, without an id. */
export type ChildSpec = Omit<NamedChildSpec, "id">;
/** A child; no pid: its restart failed and is about to be tried again. */
export type ChildInfo = Omit<NamedInfo, "id">;

/** `name` is for people; `link` binds it to the process that starts it. */
export interface DynamicSupervisorOptions {
  readonly name: string;
  /** Children beyond which a start is refused with "max_children"; unbounded when absent. */
  readonly childrenMax?: number;
  /** 3 restarts in 5 s when absent, as in OTP. */
  readonly intensity?: Intensity;
  readonly link?: boolean;
}

interface Child {
  readonly spec: ChildSpec;
  /** Of the one that runs, or of the last one that did. */
  pid: Pid;
  runs: boolean;
}

/** To itself: the restart of that child failed with `reason`; once more. */
interface Again {
  readonly type: "again";
  readonly child: Child;
  readonly reason: ExitReason;
}

/** The request of terminateChild. */
class TerminateChild {
  static readonly [DATA] = true;
  readonly pid: Pid;

  constructor(pid: Pid) {
    this.pid = pid;
  }
}

const supervisors = new WeakMap<Pid, DynamicSupervisor>();
const NOPROC = { ok: false, reason: "noproc" } as const;

/** Starts it, without children. */
export function start(runtime: Runtime, options: DynamicSupervisorOptions): Started {
  const { link = false, name } = options;
  const handle = (message: unknown) => supervisor.handle(message);
  const process = startCallback(runtime, handle, { link, label: name });
  const supervisor = new DynamicSupervisor(process, options);
  supervisors.set(process.pid, supervisor);
  process.trapsExits = true;
  return { ok: true, pid: process.pid };
}

/**
 * Starts a child at once, in the supervisor's name. Refused: "max_children", "shutdown" (it is
 * ending), "noproc", or what its start says.
 */
export function startChild(pid: Pid, spec: ChildSpec): Started {
  const supervisor = supervisors.get(pid);
  const { process } = pid;
  if (supervisor === undefined || process === undefined) return NOPROC;
  return within(process, () => supervisor.startChild(spec));
}

/** Ends a child for good and waits for its end. Refused: "not_found", "noproc". */
export function* terminateChild(
  pid: Pid,
  child: Pid,
): Waiting<{ readonly ok: true } | { readonly ok: false; readonly reason: ExitReason }> {
  if (!supervisors.has(pid)) return NOPROC;
  const answer = yield* call<boolean>(pid, new TerminateChild(child), Number.POSITIVE_INFINITY);
  if (!answer.ok) return { ok: false, reason: answer.error };
  return answer.value ? { ok: true } : { ok: false, reason: "not_found" };
}

/** Its children, in the order of their first starts. */
export function whichChildren(pid: Pid): readonly ChildInfo[] {
  return supervisors.get(pid)?.list() ?? [];
}

/** How many there are, run, and are of each type. */
export function countChildren(pid: Pid): ChildCounts {
  return countsOf(pid.process === undefined ? [] : whichChildren(pid));
}

/** Asks it to end its children, all at once, and then itself, with reason "shutdown". */
export function stop(pid: Pid): void {
  pid.process?.deliver({ type: "stop" });
}

class DynamicSupervisor {
  readonly #supervision: Supervision;
  readonly #childrenMax: number;
  /** Every child once: by the pid that it has, or had last. */
  readonly #children = new Map<Pid, Child>();

  constructor(process: CallbackProcess, options: DynamicSupervisorOptions) {
    this.#supervision = new Supervision(process, { intensity: options.intensity, together: true });
    this.#childrenMax = options.childrenMax ?? Number.POSITIVE_INFINITY;
  }

  startChild(spec: ChildSpec): Started {
    if (this.#supervision.ending) return { ok: false, reason: "shutdown" };
    if (this.#children.size >= this.#childrenMax) return { ok: false, reason: "max_children" };
    const started = startSafely(spec.start);
    if (started.ok) this.#keep({ spec, pid: started.pid, runs: true });
    return started;
  }

  list(): ChildInfo[] {
    return [...this.#children.values()].map(({ spec, pid, runs }) => {
      return { pid: runs ? pid : undefined, type: spec.type ?? "worker" };
    });
  }

  handle(message: unknown): void {
    if (typeof message !== "object" || message === null) return;
    if (message instanceof Call) return this.#terminate(message);
    const told = message as { readonly type?: unknown };
    if (this.#supervision.heard(told)) return;
    if (told.type === "EXIT") this.#exited(message as Exit);
    else if (told.type === "again") this.#tryAgain(message as Again);
    else if (told.type === "stop") this.#end("shutdown");
  }

  #end(reason: ExitReason): void {
    this.#supervision.end(this.#running(), reason);
  }

  #running(): Child[] {
    return [...this.#children.values()].filter(({ runs }) => runs);
  }

  #keep(child: Child): void {
    this.#children.set(child.pid, child);
    linkTo(child.pid);
  }

  #exited({ from, reason }: Exit): void {
    const child = this.#children.get(from);
    if (child === undefined) {
      if (from === this.#supervision.process.parent) this.#end(reason);
      return; // A stranger that was linked with it: not its business.
    }
    if (!child.runs) return; // It was told of already, and waits to be started again.
    child.runs = false;
    if (this.#supervision.departing) return;
    const { restart = "permanent" } = child.spec;
    const again = restart === "permanent" || (restart === "transient" && !isOrderly(reason));
    if (again) this.#restart(child, reason);
    else this.#children.delete(from);
  }

  #tryAgain({ child, reason }: Again): void {
    if (this.#children.get(child.pid) === child && !child.runs) this.#restart(child, reason);
  }

  #restart(child: Child, reason: ExitReason): void {
    if (this.#supervision.ending) return;
    if (!this.#supervision.mayRestart(String(child.pid), reason)) return this.#end("shutdown");
    const started = startSafely(child.spec.start);
    if (!started.ok && started.reason !== "ignore") {
      const again: Again = { type: "again", child, reason: started.reason };
      this.#supervision.process.deliver(again);
      return;
    }
    this.#children.delete(child.pid);
    if (!started.ok) return; // It does not want to run any more.
    child.pid = started.pid;
    child.runs = true;
    this.#keep(child);
  }

  #terminate({ from, request }: Call): void {
    if (!(request instanceof TerminateChild)) return; // Nothing else is asked by a call.
    const child = this.#children.get(request.pid);
    if (child === undefined) return reply(from, false);
    this.#supervision.depart([child], () => {
      this.#children.delete(child.pid);
      reply(from, true);
    });
  }
}
