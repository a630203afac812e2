/**
 * JsonRpc: the shapes of the messages on the wire.
 *
 * Source: JSON-RPC 2.0; PROTOCOL.md section 2 narrows it (no batches, params are an object).
 */
import type { ErrorObject } from "./errors.ts";

/** A string of 1..64 characters or a safe integer, unique among a connection's calls in flight. */
export type RequestId = string | number;

/** A notification of the server: news that nobody asked for. */
export interface PushMessage {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: object;
}

/** The reply to a call that did what it says. */
export interface ResultReply {
  readonly jsonrpc: "2.0";
  readonly id: RequestId;
  readonly result: unknown;
}

/** The reply to a call that did not, or (id null) to what cannot be read as a call or a cast. */
export interface ErrorReply {
  readonly jsonrpc: "2.0";
  readonly id: RequestId | null;
  readonly error: ErrorObject;
}

/** All that a server sends. */
export type ServerMessage = ResultReply | ErrorReply | PushMessage;
