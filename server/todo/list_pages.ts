/**
 * ListPages: answers that may be long, cut where a page ends; as the JSON that is sent.
 *
 * Bound: PAGE_BYTES_MAX of JSON and, where given, `limit` entries; at least one entry.
 * Cost:  what is on the page, whatever the list holds.
 * Source: PROTOCOL.md section 4, pages.
 */
import { PAGE_BYTES_MAX } from "../../shared/protocol/limits.ts";
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

/** A page of the whole list: a `List` (results.ts) as JSON. */
export function listJson({ list, epoch }: ListName, state: ListState, page: PageRequest): string {
  const { title, seq, todos } = state;
  const head = `"list":"${list}","title":${JSON.stringify(title)},"epoch":"${epoch}"`;
  const from = TodoList.page(todos, page.after ?? 0);
  return `{${head},"seq":${seq},"next":${todos.next},${cut(from, page)}}`;
}

/** A page of the todos of one date: the result of `todos` as JSON. */
export function todosJson(
  { seq, todos }: ListState,
  date: string | null,
  page: PageRequest,
): string {
  const from = TodoList.todosAfter(todos, date, page.after ?? 0);
  return `{"seq":${seq},${cut(from, page)}}`;
}

/** `"todos":[…]`, and `"more":true` when not all of them fit. */
function cut(from: Iterable<Todo>, { limit = Number.POSITIVE_INFINITY }: PageRequest): string {
  const texts: string[] = [];
  let bytes = ENVELOPE_BYTES;
  let more = "";
  for (const todo of from) {
    const text = JSON.stringify(todo);
    bytes += Buffer.byteLength(text) + 1;
    if (texts.length === limit || (bytes > PAGE_BYTES_MAX && texts.length > 0)) {
      more = ',"more":true';
      break;
    }
    texts.push(text);
  }
  return `"todos":[${texts.join(",")}]${more}`;
}
