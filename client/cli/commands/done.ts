/**
 * Command done: ticks todos off.
 *
 * JSON: a line per id, {id, changed, seq, todo}.
 */
import { changeTodos } from "../change_todos.ts";
import type { ExitCode } from "../exit_code.ts";
import { quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { idsInput } from "../todo_input.ts";

export function done(invocation: Invocation, texts: readonly string[]): Promise<ExitCode> {
  return changeTodos(invocation, idsInput(texts), async (client, { list }, id) => {
    const value = await client.updateTodo(list, id, { patch: { done: true } });
    const title = value.todo === undefined ? "" : ` ${quoted(value.todo.title)}`;
    const line = value.changed ? `Done: ${id}${title}.` : `${id}${title} was done already.`;
    return { value, line };
  });
}
