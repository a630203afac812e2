/**
 * Method todos: the todos of one date, one page of them.
 *
 * Kind:   call; a bulk read.
 * Params: { list, date: "YYYY-MM-DD" | null, after?: id, limit?: 1..1000 }   null: the undated
 * Result: { todos, seq, more? }   ascending ids
 * Source: PROTOCOL.md section 4.
 */
import type { ListMethod } from "../method.ts";

export const todos: ListMethod<"todos"> = {
  kind: "list",
  name: "todos",
  list: ({ list }) => list,

  request({ date, after, limit }) {
    return { type: "todos", date, after, limit };
  },
};
