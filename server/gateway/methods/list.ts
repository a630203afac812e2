/**
 * Method list: a list with its todos, one page of them.
 *
 * Kind:   call; a bulk read.
 * Params: { list, after?: id, limit?: 1..1000 }
 * Result: { list, title, epoch, seq, next, todos, more? }   ascending ids
 * Source: PROTOCOL.md sections 3 and 4.
 */
import type { ListMethod } from "../method.ts";

export const list: ListMethod<"list"> = {
  kind: "list",
  name: "list",
  list: (params) => params.list,

  request({ after, limit }) {
    return { type: "list", after, limit };
  },
};
