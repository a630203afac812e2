/**
 * ListPages: answers that may be long, cut where a page ends.
 *
 * Bound: PAGE_BYTES_MAX of JSON and, where given, `limit` entries; at least one entry.
 * Cost:  what is on the page, whatever the list holds.
 * Source: PROTOCOL.md section 4, pages.
 */
import { PAGE_BYTES_MAX } from "../../shared/protocol/limits.ts";
import type { List, Results } from "../../shared/protocol/results.ts";
import type { Todo, TodoId } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";

/** Room for what stands around the todos: the title, 500 code points, is the longest of it. */
const ENVELOPE_BYTES = 4096;

export interface PageRequest {
  readonly after?: TodoId | undefined;
  readonly limit?: number | undefined;
}

/** Who the list is on the wire. */
export interface ListName {
  readonly list: string;
  readonly epoch: string;
}

/** A page of the whole list. */
export function listPage({ list, epoch }: ListName, state: ListState, request: PageRequest): List {
  const { title, seq, todos } = state;
  const { next } = todos;
  return {
    list,
    title,
    epoch,
    seq,
    next,
    ...cut(TodoList.page(todos, request.after ?? 0), request),
  };
}

/** A page of the todos of one date. */
export function todosPage(
  { seq, todos }: ListState,
  date: string | null,
  request: PageRequest,
): Results<"todos"> {
  const { todos: page, more } = cut(TodoList.todosAfter(todos, date, request.after ?? 0), request);
  return more === undefined ? { todos: page, seq } : { todos: page, seq, more };
}

function cut(
  from: Iterable<Todo>,
  { limit = Number.POSITIVE_INFINITY }: PageRequest,
): { readonly todos: Todo[]; readonly more?: true } {
  const todos: Todo[] = [];
  let bytes = ENVELOPE_BYTES;
  for (const todo of from) {
    bytes += Buffer.byteLength(JSON.stringify(todo)) + 1;
    if (todos.length === limit || (bytes > PAGE_BYTES_MAX && todos.length > 0)) {
      return { todos, more: true };
    }
    todos.push(todo);
  }
  return { todos };
}
