/**
 * Command add: adds a todo to a list.
 *
 * JSON: {list, title, id, rev, seq}.
 */
import { withClient } from "../connect.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { newTodoInput, type TodoOptions } from "../todo_input.ts";

export function add(invocation: Invocation, text: string, options: TodoOptions): Promise<ExitCode> {
  const { terminal, printer } = invocation;
  const todo = newTodoInput(text, options, terminal.now());
  const { title } = todo;
  return withClient(invocation, async (client) => {
    const { list, title: listTitle } = await chooseList(client, invocation);
    const { id, rev, seq } = await client.addTodo(list, todo);
    const day = todo.date == null ? "" : ` for ${todo.date}`;
    printer.print(
      { json: { list, title, id, rev, seq }, id },
      `Added ${id} ${quoted(title)}${day} to ${quoted(listTitle)}.`,
    );
    return EXIT.ok;
  });
}
