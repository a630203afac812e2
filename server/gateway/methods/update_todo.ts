/**
 * Method update_todo: change some members of one todo.
 *
 * Kind:   call or cast. Subscribers are pushed the event once it is durable.
 * Params: { list, id, patch?, add_tags?, remove_tags?, if_rev? }   at least one of the three
 *         changes
 * Result: { todo, changed: boolean, seq }
 * Errors: not_found (what: "todo") | conflict (with the todo as it is)
 * Source: PROTOCOL.md section 4; the patch is RFC 7396.
 */
import type { ListMethod } from "../method.ts";

export const updateTodo: ListMethod<"update_todo"> = {
  kind: "list",
  name: "update_todo",
  list: ({ list }) => list,

  request({ id, patch, add_tags, remove_tags, if_rev, key }) {
    const change = { patch, addTags: add_tags, removeTags: remove_tags };
    return { type: "update_todo", id, change, ifRev: if_rev, key };
  },
};
