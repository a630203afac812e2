/**
 * Monitors: one process is told, once, when another has ended.
 *
 * The news is a `Down` message. A monitor of a dead process tells at once, with reason "noproc".
 */
import type { Down } from "./exits.ts";
import type { Pid } from "./pid.ts";
import { current } from "./process.ts";
import { makeRef, type Ref } from "./ref.ts";

/** Watches `pid` for the calling process; each call is a monitor of its own. */
export function monitor(pid: Pid): Ref {
  const process = current();
  const ref = makeRef();
  const target = pid.process;
  if (target === undefined) {
    process.deliver({ type: "DOWN", ref, pid, reason: "noproc" } satisfies Down);
    return ref;
  }
  target.watchers ??= new Map();
  target.watchers.set(ref, process);
  process.watched ??= new Map();
  process.watched.set(ref, pid);
  return ref;
}

/**
 * Ends a monitor; false when it was not active. A Down that has arrived stays in the mailbox,
 * unless `flush`.
 */
export function demonitor(ref: Ref, { flush = false } = {}): boolean {
  const process = current();
  const pid = process.watched?.get(ref);
  if (pid !== undefined) {
    process.watched?.delete(ref);
    pid.process?.watchers?.delete(ref);
    return true;
  }
  if (flush) dropDown(ref);
  return false;
}

function dropDown(ref: Ref): void {
  const { mailbox } = current();
  for (let place = 0; mailbox !== undefined && place < mailbox.size; place++) {
    const message = mailbox.peek(place) as Partial<Down> | null;
    if (message?.type === "DOWN" && message.ref === ref) {
      mailbox.take(place);
      return;
    }
  }
}
