/**
 * Backoff: how long to wait before trying again, so that many clients do not come back at once.
 *
 * Pure: chance is passed in.
 * Source: PROTOCOL.md sections 6 (`retry`, `after_ms`) and 7 (full jitter).
 */
import { RECONNECT_MS_MAX, RECONNECT_MS_MIN } from "../shared/protocol/limits.ts";
import type { RpcError, RpcErrorKind } from "./rpc_error.ts";

const RESTART_MS_MAX = 1000; // A server that restarts is back in a few seconds.
const RETRY_MS_MAX = 2000; // A call has a few seconds in all: it is to be tried several times.
const CRASHES_MAX = 1; // A call after which a list crashes twice may well be the reason.
/** The call was not begun: it may be sent again as it is. */
const NOT_BEGUN: ReadonlySet<RpcErrorKind> = new Set([
  "overloaded",
  "rate_limited",
  "read_only",
  "noproc",
]);

/**
 * Any moment below a bound that doubles with every failure: 0.5 s after the first, 20 s at most.
 * `failures` >= 1.
 */
export function fullJitterMs(failures: number, random: () => number): number {
  return random() * boundMs(failures, RECONNECT_MS_MAX);
}

/** Any moment of a second, however often it failed: for a server that said it goes away. */
export function restartJitterMs(random: () => number): number {
  return random() * RESTART_MS_MAX;
}

/** As `fullJitterMs`, for a call that is sent again: 2 s at most. */
export function retryJitterMs(failures: number, random: () => number): number {
  return random() * boundMs(failures, RETRY_MS_MAX);
}

/**
 * Whether a call that was answered with `error` is sent again; else the error is its answer.
 * `crashes`: how often it was answered `crashed` before. `timeout` is an answer: the time that the
 * caller gave is over.
 */
export function mayRetry({ kind }: RpcError, crashes: number): boolean {
  return NOT_BEGUN.has(kind) || (kind === "crashed" && crashes < CRASHES_MAX);
}

function boundMs(failures: number, maxMs: number): number {
  return Math.min(maxMs, RECONNECT_MS_MIN * 2 ** (failures - 1));
}
