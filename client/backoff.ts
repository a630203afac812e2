/**
 * Backoff: how long to wait before trying again, so that many clients do not come back at once.
 *
 * Pure: chance is passed in.
 * Source: PROTOCOL.md sections 6 (`retry`, `after_ms`) and 7 (full jitter).
 */
import { RECONNECT_MS_MAX, RECONNECT_MS_MIN } from "../shared/protocol/limits.ts";
import type { RpcError, RpcErrorKind } from "./rpc_error.ts";

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
  const boundMs = Math.min(RECONNECT_MS_MAX, RECONNECT_MS_MIN * 2 ** (failures - 1));
  return random() * boundMs;
}

/**
 * Milliseconds after which a call that was answered with `error` is sent again; undefined: the
 * error is its answer. `tries`: how often it was answered so before. `timeout` is an answer: the
 * time that the caller gave is over.
 */
export function retryMs(
  { kind, data }: RpcError,
  tries: number,
  random: () => number,
): number | undefined {
  const again = NOT_BEGUN.has(kind) || (kind === "crashed" && tries < CRASHES_MAX);
  return again ? (data.after_ms ?? 0) + fullJitterMs(tries + 1, random) : undefined;
}
