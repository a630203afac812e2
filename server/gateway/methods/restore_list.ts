/**
 * Method restore_list: bring a deleted list back, as it was, within 30 days.
 *
 * Kind:   call; for those who owned it. Its seq goes on in a new epoch.
 * Params: { list }
 * Result: { seq }
 * Errors: not_found (also when it is not deleted)
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const restoreList: ListMethod<"restore_list"> = {
  kind: "list",
  name: "restore_list",
  list: ({ list }) => list,

  request() {
    return { type: "restore_list" };
  },
};
