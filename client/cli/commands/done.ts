/**
 * Commands done and undone: tick todos off, or take them up again.
 *
 * JSON: a line per id, {id, changed, seq, todo}.
 */
import { changeTodos } from "../change_todos.ts";
import type { ExitCode } from "../exit_code.ts";
import { quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { idsInput } from "../todo_input.ts";

export function setDone(
  invocation: Invocation,
  texts: readonly string[],
  done: boolean,
): Promise<ExitCode> {
  return changeTodos(invocation, idsInput(texts), async (client, { list }, id) => {
    const value = await client.updateTodo(list, id, { patch: { done } });
    const named = `${id}${value.todo === undefined ? "" : ` ${quoted(value.todo.title)}`}`;
    if (!value.changed) return { value, line: `${named} was ${done ? "done" : "open"} already.` };
    return { value, line: `${done ? "Done" : "Open again"}: ${named}.` };
  });
}
