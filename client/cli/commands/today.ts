/**
 * Command today: what is to be done by today, from all lists; what is overdue says so.
 *
 * JSON: a line per todo, {list, list_title, overdue, …todo}. --quiet: a list's id and the todo's,
 * for an id alone does not say in which list.
 */
import type { AgendaList } from "../../../shared/protocol/results.ts";
import type { TodoClient } from "../../todo_client.ts";
import { withClient } from "../connect.ts";
import { localDay } from "../date_input.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { quoted } from "../list_choice.ts";
import type { Printed } from "../printer.ts";
import type { Invocation } from "../settings.ts";
import { counted, isOverdue, todoLines } from "../todo_lines.ts";

export function today(invocation: Invocation): Promise<ExitCode> {
  const { terminal, printer } = invocation;
  const day = localDay(terminal.now(), 0);
  return withClient(invocation, async (client) => {
    const lists = await readAgenda(client, day);
    const lines = lists.flatMap((list) => listLines(list, day, invocation));
    if (lines.length === 0) lines.push("Nothing is to be done by today.");
    printer.printAll(
      lists.flatMap((list) => entriesOf(list, day)),
      lines,
    );
    return EXIT.ok;
  });
}

/** All pages; a list that spans several is one again. */
async function readAgenda(client: TodoClient, to: string): Promise<AgendaList[]> {
  const lists: AgendaList[] = [];
  for (;;) {
    const last = lists.at(-1);
    const afterId = last?.todos.at(-1)?.id;
    const after = last === undefined ? {} : { after: last.list };
    const page = await client.agenda({
      to,
      ...after,
      ...(afterId === undefined ? {} : { afterId }),
    });
    for (const part of page.lists) {
      if (part.list !== lists.at(-1)?.list) lists.push(part);
      else lists.push({ ...part, todos: [...(lists.pop()?.todos ?? []), ...part.todos] });
    }
    if (page.more !== true || page.lists.length === 0) return lists;
  }
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
