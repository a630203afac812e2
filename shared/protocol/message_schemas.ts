/**
 * MessageSchemas: whole messages as zod schemas, for the published document and tests.
 *
 * Source: JSON-RPC 2.0; PROTOCOL.md section 2.
 */
import * as z from "zod";
import { REQUEST_ID_CHARACTERS_MAX } from "./limits.ts";
import { METHODS, type MethodName, PARAMS } from "./methods.ts";
import { PUSHES } from "./push_schemas.ts";
import type { PushName } from "./pushes.ts";
import { error, RESULTS } from "./result_schemas.ts";
import { optional } from "./value_schemas.ts";

const jsonrpc = z.literal("2.0");
/** What names a call while it is in flight. */
export const requestId = z.union([z.string().min(1).max(REQUEST_ID_CHARACTERS_MAX), z.int()]);

/** A call of `name`; also a cast, which has no id, where the method may be cast. */
export function call(name: MethodName) {
  const params = PARAMS[name];
  return z.object({
    jsonrpc,
    id: METHODS[name].cast ? optional(requestId) : requestId,
    method: z.literal(name),
    params: params.safeParse({}).success ? optional(params) : params,
  });
}

/** The reply to a call of `name` that did what it says. */
export function resultReply(name: MethodName) {
  return z.object({ jsonrpc, id: requestId, result: RESULTS[name] });
}

/** The reply to one that did not, or to what cannot be read. */
export const errorReply = z.object({ jsonrpc, id: requestId.nullable(), error });

/** A push. */
export function push(name: PushName) {
  return z.object({ jsonrpc, method: z.literal(name), params: PUSHES[name] });
}
