/**
 * ProcessInfo: what can be seen of a process from outside, at this moment; for people and tests.
 *
 * Source: Erlang process_info(2); and sys:get_state for `state`.
 */
import { Server } from "./gen_server.ts";
import { PendingCall } from "./pending_call.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";

export interface ProcessInfo {
  /**
   * running: it is its turn; runnable: it waits for its turn; waiting: for a message;
   * suspended: by sys.suspend; paused: until there is room in a mailbox that it has filled.
   */
  readonly status: "running" | "runnable" | "waiting" | "suspended" | "paused";
  readonly label: string;
  /** In the runtime's own registry. */
  readonly registeredNames: readonly string[];
  readonly parent: Pid | undefined;
  readonly links: readonly Pid[];
  /** Whom it watches, once for each monitor. */
  readonly monitors: readonly Pid[];
  /** Who watches it, callers that wait for its reply included. */
  readonly monitoredBy: readonly Pid[];
  readonly trapsExits: boolean;
  /** Messages waiting. */
  readonly mailboxSize: number;
  readonly mailboxMax: number;
  /** Messages that its full mailbox has dropped so far. */
  readonly dropped: number;
  /** Messages taken and calls made so far: the budget of turns that it has used. */
  readonly reductions: number;
  /** Of a GenServer, as it is now; undefined: it is none. */
  readonly state: { readonly current: unknown } | undefined;
}

/** undefined: it has ended. */
export function processInfo(pid: Pid): ProcessInfo | undefined {
  const { process } = pid;
  if (process === undefined) return undefined;
  const { label, parent, bonds, trapsExits, mailbox, mailboxSize } = process;
  return {
    status: statusOf(process),
    label,
    registeredNames: process.runtime.names.namesOf(pid),
    parent,
    links: Array.from(bonds?.links ?? [], (linked) => linked.pid),
    monitors: [...(bonds?.watched?.values() ?? [])],
    monitoredBy: [
      ...Array.from(bonds?.watchers?.values() ?? [], (watcher) => watcher.pid),
      ...PendingCall.of(process).flatMap(({ caller }) => caller?.pid ?? []),
    ],
    trapsExits,
    mailboxSize,
    mailboxMax: mailbox?.bound?.max ?? Number.POSITIVE_INFINITY,
    dropped: mailbox?.bound?.dropped ?? 0,
    reductions: process.runtime.reductionsOf(process),
    state: stateOf(process),
  };
}

function statusOf(process: Process): ProcessInfo["status"] {
  if (process.running) return "running";
  if (process instanceof Server && process.suspended) return "suspended";
  if (process.pausedFor !== undefined) return "paused";
  return process.queued ? "runnable" : "waiting";
}

function stateOf(process: Process): ProcessInfo["state"] {
  return process instanceof Server ? { current: process.state } : undefined;
}
