/**
 * Method add_todo: put a todo at the end of a list.
 *
 * Kind:   call or cast. Subscribers are pushed the event once it is durable.
 * Params: { list, todo: { title, date?, done?, notes?, priority?, tags?, assignee? } }
 * Result: { id, rev, seq }
 * Errors: list_full
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const addTodo: ListMethod<"add_todo"> = {
  kind: "list",
  name: "add_todo",
  list: ({ list }) => list,

  request({ todo, key }) {
    return { type: "add_todo", todo, key };
  },
};
