/**
 * AgendaPart: what one list gives to an agenda: its dated todos of a stretch of days.
 *
 * Order: by id, so that a page may end anywhere.
 * Cost:  the ids of those days, and the todos that are told.
 * Source: PROTOCOL.md section 4, `agenda`.
 */
import type { Todo } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { AgendaPart } from "./todo_request.ts";

/** The answer of one list; `more`: there are others after the last one here. */
export interface AgendaTodos {
  readonly title: string;
  readonly seq: number;
  readonly todos: readonly Todo[];
  /** Bytes of `todos` as JSON. */
  readonly bytes: number;
  readonly more: boolean;
}

/** The todos that are wanted, as many as fit. */
export function agendaPart(
  { title, seq, todos: list }: ListState,
  { from, to, done = false, after, bytesMax }: AgendaPart,
): AgendaTodos {
  const ids = Float64Array.from(TodoList.idsBetween(list, from, to)).sort();
  const todos: Todo[] = [];
  let bytes = 0;
  for (const id of ids) {
    if (id <= after) continue;
    const todo = TodoList.get(list, id) as Todo;
    if (todo.done && !done) continue;
    const more = Buffer.byteLength(JSON.stringify(todo)) + 1;
    if (bytes + more > bytesMax) return { title, seq, todos, bytes, more: true };
    bytes += more;
    todos.push(todo);
  }
  return { title, seq, todos, bytes, more: false };
}
