/**
 * Sys: looking into a running GenServer: its state, a pause, a trace; for people and tests.
 *
 *     const state = yield* sys.getState<number>(counter); // { ok: true, value: 3 }
 *
 * The server is asked by a message, in order: a cast sent before has been done. `error`: "noproc",
 * "timeout", "calling_self", "no_server" (it is no GenServer), or why it ended meanwhile.
 * Source: OTP sys(3).
 */
import { CALL_TIMEOUT_MS, type CallResult } from "./call.ts";
import { current } from "./current.ts";
import type { Down } from "./exits.ts";
import { Server } from "./gen_server.ts";
import { demonitor, monitor } from "./monitors.ts";
import type { Pid } from "./pid.ts";
import { after, on, receive } from "./receive.ts";
import {
  SystemMessage,
  type SystemReply,
  type SystemRequest,
  type TraceEvent,
} from "./system_message.ts";
import type { Waiting } from "./waiting.ts";

/** The state that its callbacks are given. */
export function getState<State>(pid: Pid, timeoutMs = CALL_TIMEOUT_MS): Waiting<CallResult<State>> {
  return ask<State>(pid, { type: "get_state" }, timeoutMs);
}

/** From now on its messages wait; only system messages and the end of its parent reach it. */
export function suspend(pid: Pid, timeoutMs = CALL_TIMEOUT_MS): Waiting<CallResult<"ok">> {
  return ask(pid, { type: "suspend" }, timeoutMs);
}

/** It takes its messages again, those that waited first. */
export function resume(pid: Pid, timeoutMs = CALL_TIMEOUT_MS): Waiting<CallResult<"ok">> {
  return ask(pid, { type: "resume" }, timeoutMs);
}

/** Sends every message, reply and new state of it to `to`; undefined: no longer. */
export function trace(
  pid: Pid,
  to: Pid<TraceEvent> | undefined,
  timeoutMs = CALL_TIMEOUT_MS,
): Waiting<CallResult<"ok">> {
  return ask(pid, { type: "trace", to }, timeoutMs);
}

function* ask<Value>(
  pid: Pid,
  request: SystemRequest,
  timeoutMs: number,
): Waiting<CallResult<Value>> {
  const { process } = pid;
  if (process === undefined) return { ok: false, error: "noproc" };
  if (process === current()) return { ok: false, error: "calling_self" };
  if (!(process instanceof Server)) return { ok: false, error: "no_server" };
  const ref = monitor(pid);
  process.deliver(new SystemMessage(current(), ref, request));
  const outcome = yield* receive<CallResult<Value>>(
    on({ type: "sys", ref }, ({ value }: SystemReply) => ({ ok: true, value: value as Value })),
    on({ type: "DOWN", ref }, ({ reason }: Down) => ({ ok: false, error: reason })),
    after(timeoutMs, () => ({ ok: false, error: "timeout" })),
  );
  demonitor(ref, { flush: true });
  return outcome;
}
