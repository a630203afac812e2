/**
 * Method members: who may do what with a list.
 *
 * Kind:   call.
 * Params: { list }
 * Result: { members: [{ user, role }], seq }   by user
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const members: ListMethod<"members"> = {
  kind: "list",
  name: "members",
  list: ({ list }) => list,

  request() {
    return { type: "members" };
  },
};
