/**
 * Command lists: all lists of which the user is a member.
 *
 * The one that commands without --list are about has a "*". JSON: {lists:[…]} as the server has
 * them.
 */
import { withClient } from "../connect.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { lastList } from "../last_list.ts";
import type { Invocation } from "../settings.ts";
import { type Cell, tableLines } from "../table.ts";

const TITLE_COLUMN = 1;

export function lists(invocation: Invocation): Promise<ExitCode> {
  const { settings, terminal, printer } = invocation;
  return withClient(invocation, async (client) => {
    const found = await client.allLists();
    const last = lastList(terminal, { url: settings.url, user: client.welcome.user });
    const rows = found.map(({ list, title, role, count }): Cell[] => [
      { text: list === last ? "*" : " ", style: "green" },
      { text: title },
      { text: `${count} todo${count === 1 ? "" : "s"}`, align: "right" },
      { text: role },
      { text: list, style: "dim" },
    ]);
    const { paint, columns } = printer;
    const lines = tableLines(rows, { paint, columns, shrinks: TITLE_COLUMN });
    if (lines.length === 0) lines.push("You have no list yet. Make one with `todo start TITLE`.");
    printer.print({ lists: found }, ...lines);
    return EXIT.ok;
  });
}
