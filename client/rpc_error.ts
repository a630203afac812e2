/**
 * RpcError: the one thing that calls of this library fail with.
 *
 * Shape: `kind` is the stable word to go by; `message` one plain sentence for people.
 * Source: PROTOCOL.md section 6, and two kinds that no server sends: `unreachable` (no connection
 *         came about) and `closed` (it ended before the answer came).
 */
import {
  ERRORS,
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
  /** What was thrown, where another's error is behind it. */
  readonly cause?: unknown;
}

export class RpcError extends Error {
  readonly kind: RpcErrorKind;
  readonly code: number;
  readonly retry: boolean;
  readonly data: RpcErrorData;

  constructor(message: string, { kind, code, retry, data = {}, cause }: RpcErrorFields) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "RpcError";
    this.kind = kind;
    this.code = code;
    this.retry = retry;
    this.data = data;
  }
}

/** The error of a reply. A kind of a newer server, or none, is `internal`; the rest is kept. */
export function replyError({ code, message, data }: ErrorReply): RpcError {
  const { kind, retry = false, ...details } = data ?? {};
  return new RpcError(message, {
    kind: isErrorKind(kind) ? kind : "internal",
    code,
    retry,
    data: details,
  });
}

/** As JSON-RPC 2.0 has it: `data` may be missing. */
type ErrorReply = Omit<ErrorObject, "data"> & { readonly data?: Partial<ErrorObject["data"]> };

/** What became of a call. */
export type Outcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: RpcError };

/** The same error with `data.applied`: whether the write that failed may have happened. */
export function withApplied(error: RpcError, applied: "no" | "unknown"): RpcError {
  const { message, kind, code, retry, data, cause } = error;
  return new RpcError(message, { kind, code, retry, data: { ...data, applied }, cause });
}

/** What calls fail with that wait when their client is closed. */
export function closedByUs(): RpcError {
  return closed("The connection was closed by this client.");
}

/** What connecting fails with where no token can be had; `retry`: later there may be one. */
export function unauthenticated(sentence: string, retry = true, cause?: unknown): RpcError {
  const { code } = ERRORS.unauthenticated;
  return new RpcError(sentence, { kind: "unauthenticated", code, retry, cause });
}

/** What a call fails with that goes with its connection, while the client makes another. */
export function interrupted(): RpcError {
  return closed("The connection that the call was to go over is no more.");
}

function closed(sentence: string): RpcError {
  return new RpcError(sentence, { kind: "closed", code: 0, retry: true });
}

/** Whether a call failed so that had been sent before, without its reply having come. */
export function isOfRepeat(error: unknown, kind: RpcErrorKind): boolean {
  return error instanceof RpcError && error.kind === kind && error.data.applied === "unknown";
}
