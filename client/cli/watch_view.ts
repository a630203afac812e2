/**
 * WatchView: how `watch` shows a list: as JSON lines, as lines, or as a screen (live_screen.ts).
 *
 * Shape: JSON: {"type":"snapshot", list, title, epoch, seq, todos} first and whenever events were
 *        missed, then {"type":"event", …params of the push} for each change.
 *        Lines: the list as `ls` prints it, then a line per change.
 */
import type { EventParams } from "../../shared/protocol/results.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type * as TodoReplica from "../todo_replica.ts";
import { localDay } from "./date_input.ts";
import { eventLine } from "./event_line.ts";
import { quoted } from "./list_choice.ts";
import type { Invocation } from "./settings.ts";
import { countLine, todoLines } from "./todo_lines.ts";

export interface WatchView {
  /** The list as it is; `event`: what changed, undefined when all of it is new. */
  show(replica: TodoReplica.T, event: EventParams | undefined): void;
  /** Leaves the terminal as it was. May be called twice. */
  close(): void;
}

/** For programs. */
export function jsonView({ printer }: Invocation): WatchView {
  return {
    show({ list, epoch, state }, event) {
      const { title, seq } = state;
      const todos = event === undefined ? [...TodoList.page(state.todos, 0)] : [];
      const snapshot = { type: "snapshot", list, title, epoch, seq, todos };
      printer.print(event === undefined ? snapshot : { type: "event", ...event });
    },
    close: () => undefined,
  };
}

/** For people whose output is no terminal. */
export function lineView({ printer, terminal }: Invocation): WatchView {
  let before = TodoList.create();
  return {
    show({ state }, event) {
      if (event === undefined) {
        const todos = [...TodoList.page(state.todos, 0)];
        const { paint, columns } = printer;
        const today = localDay(terminal.now(), 0);
        printer.print({}, heading(state.title, todos.length, doneIn(state.todos)));
        printer.print({}, ...todoLines(todos, { paint, columns, today }));
      } else printer.print({}, eventLine(event, before));
      before = state.todos;
    },
    close: () => undefined,
  };
}

/** “Groceries”: 3 todos, 1 done */
export function heading(title: string, todos: number, done: number): string {
  return `${quoted(title)}: ${countLine(todos, done)}`;
}

/** How many todos are ticked off. */
export function doneIn(todos: TodoList.T): number {
  let done = 0;
  for (const todo of TodoList.page(todos, 0)) if (todo.done) done++;
  return done;
}
