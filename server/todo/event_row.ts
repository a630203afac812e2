/**
 * EventRow: an event as the log keeps it.
 *
 * Shape: the event's own members are its body, as JSON; what the log's indexes want to know of it
 *        stands beside: how many todos there are after it, a changed membership, a changed title.
 */
import type { Change, ListState, TodoEvent } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { EventRow } from "../storage/event_log.ts";
import { bytesOf } from "./room.ts";

/** The row of `event`. `state`: the list after it; `key`: of the write it belongs to. */
export function eventRow(event: TodoEvent, state: ListState, key: string | null): EventRow {
  const { seq, at, by, pid } = event;
  const count = TodoList.size(state.todos);
  const row = { seq, at, user: by, pid, key, body: bodyOf(event), count };
  switch (event.op) {
    case "member_set":
      return { ...row, member: { user: event.user, role: event.role } };
    case "member_removed":
      return { ...row, member: { user: event.user, role: null } };
    case "list_renamed":
      return { ...row, title: event.title };
    default:
      return row;
  }
}

/** Bytes by which a change of that `body` makes the todos longer, as JSON. */
export function growthOf(before: TodoList.T, change: Change, body: string): number {
  switch (change.op) {
    case "todo_added":
    case "todo_updated":
      return Buffer.byteLength(body) - WRAP_BYTES[change.op] - bytesAt(before, change.todo.id);
    case "todo_deleted":
      return -bytesAt(before, change.id);
    default:
      return 0;
  }
}

/** What stands around a todo in a body. */
const WRAP_BYTES = {
  todo_added: '{"op":"todo_added","todo":}'.length,
  todo_updated: '{"op":"todo_updated","todo":}'.length,
};

function bytesAt(todos: TodoList.T, id: number): number {
  const todo = TodoList.get(todos, id);
  return todo === undefined ? 0 : bytesOf(todo);
}

function bodyOf(event: TodoEvent): string {
  switch (event.op) {
    case "todo_added":
    case "todo_updated":
      return `{"op":"${event.op}","todo":${JSON.stringify(event.todo)}}`;
    case "todo_deleted":
      return `{"op":"todo_deleted","id":${event.id}}`;
    case "list_renamed":
      return JSON.stringify({ op: event.op, title: event.title });
    case "member_set":
      return JSON.stringify({ op: event.op, user: event.user, role: event.role });
    case "member_removed":
      return JSON.stringify({ op: event.op, user: event.user });
    default:
      return event satisfies never;
  }
}
