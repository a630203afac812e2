/**
 * CallRefusals: what a call fails with by this client, the server not having seen it.
 *
 * Source: PROTOCOL.md sections 1 (`too_large`) and 2 (`timeout_ms`).
 */
import { ERRORS } from "../shared/protocol/errors.ts";
import { CALL_TIMEOUT_MS_MAX } from "../shared/protocol/limits.ts";
import { RpcError } from "./rpc_error.ts";

const UTF8_BYTES_MAX = 3; // Of one UTF-16 unit.

/** The server would refuse it too; here it would set a timer first. */
export function timeoutRefusal(timeoutMs: number | undefined): RpcError | undefined {
  const isFine = Number.isInteger(timeoutMs) && Number(timeoutMs) >= 1;
  if (timeoutMs === undefined || (isFine && timeoutMs <= CALL_TIMEOUT_MS_MAX)) return undefined;
  const range = `an integer from 1 to ${CALL_TIMEOUT_MS_MAX}`;
  const sentence = `timeoutMs must be ${range}; ${timeoutMs} came.`;
  return new RpcError(sentence, { kind: "bad_args", ...ERRORS.bad_args });
}

/** As many wait as may. */
export function tooManyWait(): RpcError {
  const sentence = "More calls wait for the connection than this client keeps.";
  return new RpcError(sentence, { kind: "overloaded", ...ERRORS.overloaded });
}

/** Its connection was closed over a frame of which it was a part, or may have been. */
export function tooLarge({ data }: RpcError): RpcError {
  const sentence = "The server closed the connection over a frame that was too large for it.";
  return new RpcError(sentence, { kind: "too_large", ...ERRORS.too_large, data });
}

/** Why a message may not leave that is longer than `bytesMax` in UTF-8; undefined: it may. */
export function sizeRefusal(method: string, text: string, bytesMax: number): RpcError | undefined {
  if (text.length * UTF8_BYTES_MAX <= bytesMax) return undefined;
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= bytesMax) return undefined;
  const message = `${method} takes at most ${bytesMax} bytes as one message; this has ${bytes}.`;
  return new RpcError(message, { kind: "too_large", ...ERRORS.too_large });
}
