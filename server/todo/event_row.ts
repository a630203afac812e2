/**
 * EventRow: an event as the log keeps it.
 *
 * Shape: the event's own members are its body, as JSON; what the log's indexes want to know of it
 *        stands beside: how many todos there are after it, a changed membership, a changed title.
 */
import type { ListState, TodoEvent } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { EventRow } from "../storage/event_log.ts";

/** The row of `event`. `state`: the list after it; `key`: what its maker called the write. */
export function eventRow(event: TodoEvent, state: ListState, key: string | undefined): EventRow {
  const { seq, at, by, pid } = event;
  const count = TodoList.size(state.todos);
  const row = { seq, at, user: by, pid, key: key ?? null, body: bodyOf(event), count };
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
