/**
 * Errors: the one table of refusals: kind → JSON-RPC code, may it be retried, one sentence.
 *
 * Source: PROTOCOL.md section 6. Close codes are in close_codes.ts.
 */
import type { Todo } from "../todo/todo.ts";

interface ErrorKindRow {
  /** JSON-RPC 2.0 section 5.1 for the first five, our own range for the rest. */
  readonly code: number;
  /** The same call, sent again unchanged, may succeed. */
  readonly retry: boolean;
  /** What is said when there is nothing more exact to say. */
  readonly sentence: string;
}

/** Every kind of refusal there is. */
export const ERRORS = {
  parse: row(-32700, false, "A message must be JSON; what came is not."),
  invalid_request: row(-32600, false, "A message must be a JSON-RPC 2.0 request; this is none."),
  unknown_method: row(
    -32601,
    false,
    "The method must be one this server has; it has none so named.",
  ),
  bad_args: row(-32602, false, "The params are not of the shape that the method wants."),
  internal: row(
    -32603,
    false,
    "The server failed at this call, and the failure is not the caller's.",
  ),
  timeout: row(-32010, true, "The call was not answered in the time it was given."),
  noproc: row(-32011, true, "The process that the call was for is not alive."),
  crashed: row(-32012, true, "The list's process crashed before it answered."),
  overloaded: row(-32013, true, "The list has more messages waiting than it takes."),
  rate_limited: row(-32014, true, "This was asked more often than one user may."),
  unauthenticated: row(-32015, false, "A valid token is wanted; none came, or its time is over."),
  forbidden: row(-32016, false, "Your role does not allow this."),
  not_found: row(-32017, false, "What was named does not exist, or is not for you to see."),
  conflict: row(-32018, false, "The todo has changed since the revision that was named."),
  key_reused: row(-32019, false, "This key names a write by another method; make a new one."),
  too_large: row(-32020, false, "The message is longer than the server takes."),
  bad_position: row(-32021, false, "A position is both epoch and seq; only one of them came."),
  read_only: row(-32022, true, "The server cannot write at the moment; reads go on."),
  duplicate_id: row(-32023, false, "A request with this id is still in flight."),
  list_full: row(-32024, false, "The list holds as much as a list may."),
  limit: row(-32025, false, "This would go above a limit of the server."),
} as const satisfies Record<string, ErrorKindRow>;

/** The stable word that programs go by. */
export type ErrorKind = keyof typeof ERRORS;

/** What an error says beyond its kind; each member only where PROTOCOL.md names it. */
export interface ErrorDetails {
  /** Milliseconds after which trying again makes sense. */
  readonly after_ms?: number;
  /** On every error reply to a write: whether it may have happened all the same. */
  readonly applied?: "no" | "unknown";
  /** With not_found: what is not there. */
  readonly what?: "list" | "todo" | "invite";
  /** With conflict: the todo as it is. */
  readonly todo?: Todo;
  /** With duplicate_id: the id as it was sent. */
  readonly id?: string | number;
  /** With a refused tx: the index of the op that failed. */
  readonly op?: number;
}

/** The `error` member of a reply. */
export interface ErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly kind: ErrorKind; readonly retry: boolean } & ErrorDetails;
}

/**
 * errorObject("not_found", "There is no such todo.", { what: "todo" }) → { code: -32017, … }
 * `message` is one plain sentence: what was wanted, what came; never a token or a todo's text.
 */
export function errorObject(
  kind: ErrorKind,
  message: string = ERRORS[kind].sentence,
  details: ErrorDetails = {},
): ErrorObject {
  const { code, retry } = ERRORS[kind];
  return { code, message, data: { kind, retry, ...details } };
}

/** Whether `word` is a kind of this table; a client meets others when the server is newer. */
export function isErrorKind(word: unknown): word is ErrorKind {
  return typeof word === "string" && Object.hasOwn(ERRORS, word);
}

function row(code: number, retry: boolean, sentence: string): ErrorKindRow {
  return { code, retry, sentence };
}
