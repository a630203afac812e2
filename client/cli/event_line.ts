/**
 * EventLine: one change of a list as a sentence without a full stop: `alice added 3 "Milk"`.
 *
 * What is said of a changed todo is what changed in it, so the todo as it was is needed.
 */

import type { Todo } from "../../shared/todo/todo.ts";
import type { TodoEvent } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { quoted } from "./list_choice.ts";
import { visible } from "./terminal_text.ts";

/** `before`: the todos as they were before the event. */
export function eventLine(event: TodoEvent, before: TodoList.T): string {
  return `${visible(event.by)} ${deed(event, before)}`;
}

function deed(event: TodoEvent, before: TodoList.T): string {
  switch (event.op) {
    case "todo_added":
      return added(event.todo);
    case "todo_updated":
      return updated(event.todo, TodoList.get(before, event.todo.id));
    case "todo_deleted": {
      const old = TodoList.get(before, event.id);
      return `deleted ${old === undefined ? event.id : named(old)}`;
    }
    case "list_renamed":
      return `renamed the list to ${quoted(event.title)}`;
    case "member_set":
      return `made ${visible(event.user)} ${visible(event.role)}`;
    case "member_removed":
      return `removed ${visible(event.user)}`;
    default:
      event satisfies never; // A newer server's op.
      return "did what this version of todo does not know";
  }
}

function added(todo: Todo): string {
  return todo.date === null
    ? `added ${named(todo)}`
    : `added ${named(todo)} for ${visible(todo.date)}`;
}

function updated(todo: Todo, old: Todo | undefined): string {
  if (old === undefined) return `changed ${named(todo)}`;
  if (old.done !== todo.done) return `${todo.done ? "ticked off" : "took up again"} ${named(todo)}`;
  if (old.title !== todo.title) return `renamed ${named(old)} to ${quoted(todo.title)}`;
  if (old.date === todo.date) return `changed ${named(todo)}`;
  return todo.date === null
    ? `took the date off ${named(todo)}`
    : `moved ${named(todo)} to ${visible(todo.date)}`;
}

function named({ id, title }: Todo): string {
  return `${id} ${quoted(title)}`;
}
