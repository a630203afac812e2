/**
 * Method share: make a user a member of a list, or give a member another role.
 *
 * Kind:   call. Subscribers are pushed the event once it is durable.
 * Params: { list, user, role: "viewer" | "editor" | "owner" }   the user need never have connected
 * Result: { members, changed: boolean, seq }
 * Errors: forbidden (the last owner cannot be lowered) | limit (members of a list)
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const share: ListMethod<"share"> = {
  kind: "list",
  name: "share",
  list: ({ list }) => list,

  request({ user, role, key }) {
    return { type: "share", user, role, key };
  },
};
