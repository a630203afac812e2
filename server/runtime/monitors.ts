/**
 * Monitors: one process is told, once, when another has ended.
 *
 * The news is a `Down` message. A monitor of a dead process tells at once, with reason "noproc".
 */
import { Bonds } from "./bonds.ts";
import { current } from "./current.ts";
import type { Down } from "./exits.ts";
import type { Pid } from "./pid.ts";
import { makeRef, type Ref } from "./ref.ts";

/** Watches `pid` for the calling process; each call is a monitor of its own. */
export function monitor(pid: Pid): Ref {
  const process = current();
  const ref = makeRef();
  const target = pid.process;
  if (target === undefined) {
    process.deliver({ type: "DOWN", ref, pid, reason: "noproc" } satisfies Down, pid);
    return ref;
  }
  target.bonds ??= new Bonds();
  target.bonds.watchers ??= new Map();
  target.bonds.watchers.set(ref, process);
  process.bonds ??= new Bonds();
  process.bonds.watched ??= new Map();
  process.bonds.watched.set(ref, pid);
  return ref;
}

/**
 * Ends a monitor; false when it was not active. A Down that has arrived stays in the mailbox,
 * unless `flush`.
 */
export function demonitor(ref: Ref, { flush = false } = {}): boolean {
  const { bonds, mailbox } = current();
  const pid = bonds?.watched?.get(ref);
  if (pid !== undefined) {
    bonds?.watched?.delete(ref);
    pid.process?.bonds?.watchers?.delete(ref);
    return true;
  }
  if (flush) mailbox?.discard((message) => isDownOf(ref, message));
  return false;
}

function isDownOf(ref: Ref, message: unknown): boolean {
  const down = message as Partial<Down> | null | undefined;
  return down?.type === "DOWN" && down.ref === ref;
}
