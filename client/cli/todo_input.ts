/**
 * TodoInput: what the arguments of `add` and `edit` say about a todo.
 *
 * Shape: words as title_line.ts reads them, and --date D, --notes TEXT, --priority P, --tags A,B,
 *        --assignee USER; "none" (or "" for notes and tags) unsets a member. What is not given is
 *        absent. How many tags a todo may have in the end is the server's to judge.
 * Errors: CliError (usage).
 */
import { TAGS_MAX } from "../../shared/protocol/limits.ts";
import { isUserName, USER_NAME_WANTED } from "../../shared/protocol/names.ts";
import {
  describeText,
  isNotes,
  isTag,
  isTags,
  isTitle,
  NOTES_WANTED,
  TAG_WANTED,
  TITLE_WANTED,
} from "../../shared/protocol/text.ts";
import type { TodoChange } from "../../shared/todo/patch.ts";
import type { NewTodo, Priority, TodoId, TodoPatch } from "../../shared/todo/todo.ts";
import { dateInput } from "./date_input.ts";
import { CliError, EXIT } from "./exit_code.ts";
import { onlyMarks, titleLine } from "./title_line.ts";

const NONE = "none";

/** The options as commander hands them over. */
export interface TodoOptions {
  readonly title?: string;
  readonly date?: string;
  readonly notes?: string;
  readonly priority?: Priority | typeof NONE;
  readonly tags?: string;
  readonly assignee?: string;
}

/** newTodoInput("Milk +a", { tags: "b" }, now) → { title: "Milk", tags: ["a", "b"] } */
export function newTodoInput(text: string, options: TodoOptions, now: Date): NewTodo {
  const { patch, addTags = [] } = changeInput(text, options, now);
  const { title, tags, ...rest } = patch ?? {};
  if (title === undefined) throw new CliError(EXIT.usage, noTitle(onlyMarks(text)));
  const all = checkedTags([...new Set([...addTags, ...(tags ?? [])])]);
  return { ...rest, title, ...(all.length === 0 ? {} : { tags: all }) };
}

/** changeInput("Oat +a", { date: "none" }, now) → { patch: { title, date: null }, addTags } */
export function changeInput(text: string, options: TodoOptions, now: Date): TodoChange {
  const line = titleLine(text);
  const title = eitherOf(options.title, line.title === "" ? undefined : line.title, "title");
  const priority = eitherOf(options.priority, line.priority, "priority");
  const assignee = eitherOf(options.assignee, line.assignee, "assignee");
  const { date, notes, tags } = options;
  const patch: TodoPatch = {
    ...(title === undefined ? {} : { title: titleInput(title) }),
    ...(date === undefined ? {} : { date: dateInput(date, now) }),
    ...(notes === undefined ? {} : { notes: notesInput(notes) }),
    ...(priority === undefined ? {} : { priority: priority === NONE ? null : priority }),
    ...(tags === undefined ? {} : { tags: tagsInput(tags) }),
    ...(assignee === undefined ? {} : { assignee: assigneeInput(assignee) }),
  };
  return {
    ...(Object.keys(patch).length === 0 ? {} : { patch }),
    ...(line.tags.length === 0 ? {} : { addTags: checkedTags(line.tags) }),
  };
}

/** The title of a todo or a list, trimmed. */
export function titleInput(text: string): string {
  const title = text.trim();
  if (isTitle(title)) return title;
  throw new CliError(EXIT.usage, `A title is ${TITLE_WANTED}; ${describeText(title)} came.`);
}

/** `marks`: what was said in place of a title, if anything. */
function noTitle(marks: string | undefined): string {
  return `A title is ${TITLE_WANTED}; ${marks ?? `${describeText("")} came`}.`;
}

/** ["12", "7"] → [12, 7] */
export function idsInput(texts: readonly string[]): TodoId[] {
  return texts.map(idInput);
}

/** "12" → 12 */
export function idInput(text: string): TodoId {
  const id = positiveInteger(text);
  if (id !== undefined) return id;
  const came = JSON.stringify(text);
  throw new CliError(
    EXIT.usage,
    `An ID is the number that \`todo ls\` shows before a todo; ${came} came.`,
  );
}

/** "12" → 12; undefined: it is none. */
export function positiveInteger(text: string): number | undefined {
  const number = Number(text);
  return /^[0-9]+$/.test(text) && Number.isSafeInteger(number) && number >= 1 ? number : undefined;
}

/** The name of a user whom a list is shared with. */
export function userInput(user: string): string {
  if (isUserName(user)) return user;
  const came = JSON.stringify(user);
  throw new CliError(EXIT.usage, `USER wants ${USER_NAME_WANTED}; ${came} came.`);
}

/** What is said once, by its option or in the words; undefined: not at all. */
function eitherOf<Value>(
  option: Value | undefined,
  word: Value | undefined,
  what: string,
): Value | undefined {
  if (option === undefined || word === undefined) return option ?? word;
  const sentence = `The ${what} stands both in the words and in --${what}: leave one out.`;
  throw new CliError(EXIT.usage, sentence);
}

function tagsInput(text: string): readonly string[] | null {
  const tags = text.split(",").map((tag) => tag.trim());
  const named = [...new Set(tags)].filter((tag) => tag !== "");
  return named.length === 0 || text === NONE ? null : checkedTags(named);
}

function checkedTags(tags: readonly string[]): readonly string[] {
  const wrong = tags.find((tag) => !isTag(tag));
  if (wrong !== undefined) {
    throw new CliError(EXIT.usage, `A tag is ${TAG_WANTED}; ${describeText(wrong)} came.`);
  }
  if (isTags(tags)) return tags;
  throw new CliError(EXIT.usage, `A todo has at most ${TAGS_MAX} tags; ${tags.length} came.`);
}

function notesInput(notes: string): string | null {
  if (notes === "" || notes === NONE) return null;
  if (isNotes(notes)) return notes;
  const came = describeText(notes.replace(/[\n\t]/g, " ")); // Which notes may hold.
  throw new CliError(EXIT.usage, `--notes wants ${NOTES_WANTED}; ${came} came.`);
}

function assigneeInput(text: string): string | null {
  if (text === NONE) return null;
  if (isUserName(text)) return text;
  const came = JSON.stringify(text);
  throw new CliError(EXIT.usage, `--assignee wants ${USER_NAME_WANTED}; ${came} came.`);
}
