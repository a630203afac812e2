/**
 * Command show: one todo with all that is known of it.
 *
 * JSON: {list, title of the list as list_title, …todo}.
 */
import type { Todo } from "../../../shared/todo/todo.ts";
import { noTodo } from "../change_todos.ts";
import { withClient } from "../connect.ts";
import { localDay } from "../date_input.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { fieldLines } from "../table.ts";
import { visible } from "../terminal_text.ts";
import { idInput } from "../todo_input.ts";
import { isOverdue, tagMark } from "../todo_lines.ts";

export function show(invocation: Invocation, text: string): Promise<ExitCode> {
  const { terminal, printer } = invocation;
  const id = idInput(text);
  return withClient(invocation, async (client) => {
    const list = await chooseList(client, invocation);
    const [todo] = (await client.list(list.list, { after: id - 1, limit: 1 })).todos;
    if (todo?.id !== id) throw new CliError(EXIT.refused, noTodo(id, list), "not_found");
    const today = localDay(terminal.now(), 0);
    const fields: (readonly [string, string | undefined])[] = [
      ["list", `${quoted(list.title)} (${list.list})`],
      ["date", dateOf(todo, today)],
      ["priority", todo.priority],
      ["tags", todo.tags?.map(tagMark).join(" ")],
      ["assignee", todo.assignee === undefined ? undefined : `@${todo.assignee}`],
      ["rev", String(todo.rev)],
    ];
    const { paint } = printer;
    const heading = `${id}  ${todo.done ? "[x]" : "[ ]"}  ${visible(todo.title)}`;
    printer.print(
      { json: { list: list.list, list_title: list.title, ...todo }, id },
      paint("bold", heading),
      ...fieldLines(fields, paint),
      ...notesOf(todo),
    );
    return EXIT.ok;
  });
}

function dateOf(todo: Todo, today: string): string | undefined {
  if (todo.date === null) return undefined;
  return isOverdue(todo, today) ? `${todo.date}, overdue` : todo.date;
}

/** Notes have lines of their own, below a blank one. */
function notesOf({ notes }: Todo): string[] {
  return notes === undefined ? [] : ["", ...notes.split("\n").map(visible)];
}
