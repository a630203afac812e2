/**
 * Replies: the text of an answer, as it goes to the client.
 *
 * `applied` stands on every refusal of a write: "unknown" where the write may have happened, unless
 * who refused it knows better.
 * Source: PROTOCOL.md section 6.
 */
import { encodeError, encodeResult } from "../../shared/protocol/codec.ts";
import { type ErrorKind, errorObject } from "../../shared/protocol/errors.ts";
import type { RequestId } from "../../shared/protocol/json_rpc.ts";
import { isMethod, METHODS } from "../../shared/protocol/methods.ts";
import type { Answer } from "../todo/todo_request.ts";

const MAY_HAVE_HAPPENED: ReadonlySet<ErrorKind> = new Set(["timeout", "crashed", "internal"]);

/** The reply to the call `id` of `method`, which need not be one there is. */
export function replyText(id: RequestId | null, method: string, answer: Answer): string {
  if (answer.ok) return encodeResult(id ?? "", answer.json ?? answer.result);
  const { kind, message, details } = answer;
  const applied = MAY_HAVE_HAPPENED.has(kind) ? "unknown" : "no";
  const isWrite = isMethod(method) && METHODS[method].write;
  return encodeError(id, errorObject(kind, message, isWrite ? { applied, ...details } : details));
}
