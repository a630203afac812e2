/**
 * Method unshare: end a membership; an owner anybody's, everybody their own.
 *
 * Kind:   call. The one removed gets `gone`, the other subscribers the event, once it is durable.
 * Params: { list, user }
 * Result: { members, changed: boolean, seq }
 * Errors: forbidden (the last owner cannot leave)
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const unshare: ListMethod<"unshare"> = {
  kind: "list",
  name: "unshare",
  list: ({ list }) => list,

  request({ user, key }) {
    return { type: "unshare", user, key };
  },
};
