/**
 * Commands share, unshare and members: who may see a list, and what they may do in it.
 *
 * JSON: share and unshare {list, title, members, changed, seq}; members a line per member,
 *       {list, user, role}.
 */
import type { Role } from "../../../shared/todo/todo.ts";
import { withClient } from "../connect.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { tableLines } from "../table.ts";
import { userInput } from "../todo_input.ts";

/** Makes a user a member of a list, or gives a member another role. */
export function share(
  invocation: Invocation,
  name: string,
  { user, role }: { readonly user: string; readonly role: Role },
): Promise<ExitCode> {
  userInput(user);
  return withClient(invocation, async (client) => {
    const { list, title } = await chooseList(client, invocation, name);
    const { members, changed, seq } = await client.share(list, user, { role });
    const line = changed
      ? `${user} is now ${role} of ${quoted(title)}.`
      : `${user} was ${role} of ${quoted(title)} already.`;
    invocation.printer.print({ json: { list, title, members, changed, seq }, id: list }, line);
    return EXIT.ok;
  });
}

/** Takes a member out; oneself too. */
export function unshare(invocation: Invocation, name: string, user: string): Promise<ExitCode> {
  userInput(user);
  return withClient(invocation, async (client) => {
    const { list, title } = await chooseList(client, invocation, name);
    const { members, changed, seq } = await client.unshare(list, user);
    const who = user === client.welcome.user ? "You are" : `${user} is`;
    const line = changed
      ? `${who} no longer a member of ${quoted(title)}.`
      : `${user} was no member of ${quoted(title)}.`;
    invocation.printer.print({ json: { list, title, members, changed, seq }, id: list }, line);
    return EXIT.ok;
  });
}

/** Who the members are, by user. Without a name: of the list used last. */
export function members(invocation: Invocation, name: string | undefined): Promise<ExitCode> {
  const { printer } = invocation;
  return withClient(invocation, async (client) => {
    const { list } = await chooseList(client, invocation, name);
    const found = await client.members(list);
    const rows = found.members.map(({ user, role }) => [{ text: user }, { text: role }]);
    const { paint, columns } = printer;
    printer.printAll(
      found.members.map(({ user, role }) => ({ json: { list, user, role }, id: user })),
      tableLines(rows, { paint, columns, shrinks: [0] }),
    );
    return EXIT.ok;
  });
}
