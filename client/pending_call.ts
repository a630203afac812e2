/**
 * PendingCall: one call or cast of a client, from being made until it is over.
 *
 * Shape: what is asked never changes; where it is on its way does, by its owner, pending_calls.ts.
 */
import { ERRORS } from "../shared/protocol/errors.ts";
import type { RpcClient } from "./rpc_client.ts";
import { type Outcome, RpcError, withApplied } from "./rpc_error.ts";

/** What is asked. `params`: JSON text. `done` undefined: a cast. */
export interface CallRequest {
  readonly method: string;
  readonly params: string;
  /** The list that it is about; "": none. Calls of one list keep their order through retries. */
  readonly list: string;
  readonly write: boolean;
  /** Until it fails by itself. */
  readonly deadlineMs: number;
  /** False: it is sent once; a lost connection and every error reply are its end. */
  readonly resend: boolean;
  readonly done: ((outcome: Outcome) => void) | undefined;
}

/** One call on its way. */
export interface PendingCall extends CallRequest {
  /** In the order of being made. */
  readonly number: number;
  place: "waiting" | "sent" | "over";
  /** The one it was sent over last. */
  connection: RpcClient | undefined;
  /** How often the list crashed over it. */
  crashes: number;
  /** The error reply after which it waits to be sent again. */
  refusal: RpcError | undefined;
  /** It was sent and how that ended is not known. */
  inDoubt: boolean;
}

/** A call that waits to be sent. */
export function pendingCall(request: CallRequest, number: number): PendingCall {
  const fresh = { place: "waiting", connection: undefined, refusal: undefined } as const;
  return { ...request, ...fresh, number, crashes: 0, inDoubt: false };
}

/** The outcome as the caller is told it; an error says of a write whether it may have happened. */
export function judged(outcome: Outcome, { write, inDoubt }: PendingCall): Outcome {
  if (outcome.ok || !write) return outcome;
  return { ok: false, error: withDoubt(outcome.error, inDoubt) };
}

/** Refusals after a write's key was looked at: it had not been done before, nor is it now. */
const DECIDED_ANEW: ReadonlySet<string> = new Set(["conflict", "list_full", "limit"]);

function withDoubt(error: RpcError, inDoubt: boolean): RpcError {
  const { applied, what } = error.data;
  if (!inDoubt) return applied === undefined ? withApplied(error, "no") : error;
  return DECIDED_ANEW.has(error.kind) || what === "todo" ? error : withApplied(error, "unknown");
}

/** Why a call failed whose time is over. */
export function timeoutError({ method, place, refusal }: PendingCall): RpcError {
  if (place === "waiting" && refusal !== undefined) return refusal; // What it waited for.
  const sentence =
    place === "waiting"
      ? `${method} could not be sent in its time: no connection was free for it.`
      : `${method} got no reply in its time.`;
  return new RpcError(sentence, { kind: "timeout", ...ERRORS.timeout });
}
