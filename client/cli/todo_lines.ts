/**
 * TodoLines: todos as the lines of a table: id, box, title, date, "overdue" when its day is over,
 * and what else is set.
 */
import type { Todo } from "../../shared/todo/todo.ts";
import type { Paint, Style } from "./printer.ts";
import { type Cell, tableLines } from "./table.ts";

const TITLE_COLUMN = 2;
const EXTRAS_COLUMN = 6;
const DROPPED_COLUMNS = [4, 5, 3]; // "overdue", the priority, the date: in this order.
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
  return tableLines(rows, {
    ...options,
    shrinks: [TITLE_COLUMN, EXTRAS_COLUMN],
    drops: DROPPED_COLUMNS,
  });
}

/** "3 todos, 1 done" */
export function countLine(todos: number, done: number): string {
  return done === 0 ? counted(todos) : `${counted(todos)}, ${done} done`;
}

/** counted(1) → "1 todo" */
export function counted(todos: number): string {
  return `${todos} todo${todos === 1 ? "" : "s"}`;
}

/** Whether it is open and its day is over. */
export function isOverdue({ done, date }: Todo, today: string): boolean {
  return !done && date !== null && date < today;
}

/** Tags and assignee as they are written in a title line: ["+home", "@bob"]. */
export function marksOf({ tags = [], assignee }: Todo): string[] {
  return [...tags.map(tagMark), ...(assignee === undefined ? [] : [`@${assignee}`])];
}

/** "+home"; with blanks in it `+"old town"`, for it is one tag. */
export function tagMark(tag: string): string {
  return /\s/.test(tag) ? `+"${tag}"` : `+${tag}`;
}

function todoRow(todo: Todo, today: string): Cell[] {
  const { id, title, date, done, priority, notes } = todo;
  const extras = [...marksOf(todo), ...(notes === undefined ? [] : ["…"])];
  const overdue = isOverdue(todo, today);
  return [
    { text: String(id), style: "dim", align: "right" },
    done ? { text: "[x]", style: "green" } : { text: "[ ]" },
    { text: title, ...(done ? { style: "dim" } : {}) },
    { text: date ?? "", style: overdue ? "red" : "dim" },
    { text: overdue ? "overdue" : "", style: "red" },
    priorityCell(priority),
    { text: extras.join(" "), style: "cyan" },
  ];
}

function priorityCell(priority: Todo["priority"]): Cell {
  if (priority === undefined) return { text: "" };
  const style = PRIORITY_STYLE[priority];
  return { text: `!${priority}`, ...(style === undefined ? {} : { style }) };
}
