/**
 * Links: two processes that end together, unless one traps exits or the reason is "normal".
 */
import { signal } from "./exits.ts";
import type { Pid } from "./pid.ts";
import { current, type Process } from "./process.ts";

/** Links the calling process with `pid`; once, however often. To the dead: an exit of "noproc". */
export function link(pid: Pid): void {
  const process = current();
  const other = pid.process;
  if (other === process) return;
  if (other === undefined) signal(process, { type: "EXIT", from: pid, reason: "noproc" });
  else join(process, other);
}

/** Cuts the link. An EXIT that is in the mailbox already stays there. */
export function unlink(pid: Pid): void {
  const process = current();
  const other = pid.process;
  if (other === undefined) return;
  process.links?.delete(other);
  other.links?.delete(process);
}

export function join(a: Process, b: Process): void {
  a.links ??= new Set();
  b.links ??= new Set();
  a.links.add(b);
  b.links.add(a);
}
