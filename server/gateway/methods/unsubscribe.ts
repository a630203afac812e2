/**
 * Method unsubscribe: be told no more of a list's changes.
 *
 * Kind:   call. Nothing of the list is pushed after the reply.
 * Params: { list }
 * Result: {}   always, whether there was a subscription, or such a list
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const unsubscribe: ListMethod<"unsubscribe"> = {
  kind: "list",
  name: "unsubscribe",
  list: ({ list }) => list,

  // Asked of the list whether there is a subscription or not: one may be on its way.
  request() {
    return { type: "unsubscribe" };
  },
};
