/**
 * CloseError: what the end of a connection means for those who waited on it.
 *
 * Shape: a socket's close and the `bye` that came before it → one RpcError. Credentials that are
 *        refused are `unauthenticated`, an upgrade that is not for this caller is `forbidden`; all
 *        else is `unreachable` (there never was a connection) or `closed`.
 * Source: PROTOCOL.md sections 1 and 6; close codes 44xx are not tried again.
 */
import { mayReconnect } from "../shared/protocol/close_codes.ts";
import { ERRORS, type ErrorKind } from "../shared/protocol/errors.ts";
import type { Push } from "../shared/protocol/pushes.ts";
import { RpcError, type RpcErrorKind } from "./rpc_error.ts";
import type { SocketClose } from "./socket.ts";

/** HTTP answers to an upgrade that have a kind of their own. */
const KIND_OF_STATUS: ReadonlyMap<number, ErrorKind> = new Map([
  [401, "unauthenticated"],
  [403, "forbidden"],
  [429, "rate_limited"],
]);
/** HTTP 400: what was sent is no upgrade that the server takes, and will not be one later. */
const STATUS_BAD_REQUEST = 400;
const CLOSED_CREDENTIALS: ReadonlySet<number> = new Set([4401, 4403]);

/** `url` is named in the message, for people who have several servers. */
export function closeError(url: string, close: SocketClose, bye?: Push<"bye">): RpcError {
  const { code, opened, status } = close;
  const data = {
    close_code: code,
    ...(bye?.after_ms === undefined ? {} : { after_ms: bye.after_ms }),
    ...(status === undefined ? {} : { status }),
  };
  const fields = { ...ofKind(kindOf(close)), data };
  if (status !== undefined) {
    const sentence = `The server at ${url} refused the connection (HTTP ${status}).`;
    const retry = fields.retry && status !== STATUS_BAD_REQUEST;
    return new RpcError(sentence, { ...fields, retry });
  }
  if (!opened) return new RpcError(`The server at ${url} cannot be reached.`, fields);
  const why = bye?.reason ?? close.reason;
  return new RpcError(
    why === "" ? `The connection to ${url} was lost.` : `The server closed the connection: ${why}`,
    { ...fields, retry: mayReconnect(code) },
  );
}

function kindOf({ code, opened, status }: SocketClose): RpcErrorKind {
  if (CLOSED_CREDENTIALS.has(code)) return "unauthenticated";
  if (status !== undefined) return KIND_OF_STATUS.get(status) ?? "unreachable";
  return opened ? "closed" : "unreachable";
}

function ofKind(kind: RpcErrorKind): { kind: RpcErrorKind; code: number; retry: boolean } {
  if (kind === "closed" || kind === "unreachable") return { kind, code: 0, retry: true };
  const { code, retry } = ERRORS[kind];
  return { kind, code, retry };
}
