/**
 * SupervisorProcess: the inside of a supervisor: its children, and what it does at their ends.
 *
 * A restart that fails is tried again by a message to itself, so that it can be told to stop
 * between two of them.
 */
import { Call, reply } from "./call.ts";
import type { CallbackProcess } from "./callback_process.ts";
import { type ExitReason, isOrderly } from "./exit_reason.ts";
import type { Exit } from "./exits.ts";
import type { Started } from "./gen_server.ts";
import { DATA } from "./isolation.ts";
import { link as linkTo } from "./links.ts";
import { isAlive, type Pid } from "./pid.ts";
import { groupOf } from "./strategies.ts";
import { Supervision, startSafely } from "./supervision.ts";
import type { ChildInfo, ChildSpec, Done, SupervisorOptions } from "./supervisor.ts";

/** The request of terminateChild. */
export class TerminateChild {
  static readonly [DATA] = true;
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

interface Child {
  readonly spec: ChildSpec;
  pid: Pid | undefined;
  /** Its restart failed and is about to be tried again. */
  retried: boolean;
}

/** To itself: the restart of that child failed with `reason`; once more. */
interface Again {
  readonly type: "again";
  readonly child: Child;
  readonly reason: ExitReason;
}

export class SupervisorProcess {
  readonly #options: SupervisorOptions;
  readonly #children = new Map<string, Child>();
  readonly #byPid = new Map<Pid, Child>();
  #started: Supervision | undefined;
  /** Several children are being ended in order to start again together. */
  #regrouping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Starts the children; undefined: all of them run. */
  init(process: CallbackProcess): ExitReason | undefined {
    const { children, intensity } = this.#options;
    this.#started = new Supervision(process, { intensity, together: false });
    for (const spec of children) {
      const started = this.startChild(spec);
      if (started.ok || started.reason === "ignore") continue;
      return { failed_to_start_child: spec.id, reason: started.reason };
    }
    return undefined;
  }

  startChild(spec: ChildSpec): Started {
    if (this.#supervision.ending) return { ok: false, reason: "shutdown" };
    if (this.#regrouping) return { ok: false, reason: "restarting" };
    const old = this.#children.get(spec.id);
    if (old !== undefined && !isForgotten(old)) return { ok: false, reason: "already_present" };
    const child: Child = { spec, pid: undefined, retried: false };
    const started = this.#run(child);
    const kept = started.ok || (started.reason === "ignore" && spec.restart !== "temporary");
    if (kept) this.#children.set(spec.id, child);
    return started;
  }

  restartChild(id: string): Started {
    if (this.#supervision.ending) return { ok: false, reason: "shutdown" };
    const child = this.#children.get(id);
    const refused = this.#whyBusy(child);
    if (child === undefined || refused !== undefined) {
      return { ok: false, reason: refused ?? "not_found" };
    }
    return this.#run(child);
  }

  deleteChild(id: string): Done {
    const refused = this.#whyBusy(this.#children.get(id));
    if (refused !== undefined) return { ok: false, reason: refused };
    this.#children.delete(id);
    return { ok: true };
  }

  list(): ChildInfo[] {
    return [...this.#children.values()].map(({ spec, pid }) => {
      return { id: spec.id, pid, type: spec.type ?? "worker" };
    });
  }

  readonly handle = (message: unknown): void => {
    if (typeof message !== "object" || message === null) return;
    if (message instanceof Call) return this.#terminate(message);
    const told = message as { readonly type?: unknown };
    if (this.#supervision.heard(told)) return;
    if (told.type === "EXIT") this.#exited(message as Exit);
    else if (told.type === "again") this.#tryAgain(message as Again);
    else if (told.type === "stop") this.end("shutdown");
  };

  /** Begins to end: child by child, in reverse order, then itself. */
  end(reason: ExitReason): void {
    this.#supervision.end(this.#children.values(), reason);
  }

  get #supervision(): Supervision {
    if (this.#started === undefined) throw new Error("the supervisor has not been started");
    return this.#started;
  }

  /** Why a child can be neither deleted nor restarted now. */
  #whyBusy(child: Child | undefined): string | undefined {
    if (child === undefined) return "not_found";
    if (child.pid !== undefined) return "running";
    return child.retried || this.#regrouping ? "restarting" : undefined;
  }

  #run(child: Child): Started {
    child.retried = false;
    const started = startSafely(child.spec.start);
    if (!started.ok) return started;
    child.pid = started.pid;
    this.#byPid.set(started.pid, child);
    linkTo(started.pid);
    return started;
  }

  #exited({ from, reason }: Exit): void {
    const child = this.#byPid.get(from);
    if (child === undefined) {
      if (from === this.#supervision.process.parent) this.end(reason);
      return; // A stranger that was linked with it: not its business.
    }
    child.pid = undefined;
    this.#byPid.delete(from);
    if (this.#supervision.departing) return;
    const { restart = "permanent" } = child.spec;
    if (restart === "temporary") this.#drop(child);
    else if (restart === "permanent" || !isOrderly(reason)) this.#restart(child, reason);
  }

  #tryAgain({ child, reason }: Again): void {
    if (child.retried && this.#children.get(child.spec.id) === child) this.#restart(child, reason);
  }

  #restart(failed: Child, reason: ExitReason): void {
    if (this.#supervision.ending) return;
    if (!this.#supervision.mayRestart(failed.spec.id, reason)) return this.end("shutdown");
    const { strategy = "one_for_one" } = this.#options;
    const group = groupOf(strategy, this.#children.values(), failed);
    this.#regrouping = true;
    this.#depart(group, () => {
      this.#regrouping = false;
      this.#startAgain(group);
    });
  }

  /** In order, up to the first that does not start. Temporary ones are gone. */
  #startAgain(group: readonly Child[]): void {
    for (const child of group) {
      if (child.spec.restart === "temporary") continue;
      const started = this.#run(child);
      if (started.ok || started.reason === "ignore") continue;
      child.retried = true;
      const again: Again = { type: "again", child, reason: started.reason };
      this.#supervision.process.deliver(again);
      return;
    }
  }

  #terminate({ from, request }: Call): void {
    if (!(request instanceof TerminateChild)) return; // Nothing else is asked by a call.
    const child = this.#children.get(request.id);
    if (child === undefined) return reply(from, { ok: false, reason: "not_found" });
    child.retried = false;
    this.#depart([child], () => reply(from, { ok: true }));
  }

  #depart(children: readonly Child[], done: () => void): void {
    this.#supervision.depart(children, () => {
      for (const child of children) {
        this.#lost(child);
        if (child.spec.restart === "temporary") this.#drop(child);
      }
      done();
    });
  }

  /** One that had cut its link has ended without an EXIT. */
  #lost(child: Child): void {
    if (child.pid !== undefined) this.#byPid.delete(child.pid);
    child.pid = undefined;
  }

  #drop(child: Child): void {
    if (this.#children.get(child.spec.id) === child) this.#children.delete(child.spec.id);
  }
}

/** A temporary child that has ended, though the news is still on its way. */
function isForgotten({ spec, pid }: Child): boolean {
  return spec.restart === "temporary" && pid !== undefined && !isAlive(pid);
}
