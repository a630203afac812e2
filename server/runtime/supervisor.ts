/**
 * Supervisor: a process that starts others, restarts those that fail and ends them in order.
 *
 * Order: children start in the order given and are ended in reverse, each with `shutdown` and then,
 * after its time, killed.
 * Bound: more than `intensity.restarts` restarts within `intensity.withinMs` and it gives up: it
 * ends all children and itself with "shutdown", and its own supervisor decides.
 * Strategy: one_for_one, the one that ended is restarted, the others go on.
 * Source: OTP supervisor(3).
 */
import { startCallback } from "./callback_process.ts";
import { type ExitReason, isOrderly, reasonOf } from "./exit_reason.ts";
import { cutFromParent, type Exit, end, exitProcess } from "./exits.ts";
import type { Started } from "./gen_server.ts";
import { link as linkTo } from "./links.ts";
import { isAlive, type Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Runtime } from "./runtime.ts";
import type { Timer } from "./timers.ts";

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
  /** Milliseconds it has to end by itself, 0: it is killed at once; 5000 when absent. */
  readonly shutdownMs?: number;
}

/** `name` is for people; `link` binds it to the process that starts it. */
export interface SupervisorOptions {
  readonly name: string;
  readonly children: readonly ChildSpec[];
  /** 3 restarts in 5 s when absent, as in OTP. */
  readonly intensity?: { readonly restarts: number; readonly withinMs: number };
  readonly link?: boolean;
}

interface Child {
  readonly spec: ChildSpec;
  pid: Pid | undefined;
}

const SHUTDOWN_MS = 5_000;
const INTENSITY = { restarts: 3, withinMs: 5_000 };

/**
 * Starts it with its children; when one of them does not start, those before it are ended again.
 */
export function start(runtime: Runtime, options: SupervisorOptions): Started {
  const supervisor = new Supervisor(options);
  const { link = false, name } = options;
  const process = startCallback(runtime, supervisor.handle, { link, label: name });
  supervisors.set(process.pid, supervisor);
  process.trapsExits = true;
  const failure = runtime.inside(process, () => supervisor.init(process, options.children));
  if (failure === undefined) return { ok: true, pid: process.pid };
  cutFromParent(process);
  within(process, () => supervisor.end("shutdown"));
  return { ok: false, reason: failure };
}

/** Runs `work` in the supervisor's name; if that ended it, it ends. */
function within<Value>(process: Process, work: () => Value): Value {
  const value = process.runtime.inside(process, work);
  if (process.doomed !== undefined) end(process, process.doomed);
  return value;
}

/**
 * Starts one more child, at once, in the supervisor's name: it does not pass through its mailbox,
 * so that whoever starts a process on demand can send to it in the same turn.
 */
export function startChild(pid: Pid, spec: ChildSpec): Started {
  const supervisor = supervisors.get(pid);
  const { process } = pid;
  if (supervisor === undefined || process === undefined) return { ok: false, reason: "noproc" };
  return within(process, () => supervisor.startChild(spec));
}

/** Ids and pids of the children, in order of their start; undefined: not running now. */
export function whichChildren(pid: Pid): { readonly id: string; readonly pid: Pid | undefined }[] {
  return supervisors.get(pid)?.list() ?? [];
}

/** Asks it to end its children, in reverse order, and then itself, with reason "shutdown". */
export function stop(pid: Pid): void {
  pid.process?.deliver({ type: "stop" } satisfies Stop);
}

const supervisors = new WeakMap<Pid, Supervisor>();

interface Stop {
  readonly type: "stop";
}

/** A child's time to end by itself is over. */
interface Overdue {
  readonly type: "overdue";
  readonly pid: Pid;
}

class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children = new Map<string, Child>();
  readonly #byPid = new Map<Pid, Child>();
  #process: Process | undefined;
  #restartedAt: number[] = [];
  /** Why it is ending; its children go one by one, and it goes with the last. */
  #ending: ExitReason | undefined;
  #toEnd: Child[] = [];
  /** The child that was told to end and has not ended yet, and when its time is over. */
  #leaving: Child | undefined;
  #overdue: Timer | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  init(process: Process, specs: readonly ChildSpec[]): ExitReason | undefined {
    this.#process = process;
    for (const spec of specs) {
      const started = this.startChild(spec);
      if (started.ok || started.reason === "ignore") continue;
      return { failed_to_start_child: spec.id, reason: started.reason };
    }
    return undefined;
  }

  startChild(spec: ChildSpec): Started {
    if (this.#ending !== undefined) return { ok: false, reason: "shutdown" };
    const old = this.#children.get(spec.id);
    if (old !== undefined && !isForgotten(old)) return { ok: false, reason: "already_present" };
    return this.#startOne(spec);
  }

  #startOne(spec: ChildSpec): Started {
    const started = startSafely(spec);
    if (started.ok) this.#keep({ spec, pid: started.pid });
    else if (started.reason === "ignore" && spec.restart !== "temporary") {
      this.#children.set(spec.id, { spec, pid: undefined });
    }
    return started;
  }

  list(): { id: string; pid: Pid | undefined }[] {
    return [...this.#children.values()].map(({ spec, pid }) => ({ id: spec.id, pid }));
  }

  readonly handle = (message: unknown): void => {
    const { type } = message as { readonly type?: unknown };
    if (type === "EXIT") this.#exited(message as Exit);
    else if (type === "overdue") exitProcess((message as Overdue).pid, "kill");
    else if (type === "stop") this.end("shutdown");
  };

  #exited({ from, reason }: Exit): void {
    const child = this.#byPid.get(from);
    if (child === undefined) {
      if (from === this.#process?.parent) this.end(reason);
      return; // A stranger that was linked with it: not its business.
    }
    child.pid = undefined;
    this.#byPid.delete(from);
    if (this.#ending !== undefined) {
      if (child === this.#leaving) this.#endNext();
      return;
    }
    const { restart = "permanent", id } = child.spec;
    const again = restart === "permanent" || (restart === "transient" && !isOrderly(reason));
    if (restart === "temporary" && this.#children.get(id) === child) this.#children.delete(id);
    if (again) this.#restartOrGiveUp(child.spec, reason);
  }

  #restartOrGiveUp(spec: ChildSpec, reason: ExitReason): void {
    const runtime = this.#process?.runtime;
    if (runtime === undefined) return;
    const { restarts, withinMs } = this.#options.intensity ?? INTENSITY;
    const now = runtime.clock.now();
    this.#restartedAt = [...this.#restartedAt.filter((at) => now - at <= withinMs), now];
    const told = { supervisor: this.#pid, child: spec.id };
    if (this.#restartedAt.length > restarts) {
      runtime.telemetry.emit("supervisor_gave_up", told);
      return this.end("shutdown");
    }
    runtime.telemetry.emit("child_restarted", { ...told, reason });
    this.#restart(spec.id);
  }

  #restart(id: string): void {
    const child = this.#children.get(id);
    if (child === undefined || child.pid !== undefined || this.#ending !== undefined) return;
    const started = this.#startOne(child.spec);
    if (started.ok || started.reason === "ignore") return;
    this.#restartOrGiveUp(child.spec, started.reason);
  }

  #keep(child: Child & { readonly pid: Pid }): void {
    this.#children.set(child.spec.id, child);
    this.#byPid.set(child.pid, child);
    linkTo(child.pid);
  }

  get #pid(): Pid {
    if (this.#process === undefined) throw new Error("the supervisor has not been started");
    return this.#process.pid;
  }

  /** Begins to end: child by child, in reverse order, then itself. */
  end(reason: ExitReason): void {
    if (this.#ending !== undefined) return;
    this.#ending = reason;
    this.#toEnd = [...this.#children.values()];
    this.#endNext();
  }

  /** Ends the last child that lives; its EXIT brings the next one. With none left: itself. */
  #endNext(): void {
    let last = this.#toEnd.pop();
    while (last !== undefined && last.pid === undefined) last = this.#toEnd.pop();
    const process = this.#process;
    if (process === undefined) return;
    if (this.#overdue !== undefined) process.runtime.timers.cancel(this.#overdue);
    this.#leaving = last;
    if (last?.pid === undefined) return end(process, this.#ending ?? "shutdown");
    const { pid } = last;
    const { shutdownMs = SHUTDOWN_MS } = last.spec;
    if (shutdownMs === 0) return exitProcess(pid, "kill");
    exitProcess(pid, "shutdown");
    if (shutdownMs === Number.POSITIVE_INFINITY) return;
    const overdue: Overdue = { type: "overdue", pid };
    const deadline = process.runtime.clock.now() + shutdownMs;
    this.#overdue = process.runtime.addTimer(deadline, () => {
      process.pid.process?.deliver(overdue);
    });
    process.timer = this.#overdue; // Its own end cancels it.
  }
}

/** A temporary child that has ended, though the news is still on its way. */
function isForgotten({ spec, pid }: Child): boolean {
  return spec.restart === "temporary" && pid !== undefined && !isAlive(pid);
}

function startSafely(spec: ChildSpec): Started {
  try {
    return spec.start();
  } catch (thrown) {
    return { ok: false, reason: reasonOf(thrown) };
  }
}
