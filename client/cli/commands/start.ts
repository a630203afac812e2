/**
 * Command start: makes a list with this title, or takes the one that has it.
 *
 * The list is the one that the commands after it are about. JSON: {list, title, created, seq}.
 */
import { withClient } from "../connect.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { onlyOne, quoted, useList } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { titleInput } from "../todo_input.ts";

export function start(invocation: Invocation, text: string): Promise<ExitCode> {
  const title = titleInput(text);
  return withClient(invocation, async (client) => {
    const lists = await client.allLists();
    const same = lists.filter((list) => list.title === title);
    const has = onlyOne(same, title);
    const { list, seq } = has ?? (await client.start({ title }));
    useList(client, invocation, list);
    const line =
      has === undefined
        ? `Started ${quoted(title)}. Add to it with \`todo add TITLE\`.`
        : `You already have ${quoted(title)}, as its ${has.role}: it is used from now on.`;
    invocation.printer.print(
      { json: { list, title, created: has === undefined, seq }, id: list },
      line,
    );
    return EXIT.ok;
  });
}
