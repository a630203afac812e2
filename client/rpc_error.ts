/**
 * RpcError: the one thing that calls of this library fail with.
 *
 * Shape: `kind` is the stable word to go by; `message` one plain sentence for people.
 * Source: PROTOCOL.md section 6, and two kinds that no server sends: `unreachable` (no connection
 *         came about) and `closed` (it ended before the answer came).
 */
import {
  type ErrorDetails,
  type ErrorKind,
  type ErrorObject,
  isErrorKind,
} from "../shared/protocol/errors.ts";

/** Every reason for which a call may fail. */
export type RpcErrorKind = ErrorKind | "unreachable" | "closed";

/** What an error says beyond its kind; members that this version does not know are kept. */
export interface RpcErrorData extends ErrorDetails {
  /** With `closed` and `unreachable`: the WebSocket's close code; 1006 when there was none. */
  readonly close_code?: number;
  readonly [member: string]: unknown;
}

interface RpcErrorFields {
  readonly kind: RpcErrorKind;
  /** The JSON-RPC code; 0 for the two kinds that no server sends. */
  readonly code: number;
  /** The same call, sent again unchanged, may succeed. */
  readonly retry: boolean;
  readonly data?: RpcErrorData;
}

export class RpcError extends Error {
  readonly kind: RpcErrorKind;
  readonly code: number;
  readonly retry: boolean;
  readonly data: RpcErrorData;

  constructor(message: string, { kind, code, retry, data = {} }: RpcErrorFields) {
    super(message);
    this.name = "RpcError";
    this.kind = kind;
    this.code = code;
    this.retry = retry;
    this.data = data;
  }
}

/** The error of a reply. A kind of a newer server is taken for `internal`, the rest is kept. */
export function replyError({ code, message, data }: ErrorObject): RpcError {
  const { kind, retry, ...details } = data;
  return new RpcError(message, {
    kind: isErrorKind(kind) ? kind : "internal",
    code,
    retry,
    data: details,
  });
}

/** What became of a call. */
export type Outcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: RpcError };

/** The same error with `data.applied`: whether the write that failed may have happened. */
export function withApplied(error: RpcError, applied: "no" | "unknown"): RpcError {
  const { message, kind, code, retry, data } = error;
  return new RpcError(message, { kind, code, retry, data: { ...data, applied } });
}

/** What calls fail with that wait when their client is closed. */
export function closedByUs(): RpcError {
  return new RpcError("The connection was closed by this client.", {
    kind: "closed",
    code: 0,
    retry: true,
  });
}

/** Whether a call failed so that had been sent before, without its reply having come. */
export function isOfRepeat(error: unknown, kind: RpcErrorKind): boolean {
  return error instanceof RpcError && error.kind === kind && error.data.applied === "unknown";
}
