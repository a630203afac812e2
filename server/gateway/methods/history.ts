/**
 * Method history: who did what with a list, and when, one page of it.
 *
 * Kind:   call; a bulk read.
 * Params: { list, before?: seq, limit?: 1..500 }   without a limit: 100
 * Result: { events, more? }   newest first, each as its `event` push was
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const history: ListMethod<"history"> = {
  kind: "list",
  name: "history",
  list: ({ list }) => list,

  request({ before, limit }) {
    return { type: "history", before, limit };
  },
};
