/**
 * VitalProcesses: those without which the server is none: the root of the tree and the supervisors
 * that others know by pid.
 *
 * One of them ends only by a bug. Nothing that is left could serve, so the program ends as well and
 * whoever runs it starts it again; what was acknowledged is on disk.
 */
import {
  type Down,
  describeReason,
  monitor,
  type Pid,
  type Runtime,
  receive,
} from "./runtime/index.ts";

/** Calls `ended` once, with the reason as a line for logs, when the first of them has ended. */
export function watchVital(
  runtime: Runtime,
  pids: readonly Pid[],
  ended: (reason: string) => void,
): void {
  runtime.spawn(
    function* () {
      for (const pid of pids) monitor(pid);
      const { reason } = yield* receive<Down>();
      ended(describeReason(reason));
    },
    { label: "vital_watch" },
  );
}
