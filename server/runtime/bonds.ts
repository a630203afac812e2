/**
 * Bonds: what binds a process to others, and all else that most processes never need.
 *
 * Made when first needed, and each of its parts too, so that an idle process stays small.
 */
import type { ExitReason } from "./exit_reason.ts";
import type { PendingCall } from "./pending_call.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Ref } from "./ref.ts";

/** Whatever knows processes by names or keys. */
export interface Registers {
  /** Frees all that a process has there. */
  forget(pid: Pid): void;
}

export class Bonds {
  links: Set<Process> | undefined = undefined;
  /** Who is told of its end, by the ref they were given. */
  watchers: Map<Ref, Process> | undefined = undefined;
  /** Whom it watches. */
  watched: Map<Ref, Pid> | undefined = undefined;
  /** Who waits for its reply: the first of a chain. */
  calls: PendingCall | undefined = undefined;
  /** Where it is registered: they are told of its end first of all. */
  registries: Set<Registers> | undefined = undefined;
  /** An exit signal that reached it while running; it ends when its turn does. */
  doomed: ExitReason | undefined = undefined;
  /** It has no turn until there is room in the mailbox of that one, which it has filled. */
  pausedFor: Process | undefined = undefined;
  /** Paused, and not in the run queue though it has something to do. */
  aside = false;
  /** What is to be done when it has ended. */
  atEnd: (() => void)[] | undefined = undefined;
}
