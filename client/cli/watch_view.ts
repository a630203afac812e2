/**
 * WatchView: how `watch` shows a list: for programs, as lines, or as a screen (live_screen.ts).
 *
 * Shape: JSON: {"type":"snapshot", list, title, epoch, seq, todos} first and whenever events were
 *        missed, then {"type":"event", …params of the push} for each change, and {"type":"state",
 *        state} when the connection is lost and found again. --quiet: the id of a changed todo.
 *        Lines: the list as `ls` prints it, then a line per change.
 */
import type { EventParams } from "../../shared/protocol/results.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { ClientState } from "../reconnecting_client.ts";
import type * as TodoReplica from "../todo_replica.ts";
import { localDay } from "./date_input.ts";
import { eventLine } from "./event_line.ts";
import { quoted } from "./list_choice.ts";
import type { Invocation } from "./settings.ts";
import { countLine, todoLines } from "./todo_lines.ts";

export interface WatchView {
  /** The list as it is; `event`: what changed, undefined when all of it is new. */
  show(replica: TodoReplica.T, event: EventParams | undefined): void;
  /** How the connection is, whenever that changes. */
  stateChanged(state: ClientState): void;
  /** Leaves the terminal as it was. May be called twice. */
  close(): void;
}

/** For programs: JSON, or ids. */
export function programView({ printer }: Invocation): WatchView {
  return {
    show({ list, epoch, state }, event) {
      const { title, seq } = state;
      const todos = event === undefined ? [...TodoList.page(state.todos, 0)] : [];
      if (event === undefined) {
        printer.print({ json: { type: "snapshot", list, title, epoch, seq, todos } });
      } else printer.print({ json: { type: "event", ...event }, ...changedId(event) });
    },
    stateChanged: (state) => printer.print({ json: { type: "state", state } }),
    close: () => undefined,
  };
}

/** For people whose output is no terminal. */
export function lineView({ printer, terminal }: Invocation): WatchView {
  let before = TodoList.create();
  let lost = false;
  const say = (...lines: readonly string[]) => printer.print({ json: {} }, ...lines);
  return {
    show({ state }, event) {
      if (event === undefined) {
        const todos = [...TodoList.page(state.todos, 0)];
        const { paint, columns } = printer;
        const today = localDay(terminal.now(), 0);
        say(heading(state.title, todos.length, doneIn(state.todos)));
        say(...todoLines(todos, { paint, columns, today }));
      } else say(eventLine(event, before));
      before = state.todos;
    },
    stateChanged(state) {
      if (state === "catching up" || lost === (state === "offline")) return;
      lost = state === "offline";
      say(lost ? "The connection is lost; trying again." : "The connection is back.");
    },
    close: () => undefined,
  };
}

/** “Groceries”: 3 todos, 1 done */
export function heading(title: string, todos: number, done: number): string {
  return `${quoted(title)}: ${countLine(todos, done)}`;
}

function changedId(event: EventParams): { id?: number } {
  if ("todo" in event) return { id: event.todo.id };
  return "id" in event ? { id: event.id } : {};
}

/** How many todos are ticked off. */
export function doneIn(todos: TodoList.T): number {
  let done = 0;
  for (const todo of TodoList.page(todos, 0)) if (todo.done) done++;
  return done;
}
