/**
 * Command today: what is to be done by today, from all lists; what is overdue says so.
 *
 * JSON: a line per todo, {list, list_title, overdue, …todo}. --quiet: a list's id and the todo's,
 * for an id alone does not say in which list.
 * Errors: lists that the server cannot read are named, beside the others; exit code 1. JSON: a line
 *         {missing: [list], error: {kind, message}}.
 */
import type { AgendaList, Results } from "../../../shared/protocol/results.ts";
import type { AgendaQuery } from "../../call_options.ts";
import type { TodoClient } from "../../todo_client.ts";
import { withClient } from "../connect.ts";
import { localDay } from "../date_input.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { quoted } from "../list_choice.ts";
import type { Printed } from "../printer.ts";
import type { Invocation } from "../settings.ts";
import { counted, isOverdue, todoLines } from "../todo_lines.ts";

export function today(invocation: Invocation): Promise<ExitCode> {
  const { terminal, printer } = invocation;
  const day = localDay(terminal.now(), 0);
  return withClient(invocation, async (client) => {
    const { lists, missing } = await readAgenda(client, day);
    const lines = lists.flatMap((list) => listLines(list, day, invocation));
    if (lines.length + missing.length === 0) lines.push("Nothing is to be done by today.");
    printer.printAll(
      lists.flatMap((list) => entriesOf(list, day)),
      lines,
    );
    if (missing.length === 0) return EXIT.ok;
    printer.fail(new CliError(EXIT.refused, missingSentence(missing)), { missing });
    return EXIT.refused;
  });
}

/** `missing`: ids of lists that the server cannot read at present. */
interface Agenda {
  readonly lists: readonly AgendaList[];
  readonly missing: readonly string[];
}

/** All pages; a list that spans several is one again. */
async function readAgenda(client: TodoClient, to: string): Promise<Agenda> {
  const lists: AgendaList[] = [];
  const missing = new Set<string>();
  let place: AgendaQuery = {};
  for (;;) {
    const page = await client.agenda({ to, ...place });
    for (const part of page.lists) {
      if (part.list !== lists.at(-1)?.list) lists.push(part);
      else lists.push({ ...part, todos: [...(lists.pop()?.todos ?? []), ...part.todos] });
    }
    for (const list of page.missing ?? []) missing.add(list);
    if (page.more !== true) return { lists, missing: [...missing] };
    place = placeAfter(page);
  }
}

/** Behind the last todo; or behind the last list, when that one could not be read. */
function placeAfter({ lists, missing = [] }: Results<"agenda">): AgendaQuery {
  const last = lists.at(-1);
  const after = missing.at(-1);
  if (after !== undefined && (last === undefined || after > last.list)) return { after };
  const afterId = last?.todos.at(-1)?.id;
  return last === undefined || afterId === undefined ? {} : { after: last.list, afterId };
}

function missingSentence(missing: readonly string[]): string {
  const count = missing.length === 1 ? "1 list" : `${missing.length} lists`;
  return `${count} cannot be read at present: ${missing.join(", ")}. Try again in a moment.`;
}

function listLines(
  { title, todos }: AgendaList,
  day: string,
  { printer: { paint, columns } }: Invocation,
): string[] {
  const overdue = todos.filter((todo) => isOverdue(todo, day)).length;
  const late = overdue === 0 ? "" : `, ${overdue} overdue`;
  const heading = `${quoted(title)}: ${counted(todos.length)}${late}`;
  return [paint("bold", heading), ...todoLines(todos, { paint, columns, today: day })];
}

function entriesOf({ list, title, todos }: AgendaList, day: string): Printed[] {
  return todos.map((todo) => ({
    json: { list, list_title: title, overdue: isOverdue(todo, day), ...todo },
    id: `${list} ${todo.id}`,
  }));
}
