/**
 * Exits: how a process ends, and how its end reaches those that are bound to it.
 *
 * Order: its names are free and its pid is dead before anybody is told; then links, then monitors.
 * An end can cause others; they are worked off one after the other, so that a chain of a million
 * links ends as well as one of two.
 * Source: Erlang reference manual, Processes, "Exit signals"; test/runtime/exits.test.ts.
 */
import type { ExitReason } from "./exit_reason.ts";
import { ExitSignal } from "./exit_reason.ts";
import type { Pid } from "./pid.ts";
import { current, currentOrNone, type Process } from "./process.ts";
import type { Ref } from "./ref.ts";

/** What a process that traps exits receives when a linked one ends, or by `exit(pid, reason)`. */
export interface Exit {
  readonly type: "EXIT";
  readonly from: Pid;
  readonly reason: ExitReason;
}

/** What a monitor brings, once. */
export interface Down {
  readonly type: "DOWN";
  readonly ref: Ref;
  readonly pid: Pid;
  readonly reason: ExitReason;
}

/** Ends the calling process with that reason. */
export function exit(reason: ExitReason): never {
  throw new ExitSignal(reason);
}

/**
 * Sends an exit signal. "normal" is ignored by all but oneself; "kill" cannot be trapped and ends
 * it as "killed"; otherwise one that traps exits receives `{type: "EXIT"}`, one that does not ends.
 * Sent to oneself, what stands after it does not run, unless exits are trapped.
 */
export function exitProcess(pid: Pid, reason: ExitReason): void {
  const process = pid.process;
  if (process === undefined) return;
  const sender = currentOrNone();
  const own = sender === process;
  if (reason === "kill") end(process, "killed");
  else signal(process, { type: "EXIT", from: sender?.pid ?? pid, reason }, own);
  if (own && process.doomed !== undefined) throw new ExitSignal(process.doomed);
}

/**
 * Exits arrive as messages from now on (true) or end the process (false). Gives the old setting.
 */
export function trapExits(on: boolean): boolean {
  const process = current();
  const old = process.trapsExits;
  process.trapsExits = on;
  return old;
}

const ending: [Process, ExitReason][] = [];
let working = false;

/** Ends a process now; one that is running when it next waits, or at the end of its turn. */
export function end(process: Process, reason: ExitReason): void {
  if (process.running) {
    process.doomed ??= reason;
    process.budget = 0;
    return;
  }
  ending.push([process, reason]);
  if (working) return;
  working = true;
  try {
    for (const [next, why] of ending) endOne(next, why); // Grows while it is walked.
  } finally {
    ending.length = 0;
    working = false;
  }
}

function endOne(process: Process, reason: ExitReason): void {
  const { pid, runtime, links, watchers, watched, registries } = process;
  if (pid.process === undefined) return;
  pid.process = undefined;
  process.mailbox = undefined;
  if (process.timer !== undefined) runtime.timers.cancel(process.timer);
  forgetCall(process);
  if (registries !== undefined) for (const registry of registries) registry.forget(pid);
  if (watched !== undefined) {
    for (const [ref, target] of watched) target.process?.watchers?.delete(ref);
  }
  if (links !== undefined) {
    for (const linked of links) {
      linked.links?.delete(process);
      signal(linked, { type: "EXIT", from: pid, reason });
    }
  }
  if (watchers !== undefined) {
    for (const [ref, by] of watchers) tell(by, { type: "DOWN", ref, pid, reason });
  }
  runtime.exited(process, reason);
}

function tell(watcher: Process, down: Down): void {
  watcher.watched?.delete(down.ref);
  if (watcher.awaited === down.ref) answerCall(watcher, { ok: false, error: down.reason });
  else if (watcher.pid.process !== undefined) watcher.deliver(down);
}

/** Cuts the link to whoever started a process: it is told by the answer, not by the link. */
export function cutFromParent(process: Process): void {
  const parent = process.parent?.process;
  if (parent === undefined) return;
  process.links?.delete(parent);
  parent.links?.delete(process);
}

/** Ends a process whose start failed; what it linked itself with meanwhile ends too. */
export function abandon(process: Process, reason: ExitReason): void {
  cutFromParent(process);
  end(process, reason);
}

/** Gives a process that waits in `call` what it waits for. */
export function answerCall(caller: Process, outcome: unknown): void {
  forgetCall(caller);
  caller.answer = outcome;
  caller.wake();
}

/** The process waits for its call no longer; the server need not tell it of its end. */
export function forgetCall(caller: Process): void {
  if (caller.awaited !== undefined) caller.asked?.process?.watchers?.delete(caller.awaited);
  caller.awaited = undefined;
  caller.asked = undefined;
}

/** One exit signal reaches `process`; `own`: it sent it to itself. */
export function signal(process: Process, exit: Exit, own = false): void {
  if (process.trapsExits) process.deliver(exit);
  else if (exit.reason !== "normal" || own) end(process, exit.reason);
}
