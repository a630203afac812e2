/**
 * Command rename: gives a list another title.
 *
 * JSON: {list, title, changed, seq}.
 */
import { withClient } from "../connect.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { titleInput } from "../todo_input.ts";

export function rename(invocation: Invocation, name: string, text: string): Promise<ExitCode> {
  const title = titleInput(text);
  return withClient(invocation, async (client) => {
    const { list, title: old } = await chooseList(client, invocation, name);
    const { changed, seq } = await client.renameList(list, title);
    const line = changed
      ? `${quoted(old)} is now ${quoted(title)}.`
      : `${quoted(title)} has this title already.`;
    invocation.printer.print({ json: { list, title, changed, seq }, id: list }, line);
    return EXIT.ok;
  });
}
