/**
 * Index: the process runtime's public names. Everything else in this folder is its own business.
 */
export {
  CALL_TIMEOUT_MS,
  Call,
  type CallResult,
  call,
  type From,
  Reply,
  reply,
  request,
} from "./call.ts";
export { selectOnly, startCallback } from "./callback_process.ts";
export { type Clock, SystemClock, VirtualClock } from "./clock.ts";
export { DuplicateRegistry } from "./duplicate_registry.ts";
export * as DynamicSupervisor from "./dynamic_supervisor.ts";
export { describeReason, type ExitReason, isOrderly } from "./exit_reason.ts";
export { type Down, type Exit, exit, exitProcess, trapExits } from "./exits.ts";
export * as GenServer from "./gen_server.ts";
export { DATA } from "./isolation.ts";
export { link, unlink } from "./links.ts";
export type { MailboxOptions } from "./mailbox_bound.ts";
export { demonitor, monitor } from "./monitors.ts";
export { isAlive, type Pid } from "./pid.ts";
export { type ProcessInfo, processInfo } from "./process_info.ts";
export { after, any, cases, on, receive } from "./receive.ts";
export { makeRef, type Ref } from "./ref.ts";
export { Registry } from "./registry.ts";
export { Runtime, type RuntimeOptions } from "./runtime.ts";
export { cancelTimer, readTimer, send, sendAfter } from "./send.ts";
export { type SpawnOptions, self, spawn, spawnLink } from "./spawn.ts";
export * as Supervisor from "./supervisor.ts";
export * as sys from "./sys.ts";
export type { TraceEvent } from "./system_message.ts";
export * as Task from "./task.ts";
export { type CallTold, Telemetry } from "./telemetry.ts";
export type { Body, Waiting } from "./waiting.ts";
