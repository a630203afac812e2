/**
 * Method rename_list: give a list another title.
 *
 * Kind:   call. Subscribers are pushed the event once it is durable.
 * Params: { list, title }
 * Result: { changed: boolean, seq }
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const renameList: ListMethod<"rename_list"> = {
  kind: "list",
  name: "rename_list",
  list: ({ list }) => list,

  request({ title, key }) {
    return { type: "rename_list", title, key };
  },
};
