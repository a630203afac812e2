/**
 * Exits: how a process ends, and how its end reaches those that are bound to it.
 *
 * Order: its names are free and its pid is dead before anybody is told; then links, then monitors,
 * then those who wait for its reply. An end can cause others; they are worked off one after the
 * other, so that a chain of a million links ends as well as one of two.
 * Source: Erlang reference manual, Processes, "Exit signals"; test/runtime/exits.test.ts.
 */
import { Bonds } from "./bonds.ts";
import { current, currentOrNone, spendAll } from "./current.ts";
import type { ExitReason } from "./exit_reason.ts";
import { ExitSignal } from "./exit_reason.ts";
import { checkData } from "./isolation.ts";
import type { Sender } from "./mailbox.ts";
import { PendingCall } from "./pending_call.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
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
  const process = currentOrNone();
  if (process !== undefined) checkData(process.runtime, reason);
  throw new ExitSignal(reason);
}

/**
 * Sends an exit signal. "normal" is ignored by all but oneself; "kill" cannot be trapped and ends
 * it as "killed"; otherwise one that traps exits receives `{type: "EXIT"}`, one that does not ends.
 * Sent to oneself, what stands after it does not run, unless exits are trapped.
 */
export function exitProcess(pid: Pid, reason: ExitReason): void {
  const { process } = pid;
  if (process === undefined) return;
  const sender = currentOrNone();
  checkData(process.runtime, reason);
  if (reason === "kill") end(process, "killed");
  else signal(process, { type: "EXIT", from: sender?.pid ?? pid, reason }, sender?.pid);
  const doomed = sender === process ? process.bonds?.doomed : undefined;
  if (doomed !== undefined) throw new ExitSignal(doomed);
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

/** One exit signal of `sender` reaches `process`; "normal" ends it only when it is its own. */
export function signal(process: Process, exit: Exit, sender: Sender): void {
  if (process.trapsExits) process.deliver(exit, sender);
  else if (exit.reason !== "normal" || sender === process.pid) end(process, exit.reason);
}

/** Ends that are to be worked off, and how many of them have been. */
const ending: [Process, ExitReason][] = [];
let ended = 0;
let working = false;

/** Ends a process now; one that is running when it next waits, or at the end of its turn. */
export function end(process: Process, reason: ExitReason): void {
  if (process.running) {
    process.bonds ??= new Bonds();
    process.bonds.doomed ??= reason;
    spendAll(process);
  } else {
    ending.push([process, reason]);
    if (!working) workOff();
  }
}

/**
 * Should it break off, for want of stack where it was called, the next end goes on with it; so each
 * step of an end can be taken again.
 */
function workOff(): void {
  working = true;
  try {
    for (let next = ending[ended]; next !== undefined; next = ending[ended]) {
      endOne(next[0], next[1]); // More may be added meanwhile.
      ended += 1;
    }
    ending.length = 0;
    ended = 0;
  } finally {
    working = false;
  }
}

function endOne(process: Process, reason: ExitReason): void {
  const { pid, runtime, bonds, mailbox, timer } = process;
  if (process.isOver) return;
  if (pid.process !== undefined) {
    runtime.countEnd();
    pid.process = undefined;
  }
  process.mailbox = undefined;
  if (timer instanceof PendingCall) timer.leave();
  else if (timer !== undefined) runtime.cancelTimer(timer);
  if (mailbox?.bound !== undefined) mailbox.bound.release(0);
  if (bonds !== undefined) breakAll(process, bonds, reason);
  process.isOver = true;
  runtime.exited(process, reason);
}

function breakAll(process: Process, bonds: Bonds, reason: ExitReason): void {
  const { pid } = process;
  const { registries, watched, links, watchers, atEnd } = bonds;
  if (registries !== undefined) for (const registry of registries) registry.forget(pid);
  if (watched !== undefined) {
    for (const [ref, target] of watched) target.process?.bonds?.watchers?.delete(ref);
  }
  if (links !== undefined) {
    for (const linked of links) {
      linked.bonds?.links?.delete(process);
      signal(linked, { type: "EXIT", from: pid, reason }, pid);
      links.delete(linked);
    }
  }
  if (watchers !== undefined) {
    for (const [ref, watcher] of watchers) {
      const down: Down = { type: "DOWN", ref, pid, reason };
      watcher.bonds?.watched?.delete(ref);
      if (watcher.pid.process !== undefined) watcher.deliver(down, pid);
      watchers.delete(ref);
    }
  }
  if (bonds.calls !== undefined) {
    for (const call of PendingCall.of(process)) call.answer({ ok: false, error: reason });
  }
  if (atEnd !== undefined) for (const work of atEnd) queueMicrotask(work);
}

/**
 * Calls `work` soon after the end of the calling process, however it ends, in nobody's name: for
 * what it holds outside. Nothing calls it off but `work` itself.
 */
export function callAtEnd(work: () => void): void {
  const process = current();
  process.bonds ??= new Bonds();
  process.bonds.atEnd ??= [];
  process.bonds.atEnd.push(work);
}

/** Cuts the link to whoever started a process: it is told by the answer, not by the link. */
export function cutFromParent(process: Process): void {
  const parent = process.parent?.process;
  if (parent === undefined) return;
  process.bonds?.links?.delete(parent);
  parent.bonds?.links?.delete(process);
}

/** Ends a process whose start failed; what it linked itself with meanwhile ends too. */
export function abandon(process: Process, reason: ExitReason): void {
  cutFromParent(process);
  end(process, reason);
}
