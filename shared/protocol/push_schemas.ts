/**
 * PushSchemas: what the server sends unasked, as zod schemas, for the published document and tests.
 *
 * The types are in pushes.ts, which a client may use without zod; `satisfies` holds these to them.
 * Source: PROTOCOL.md sections 1 and 5.
 */
import * as z from "zod";
import { CLOSE_CODES, type CloseCode } from "./close_codes.ts";
import type { Push, PushName } from "./pushes.ts";
import { event, list, pid } from "./result_schemas.ts";
import * as Value from "./value_schemas.ts";

const CODES = Object.keys(CLOSE_CODES).map((code) => Number(code) as CloseCode);
const whole = Value.integer(0);
const present = z.array(z.object({ user: Value.user, pid }));

/** The `params` of each push. */
export const PUSHES = {
  welcome: z.object({
    pid,
    user: Value.user,
    node: z.string(),
    server: z.string(),
    protocol: Value.integer(1),
    heartbeat_ms: whole,
    features: z.array(z.string()),
    limits: z.object({
      message_bytes: whole,
      in_flight: whole,
      subscriptions: whole,
      messages_per_s: whole,
      new_lists_per_min: whole,
    }),
  }),
  event,
  snapshot: list.extend({ reason: z.enum(["slow", "restarted"]) }),
  presence: z.object({ list: Value.listId, joined: present, left: present }),
  gone: z.object({ list: Value.listId, reason: z.enum(["deleted", "revoked"]) }),
  tick: z.object({ now: whole }),
  goaway: z.object({ within_ms: whole, jitter_ms: whole }),
  bye: z.object({
    code: z.literal(CODES),
    reason: z.string(),
    after_ms: Value.optional(whole),
  }),
} satisfies { readonly [Name in PushName]: z.ZodType<Push<Name>> };
