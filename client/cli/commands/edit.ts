/**
 * Command edit: changes what is given of one todo.
 *
 * Words are its new title; those of them that are tags are put on beside the ones it has.
 * JSON: {id, changed, seq, todo}.
 */
import { changeTodos } from "../change_todos.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { changeInput, idInput, type TodoOptions } from "../todo_input.ts";

/** What is given: the todo's id, the words behind it, and options. */
export interface Edit {
  readonly id: string;
  readonly words: readonly string[];
  readonly options: TodoOptions;
}

export function edit(invocation: Invocation, { id, words, options }: Edit): Promise<ExitCode> {
  const change = changeInput(words.join(" "), options, invocation.terminal.now());
  if (Object.keys(change).length === 0) {
    const sentence = "Say what to change, as in `todo edit 12 Oat milk +home --date tomorrow`.";
    throw new CliError(EXIT.usage, sentence);
  }
  return changeTodos(invocation, [idInput(id)], async (client, { list }, todoId) => {
    const value = await client.updateTodo(list, todoId, change);
    const title = value.todo === undefined ? "" : ` ${quoted(value.todo.title)}`;
    const line = value.changed ? `Changed ${id}${title}.` : `${id}${title} was so already.`;
    return { value, line };
  });
}
