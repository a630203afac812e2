/**
 * Command lists: all lists of which the user is a member, or those one may restore.
 *
 * The one that commands without --list are about has a "*". JSON: a line per list, as the server
 * has it.
 */
import type { ListEntry } from "../../../shared/protocol/results.ts";
import { withClient } from "../connect.ts";
import { localDay } from "../date_input.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { deletedLists, usedList } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { type Cell, tableLines } from "../table.ts";
import { counted } from "../todo_lines.ts";

const TITLE_COLUMN = 1;
const DROPPED_COLUMNS = [5, 3]; // The id, the role: in this order.

export function lists(
  invocation: Invocation,
  { deleted = false }: { readonly deleted?: boolean },
): Promise<ExitCode> {
  const { printer } = invocation;
  return withClient(invocation, async (client) => {
    const found = deleted ? await deletedLists(client) : await client.allLists();
    const used = usedList(client, invocation);
    const rows = found.map((list) => listRow(list, !deleted && list.list === used));
    const { paint, columns } = printer;
    const lines = tableLines(rows, {
      paint,
      columns,
      shrinks: [TITLE_COLUMN],
      drops: DROPPED_COLUMNS,
    });
    if (lines.length === 0) lines.push(deleted ? NONE_DELETED : NONE);
    printer.printAll(
      found.map((list) => ({ json: list, id: list.list })),
      lines,
    );
    return EXIT.ok;
  });
}

const NONE = "You have no list yet. Make one with `todo start TITLE`.";
const NONE_DELETED = "You have no deleted list that can be restored.";

function listRow({ list, title, role, count, deleted_at }: ListEntry, used: boolean): Cell[] {
  const deleted = deleted_at === undefined ? "" : `deleted ${localDay(new Date(deleted_at), 0)}`;
  return [
    { text: used ? "*" : " ", style: "green" },
    { text: title },
    { text: counted(count), align: "right" },
    { text: role },
    { text: deleted },
    { text: list, style: "dim" },
  ];
}
