/**
 * Links: two processes that end together, unless one traps exits or the reason is "normal".
 */
import { Bonds } from "./bonds.ts";
import { current } from "./current.ts";
import { signal } from "./exits.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";

/** Links the calling process with `pid`; once, however often. To the dead: an exit of "noproc". */
export function link(pid: Pid): void {
  const process = current();
  const other = pid.process;
  if (other === process) return;
  if (other !== undefined) join(process, other);
  else signal(process, { type: "EXIT", from: pid, reason: "noproc" }, pid);
}

/** Cuts the link. An EXIT that is in the mailbox already stays there. */
export function unlink(pid: Pid): void {
  const process = current();
  const other = pid.process;
  if (other === undefined) return;
  process.bonds?.links?.delete(other);
  other.bonds?.links?.delete(process);
}

export function join(a: Process, b: Process): void {
  linksOf(a).add(b);
  linksOf(b).add(a);
}

function linksOf(process: Process): Set<Process> {
  process.bonds ??= new Bonds();
  process.bonds.links ??= new Set();
  return process.bonds.links;
}
