/**
 * TodoInput: what the arguments of `add` and `edit` say about a todo.
 *
 * Shape: --date D, --notes TEXT, --priority P, --tags A,B, --assignee USER; "none" (or "" for notes
 *        and tags) unsets a member. What is not given is absent. Bounds are the server's to judge.
 * Errors: CliError (usage).
 */
import { isUserName, USER_NAME_WANTED } from "../../shared/protocol/names.ts";
import { describeText, isTitle, TITLE_WANTED } from "../../shared/protocol/text.ts";
import type { Priority, TodoId, TodoPatch } from "../../shared/todo/todo.ts";
import { dateInput } from "./date_input.ts";
import { CliError, EXIT } from "./exit_code.ts";

const NONE = "none";

/** The options as commander hands them over. */
export interface TodoOptions {
  readonly title?: string;
  readonly date?: string;
  readonly notes?: string;
  readonly priority?: Priority | typeof NONE;
  readonly tags?: string;
  readonly assignee?: string;
  readonly undone?: boolean;
}

/** { date: "today", tags: "a, b" } → { date: "2026-11-25", tags: ["a", "b"] } */
export function todoInput(options: TodoOptions, now: Date): TodoPatch {
  const { title, date, notes, priority, tags, assignee, undone } = options;
  return {
    ...(title === undefined ? {} : { title: titleInput(title) }),
    ...(date === undefined ? {} : { date: dateInput(date, now) }),
    ...(undone === true ? { done: false } : {}),
    ...(notes === undefined ? {} : { notes: notes === "" ? null : notes }),
    ...(priority === undefined ? {} : { priority: priority === NONE ? null : priority }),
    ...(tags === undefined ? {} : { tags: tagsInput(tags) }),
    ...(assignee === undefined ? {} : { assignee: assigneeInput(assignee) }),
  };
}

/** The title of a todo or a list, trimmed. */
export function titleInput(text: string): string {
  const title = text.trim();
  if (isTitle(title)) return title;
  throw new CliError(EXIT.usage, `A title is ${TITLE_WANTED}; ${describeText(title)} came.`);
}

/** ["12", "7"] → [12, 7] */
export function idsInput(texts: readonly string[]): TodoId[] {
  return texts.map(idInput);
}

/** "12" → 12 */
export function idInput(text: string): TodoId {
  const id = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(id) && id >= 1) return id;
  const came = JSON.stringify(text);
  throw new CliError(
    EXIT.usage,
    `An ID is the number that \`todo ls\` shows before a todo; ${came} came.`,
  );
}

function tagsInput(text: string): string[] | null {
  const tags = text.split(",").map((tag) => tag.trim());
  const named = [...new Set(tags)].filter((tag) => tag !== "");
  return named.length === 0 || text === NONE ? null : named;
}

function assigneeInput(text: string): string | null {
  if (text === NONE) return null;
  if (isUserName(text)) return text;
  const came = JSON.stringify(text);
  throw new CliError(EXIT.usage, `--assignee wants ${USER_NAME_WANTED}; ${came} came.`);
}
