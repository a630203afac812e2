/**
 * ListChoice: which of a user's lists a command is about.
 *
 * Order: a name is a title or an id, whole; else a whole title without regard to case; else the
 *        beginning of one. Without a name: the list last used here, else the only one there is.
 * Errors: more than one fits: usage, with the candidates. None fits: refused. None chosen: usage.
 */
import type { ListEntry } from "../../shared/protocol/results.ts";
import type { TodoClient } from "../todo_client.ts";
import { CliError, EXIT } from "./exit_code.ts";
import { lastList, rememberList } from "./last_list.ts";
import type { Invocation } from "./settings.ts";
import { visible } from "./terminal_text.ts";

const CANDIDATES_MAX = 8; // More than that are counted.

/** The list that --list names, or the one last used. What is named is remembered. */
export async function chooseList(
  client: TodoClient,
  invocation: Invocation,
  name = invocation.settings.list,
): Promise<ListEntry> {
  const lists = await client.allLists();
  if (name === undefined) return lastOrOnly(lists, usedList(client, invocation));
  const found = findList(lists, name);
  if (found === undefined) {
    const sentence = `You have no list named ${quoted(name)}. \`todo lists\` shows those you have.`;
    throw new CliError(EXIT.refused, sentence);
  }
  useList(client, invocation, found.list);
  return found;
}

/** The deleted list of that name that one may restore. */
export async function chooseDeleted(client: TodoClient, name: string): Promise<ListEntry> {
  const found = findList(await deletedLists(client), name);
  if (found !== undefined) return found;
  const sentence =
    `You have no deleted list named ${quoted(name)}. ` +
    "`todo lists --deleted` shows those that can be restored.";
  throw new CliError(EXIT.refused, sentence);
}

/** The lists that one may restore, page by page. */
export async function deletedLists(client: TodoClient): Promise<ListEntry[]> {
  const lists: ListEntry[] = [];
  for (;;) {
    const last = lists.at(-1);
    const after = last === undefined ? {} : { after: last.list };
    const page = await client.lists({ deleted: true, ...after });
    lists.push(...page.lists);
    if (page.more !== true || page.lists.length === 0) return lists;
  }
}

/** The id of the list that commands without --list are about; undefined when none is known. */
export function usedList(client: TodoClient, invocation: Invocation): string | undefined {
  const { settings, terminal, shared } = invocation;
  return shared?.list ?? lastList(terminal, { url: settings.url, user: client.welcome.user });
}

/** Makes it the list that commands without --list are about. */
export function useList(client: TodoClient, invocation: Invocation, list: string): void {
  const { settings, terminal, shared } = invocation;
  if (shared !== undefined) shared.list = list;
  rememberList(terminal, { url: settings.url, user: client.welcome.user }, list);
}

/** The one list that `name` means; undefined when none does. Throws when several do. */
function findList(lists: readonly ListEntry[], name: string): ListEntry | undefined {
  const folded = fold(name);
  const tests: readonly ((list: ListEntry) => boolean)[] = [
    ({ title, list }) => title === name || list === name,
    ({ title }) => fold(title) === folded,
    ({ title }) => folded !== "" && fold(title).startsWith(folded),
  ];
  for (const test of tests) {
    const found = onlyOne(lists.filter(test), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The only one of those that `name` fits; undefined when there is none. */
export function onlyOne(fitting: readonly ListEntry[], name: string): ListEntry | undefined {
  const [first, ...others] = fitting;
  if (others.length === 0) return first;
  const fits = `${quoted(name)} fits ${fitting.length} lists`;
  throw new CliError(EXIT.usage, `${fits}, name one by its id: ${named(fitting)}.`);
}

/** A title or name as it stands in a sentence: “Groceries”. */
export function quoted(text: string): string {
  return `"${visible(text)}"`;
}

function lastOrOnly(lists: readonly ListEntry[], last: string | undefined): ListEntry {
  const used = lists.find(({ list }) => list === last);
  if (used !== undefined) return used;
  const [only, ...others] = lists;
  if (only === undefined) {
    throw new CliError(EXIT.usage, "You have no list yet. Make one with `todo start TITLE`.");
  }
  if (others.length === 0) return only;
  throw new CliError(
    EXIT.usage,
    `You have ${lists.length} lists, name one with --list: ${named(lists)}.`,
  );
}

function named(lists: readonly ListEntry[]): string {
  const names = lists
    .slice(0, CANDIDATES_MAX)
    .map(({ title, list }) => `${quoted(title)} (${list})`);
  const left = lists.length - names.length;
  return left === 0 ? names.join(", ") : `${names.join(", ")} and ${left} more`;
}

/** One form for titles that differ in case or in how their accents are written. */
function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
