/** cpu_clock: the CPU time a process has used, all its threads together, and its memory. */
import { readFileSync } from "node:fs";

const US_PER_TICK = 10_000; // USER_HZ is 100 on every Linux that Node runs on.

/** Microseconds of user and system time since the process began; good to 10,000. */
export function cpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // From field 3, the state.
  return (Number(fields[11]) + Number(fields[12])) * US_PER_TICK;
}

/** Resident memory in MiB. Throws when the process has ended. */
export function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has ended`); // A zombie has no memory.
  return Math.round(Number(kib) / 1024);
}
