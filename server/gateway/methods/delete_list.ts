/**
 * Method delete_list: take a list away, for good after 30 days.
 *
 * Kind:   call. Subscribers are pushed `gone` once it is durable.
 * Params: { list }
 * Result: {}
 * Errors: not_found (also when it is deleted already)
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const deleteList: ListMethod<"delete_list"> = {
  kind: "list",
  name: "delete_list",
  list: ({ list }) => list,

  request() {
    return { type: "delete_list" };
  },
};
