/**
 * Command ls: the todos of a list, or those of one day of it.
 *
 * JSON: a line per todo, {list, …todo} as the server has it.
 */
import type { Todo } from "../../../shared/todo/todo.ts";
import type { TodoClient } from "../../todo_client.ts";
import { withClient } from "../connect.ts";
import { dateInput, localDay } from "../date_input.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { countLine, todoLines } from "../todo_lines.ts";

export function ls(invocation: Invocation, options: { readonly date?: string }): Promise<ExitCode> {
  const { terminal, printer } = invocation;
  const now = terminal.now();
  const date = options.date === undefined ? undefined : dateInput(options.date, now);
  return withClient(invocation, async (client) => {
    const { list, title } = await chooseList(client, invocation);
    const todos = await readTodos(client, list, date);
    const done = todos.filter((todo) => todo.done).length;
    const { paint, columns } = printer;
    const lines = todoLines(todos, { paint, columns, today: localDay(now, 0) });
    const day = date === undefined ? "" : ` ${date === null ? "without a date" : `for ${date}`}`;
    const heading = `${quoted(title)}${day}: ${countLine(todos.length, done)}`;
    printer.printAll(
      todos.map((todo) => ({ json: { list, ...todo }, id: todo.id })),
      [paint("bold", heading), ...lines],
    );
    return EXIT.ok;
  });
}

/** All pages. */
async function readTodos(
  client: TodoClient,
  list: string,
  date: string | null | undefined,
): Promise<Todo[]> {
  const todos: Todo[] = [];
  for (;;) {
    const after = todos.at(-1)?.id ?? 0;
    const page =
      date === undefined
        ? await client.list(list, { after })
        : await client.todos(list, date, { after });
    todos.push(...page.todos);
    if (page.more !== true || page.todos.length === 0) return todos;
  }
}
