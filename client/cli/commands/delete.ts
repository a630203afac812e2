/**
 * Commands delete and restore: take a whole list away, and bring it back within 30 days.
 *
 * Deleting asks first: on a terminal by a question, elsewhere by wanting --yes.
 * JSON: delete {list, title, deleted}; restore {list, title, seq}.
 */
import type { ListEntry } from "../../../shared/protocol/results.ts";
import { withClient } from "../connect.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { chooseDeleted, chooseList, quoted, useList } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { counted } from "../todo_lines.ts";

/** `yes`: do not ask. Another answer than yes leaves the list and is no failure. */
export function deleteList(
  invocation: Invocation,
  name: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<ExitCode> {
  const { printer } = invocation;
  return withClient(invocation, async (client) => {
    const entry = await chooseList(client, invocation, name);
    const { list, title } = entry;
    if (!yes && !(await confirmed(entry, invocation))) {
      printer.print(
        { json: { list, title, deleted: false } },
        `${quoted(title)} is left as it is.`,
      );
      return EXIT.ok;
    }
    await client.deleteList(list);
    printer.print(
      { json: { list, title, deleted: true }, id: list },
      `Deleted ${quoted(title)}. For 30 days \`todo restore\` brings it back.`,
    );
    return EXIT.ok;
  });
}

/** The list is then the one that the commands after it are about. */
export function restore(invocation: Invocation, name: string): Promise<ExitCode> {
  return withClient(invocation, async (client) => {
    const { list, title, count } = await chooseDeleted(client, name);
    const { seq } = await client.restoreList(list);
    useList(client, invocation, list);
    invocation.printer.print(
      { json: { list, title, seq }, id: list },
      `${quoted(title)} is back, with ${counted(count)}.`,
    );
    return EXIT.ok;
  });
}

async function confirmed(
  { title, count }: ListEntry,
  { terminal, shared }: Invocation,
): Promise<boolean> {
  const { stdin, stderr } = terminal;
  if (stdin.isTTY !== true || shared !== undefined) {
    const sentence = `Nobody can be asked here: to delete ${quoted(title)} say --yes.`;
    throw new CliError(EXIT.usage, sentence);
  }
  stderr.write(`Delete ${quoted(title)} with ${counted(count)} for all its members? [y/N] `);
  for await (const answer of stdin.lines()) return /^\s*y(?:es)?\s*$/i.test(answer);
  return false; // Ctrl-D.
}
