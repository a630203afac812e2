/**
 * Command rm: deletes todos. One that is not there is said and is no failure.
 *
 * JSON: a line per id, {id, changed, seq}.
 */
import { changeTodos } from "../change_todos.ts";
import type { ExitCode } from "../exit_code.ts";
import { quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { idsInput } from "../todo_input.ts";

export function rm(invocation: Invocation, texts: readonly string[]): Promise<ExitCode> {
  return changeTodos(invocation, idsInput(texts), async (client, { list, title }, id) => {
    const value = await client.deleteTodo(list, id);
    const line = value.changed
      ? `Deleted ${id} from ${quoted(title)}.`
      : `There is no todo ${id} in ${quoted(title)}: nothing to delete.`;
    return { value, line };
  });
}
