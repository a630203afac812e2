/**
 * ProcessInfo: what can be seen of a process from outside, at this moment; for people and tests.
 *
 * Source: Erlang process_info(2); and sys:get_state for `state`.
 */
import { CallbackBehaviour } from "./callback_process.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";

export interface ProcessInfo {
  /**
   * running: it is its turn; runnable: it waits for its turn; waiting: for a message;
   * suspended: by sys.suspend.
   */
  readonly status: "running" | "runnable" | "waiting" | "suspended";
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
  /** Messages taken and calls made so far: the budget of turns that it has used. */
  readonly reductions: number;
  /** Of a GenServer, as it is now; undefined: it is none. */
  readonly state: { readonly current: unknown } | undefined;
}

/** undefined: it has ended. */
export function processInfo(pid: Pid): ProcessInfo | undefined {
  const { process } = pid;
  if (process === undefined) return undefined;
  const { label, parent, links, watched, watchers, trapsExits, mailboxSize, mailboxMax } = process;
  return {
    status: statusOf(process),
    label,
    registeredNames: process.runtime.names.namesOf(pid),
    parent,
    links: Array.from(links ?? [], (linked) => linked.pid),
    monitors: [...(watched?.values() ?? [])],
    monitoredBy: Array.from(watchers?.values() ?? [], (watcher) => watcher.pid),
    trapsExits,
    mailboxSize,
    mailboxMax,
    reductions: process.runtime.reductionsOf(process),
    state: stateOf(process),
  };
}

function statusOf(process: Process): ProcessInfo["status"] {
  if (process.running) return "running";
  const { behaviour } = process;
  if (behaviour instanceof CallbackBehaviour && behaviour.server?.suspended === true) {
    return "suspended";
  }
  return process.queued ? "runnable" : "waiting";
}

function stateOf({ behaviour }: Process): ProcessInfo["state"] {
  if (!(behaviour instanceof CallbackBehaviour) || behaviour.server === undefined) return undefined;
  return { current: behaviour.server.state };
}
