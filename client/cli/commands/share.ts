/**
 * Command share: makes a user a member of a list, or gives a member another role.
 *
 * JSON: {list, title, members, changed, seq}.
 */
import { isUserName, USER_NAME_WANTED } from "../../../shared/protocol/names.ts";
import type { Role } from "../../../shared/todo/todo.ts";
import { withClient } from "../connect.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";

export function share(
  invocation: Invocation,
  name: string,
  { user, role }: { readonly user: string; readonly role: Role },
): Promise<ExitCode> {
  if (!isUserName(user)) {
    const came = JSON.stringify(user);
    throw new CliError(EXIT.usage, `USER wants ${USER_NAME_WANTED}; ${came} came.`);
  }
  return withClient(invocation, async (client) => {
    const { list, title } = await chooseList(client, invocation, name);
    const { members, changed, seq } = await client.share(list, user, { role });
    const line = changed
      ? `${user} is now ${role} of ${quoted(title)}.`
      : `${user} was ${role} of ${quoted(title)} already.`;
    invocation.printer.print({ list, title, members, changed, seq }, line);
    return EXIT.ok;
  });
}
