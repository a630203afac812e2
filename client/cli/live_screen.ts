/**
 * LiveScreen: a list on the whole terminal, drawn anew as it changes.
 *
 * Shape: a heading, the open todos, then those done, the last change, how the connection is. What
 *        does not fit is counted. It uses the alternate screen, so that the terminal is afterwards
 *        as before.
 * Bound: one drawing per DRAW_MS at most, however many changes come.
 * Source: xterm control sequences; synchronized output (mode 2026) where the terminal knows it.
 */
import type { Todo } from "../../shared/todo/todo.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { ClientState } from "../reconnecting_client.ts";
import type * as TodoReplica from "../todo_replica.ts";
import { localDay } from "./date_input.ts";
import { eventLine } from "./event_line.ts";
import type { Invocation } from "./settings.ts";
import { clip } from "./terminal_text.ts";
import { todoLines } from "./todo_lines.ts";
import { doneIn, heading, type WatchView } from "./watch_view.ts";

const DRAW_MS = 16; // As often as a screen shows a new picture.
const FRAME_ROWS = 4; // Heading, a blank line, the last change, how to end.
const FRAME_ROWS_SMALL = 2; // Heading and how to end.
const ROWS_SMALL = 6; // On fewer the list would have hardly any.
const ROWS_UNKNOWN = 24;

const ENTER = "\x1b[?1049h\x1b[?25l"; // Alternate screen, no cursor.
const LEAVE = "\x1b[?25h\x1b[?1049l";
const BEGIN = "\x1b[?2026h\x1b[H";
const END = "\x1b[?2026l";
// Before the text: behind one that fills the line, the last character would be cleared.
const CLEAR_LINE = "\x1b[K"; // Less flicker than clearing the screen.
const CLEAR_BELOW = "\x1b[J"; // Also what an older, longer drawing left.

/** Draws on the invocation's terminal. */
export class LiveScreen implements WatchView {
  readonly #invocation: Invocation;
  #replica: TodoReplica.T | undefined;
  #lastChange = "";
  #connection: ClientState = "live";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #open = true;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
    invocation.terminal.stdout.write(ENTER);
    invocation.terminal.onResize(() => this.#drawSoon());
  }

  show(replica: TodoReplica.T, event: Parameters<WatchView["show"]>[1]): void {
    const before = this.#replica?.state.todos;
    if (event !== undefined && before !== undefined) this.#lastChange = eventLine(event, before);
    this.#replica = replica;
    this.#drawSoon();
  }

  stateChanged(state: ClientState): void {
    this.#connection = state;
    this.#drawSoon();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#timer);
    this.#invocation.terminal.stdout.write(LEAVE);
  }

  #drawSoon(): void {
    if (!this.#open) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw();
    }, DRAW_MS);
  }

  #draw(): void {
    if (this.#replica === undefined) return;
    const footer = { change: this.#lastChange, connection: this.#connection };
    const lines = screenLines(this.#replica, footer, this.#invocation);
    const last = lines.pop() ?? "";
    const frame = [...lines.map((line) => CLEAR_LINE + line), CLEAR_BELOW + last].join("\r\n");
    this.#invocation.terminal.stdout.write(`${BEGIN}${frame}${END}`);
  }
}

/** What stands below the todos: the last change, and how the connection is. */
interface Footer {
  readonly change: string;
  readonly connection: ClientState;
}

const CONNECTION: { readonly [State in ClientState]: string } = {
  live: "Live.",
  "catching up": "Catching up …",
  offline: "Offline: this is how it was. Trying again …",
};

/** As many lines as the terminal has rows, none wider than it. */
export function screenLines(
  { state }: TodoReplica.T,
  { change, connection }: Footer,
  { printer, terminal }: Invocation,
): string[] {
  const { paint, columns } = printer;
  const allRows = terminal.stdout.rows ?? ROWS_UNKNOWN;
  const isSmall = allRows < ROWS_SMALL;
  const rows = Math.max(1, allRows - (isSmall ? FRAME_ROWS_SMALL : FRAME_ROWS));
  const done = doneIn(state.todos);
  const count = TodoList.size(state.todos);
  const shown = count > rows ? rows - 1 : count;
  const today = localDay(terminal.now(), 0);
  const body = todoLines(firstTodos(state.todos, shown), { paint, columns, today });
  if (shown < count) body.push(paint("dim", clip(`… and ${count - shown} more`, columns)));
  const blank = Array.from({ length: rows - body.length }, () => "");
  const lines = [
    paint("bold", clip(heading(state.title, count, done), columns)),
    ...(isSmall ? [] : [""]),
    ...body,
    ...blank,
    ...(isSmall ? [] : [paint("cyan", clip(change, columns))]),
    paint(
      connection === "live" ? "dim" : "yellow",
      clip(`${CONNECTION[connection]} Ctrl-C ends.`, columns),
    ),
  ];
  return lines.slice(0, allRows);
}

/** The first `wanted` of the open todos, then of those done. */
function firstTodos(todos: TodoList.T, wanted: number): Todo[] {
  const open: Todo[] = [];
  const done: Todo[] = [];
  for (const todo of TodoList.page(todos, 0)) {
    if (open.length >= wanted) break;
    (todo.done ? done : open).push(todo);
  }
  return [...open, ...done].slice(0, wanted);
}
