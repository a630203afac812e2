/**
 * Method delete_todo: take a todo out of a list.
 *
 * Kind:   call or cast. Subscribers are pushed the event once it is durable.
 * Params: { list, id, if_rev? }
 * Result: { changed: boolean, seq }   false: there is no such todo
 * Errors: conflict (with the todo as it is)
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const deleteTodo: ListMethod<"delete_todo"> = {
  kind: "list",
  name: "delete_todo",
  list: ({ list }) => list,

  request({ id, if_rev, key }) {
    return { type: "delete_todo", id, ifRev: if_rev, key };
  },
};
