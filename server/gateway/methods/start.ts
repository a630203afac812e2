/**
 * Method start: make a list, or learn where it runs.
 *
 * Kind:   call. The list's process decides which of the two it is.
 * Params: { list?: id, title?: string, todos?: up to 100 todos }   without `list` an id is made up
 * Result: { list, pid, epoch, seq, created: boolean }
 * Errors: forbidden (taken by others) | rate_limited (new lists of one user)
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const start: ListMethod<"start"> = {
  kind: "list",
  name: "start",

  list({ list, key }, { caller, directory }) {
    return list ?? directory.newListId(caller.user, key);
  },

  request({ title, todos, key }) {
    return { type: "start", title, todos, key };
  },
};
