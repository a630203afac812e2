/**
 * Command edit: changes what is given of one todo.
 *
 * JSON: {id, changed, seq, todo}.
 */
import { changeTodos } from "../change_todos.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { idInput, type TodoOptions, todoInput } from "../todo_input.ts";

export function edit(
  invocation: Invocation,
  text: string,
  options: TodoOptions,
): Promise<ExitCode> {
  const patch = todoInput(options, invocation.terminal.now());
  if (Object.keys(patch).length === 0) {
    const sentence = "Say what to change, as in `todo edit 12 --title TITLE --date tomorrow`.";
    throw new CliError(EXIT.usage, sentence);
  }
  return changeTodos(invocation, [idInput(text)], async (client, { list }, id) => {
    const value = await client.updateTodo(list, id, { patch });
    const title = value.todo === undefined ? "" : ` ${quoted(value.todo.title)}`;
    const line = value.changed ? `Changed ${id}${title}.` : `${id}${title} was so already.`;
    return { value, line };
  });
}
