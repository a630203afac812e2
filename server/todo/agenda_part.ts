/**
 * AgendaPart: what one list gives to an agenda: its dated todos of a stretch of days.
 *
 * Order: by id, so that a page may end anywhere. Cost: the todos of those days, not the list.
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
  const wanted = [...TodoList.todosBetween(list, from, to)]
    .filter((todo) => todo.id > after && (done || !todo.done))
    .sort((a, b) => a.id - b.id);
  const todos: Todo[] = [];
  let bytes = 0;
  for (const todo of wanted) {
    const more = Buffer.byteLength(JSON.stringify(todo)) + 1;
    if (bytes + more > bytesMax) return { title, seq, todos, bytes, more: true };
    bytes += more;
    todos.push(todo);
  }
  return { title, seq, todos, bytes, more: false };
}
