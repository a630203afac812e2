/**
 * Command add: adds a todo to a list.
 *
 * JSON: {list, title, id, rev, seq}.
 */
import { withClient } from "../connect.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { type TodoOptions, titleInput, todoInput } from "../todo_input.ts";

export function add(invocation: Invocation, text: string, options: TodoOptions): Promise<ExitCode> {
  const { terminal, printer } = invocation;
  const title = titleInput(text);
  const todo = { ...todoInput(options, terminal.now()), title };
  return withClient(invocation, async (client) => {
    const { list, title: listTitle } = await chooseList(client, invocation);
    const { id, rev, seq } = await client.addTodo(list, todo);
    const day = todo.date == null ? "" : ` for ${todo.date}`;
    printer.print(
      { list, title, id, rev, seq },
      `Added ${id} ${quoted(title)}${day} to ${quoted(listTitle)}.`,
    );
    return EXIT.ok;
  });
}
