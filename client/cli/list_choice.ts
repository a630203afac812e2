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
  { settings, terminal }: Pick<Invocation, "settings" | "terminal">,
  name = settings.list,
): Promise<ListEntry> {
  const lists = await client.allLists();
  const place = { url: settings.url, user: client.welcome.user };
  if (name === undefined) return lastOrOnly(lists, lastList(terminal, place));
  const found = findList(lists, name);
  if (found === undefined) {
    const sentence = `You have no list named ${quoted(name)}. \`todo lists\` shows those you have.`;
    throw new CliError(EXIT.refused, sentence);
  }
  rememberList(terminal, place, found.list);
  return found;
}

/** The one list that `name` means; undefined when none does. Throws when several do. */
export function findList(lists: readonly ListEntry[], name: string): ListEntry | undefined {
  const folded = fold(name);
  const tests: readonly ((list: ListEntry) => boolean)[] = [
    ({ title, list }) => title === name || list === name,
    ({ title }) => fold(title) === folded,
    ({ title }) => folded !== "" && fold(title).startsWith(folded),
  ];
  for (const test of tests) {
    const [first, ...others] = lists.filter(test);
    if (first === undefined) continue;
    if (others.length === 0) return first;
    const fits = `${quoted(name)} fits ${others.length + 1} lists`;
    throw new CliError(EXIT.usage, `${fits}, name one by its id: ${named([first, ...others])}.`);
  }
  return undefined;
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
