/**
 * TodoLines: todos as the lines of a table: id, box, title, date, and what else is set.
 */
import type { Todo } from "../../shared/todo/todo.ts";
import type { Paint, Style } from "./printer.ts";
import { type Cell, tableLines } from "./table.ts";

const TITLE_COLUMN = 2;
const PRIORITY_STYLE: { readonly [priority: string]: Style } = { high: "red", low: "dim" };

/** `today`: the local day, to mark what is overdue. */
export interface TodoLineOptions {
  readonly paint: Paint;
  readonly columns: number;
  readonly today: string;
}

/** One line per todo, in the order given. */
export function todoLines(todos: Iterable<Todo>, options: TodoLineOptions): string[] {
  const rows = Array.from(todos, (todo) => todoRow(todo, options.today));
  return tableLines(rows, { ...options, shrinks: TITLE_COLUMN });
}

/** "3 todos, 1 done" */
export function countLine(todos: number, done: number): string {
  const count = `${todos} todo${todos === 1 ? "" : "s"}`;
  return done === 0 ? count : `${count}, ${done} done`;
}

function todoRow(todo: Todo, today: string): Cell[] {
  const { id, title, date, done, priority, tags = [], assignee, notes } = todo;
  const extras = [
    ...tags.map((tag) => `+${tag}`),
    ...(assignee === undefined ? [] : [`@${assignee}`]),
    ...(notes === undefined ? [] : ["…"]),
  ];
  const overdue = !done && date !== null && date < today;
  return [
    { text: String(id), style: "dim", align: "right" },
    done ? { text: "[x]", style: "green" } : { text: "[ ]" },
    { text: title, ...(done ? { style: "dim" } : {}) },
    { text: date ?? "", style: overdue ? "red" : "dim" },
    priorityCell(priority),
    { text: extras.join(" "), style: "cyan" },
  ];
}

function priorityCell(priority: Todo["priority"]): Cell {
  if (priority === undefined) return { text: "" };
  const style = PRIORITY_STYLE[priority];
  return { text: `!${priority}`, ...(style === undefined ? {} : { style }) };
}
