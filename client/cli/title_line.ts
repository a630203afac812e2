/**
 * TitleLine: a todo as one writes it down: `Oat milk +home !high @bob`.
 *
 * Shape: a word +TAG is a tag, !high, !medium or !low the priority, @USER the assignee; all other
 *        words are the title, with one blank between. A word behind a backslash stands as it is:
 *        `\+home` is the word "+home". Words that only look alike do too: "+", "!now", "@ 5".
 * Errors: CliError (usage): two priorities, two assignees.
 */
import { isUserName } from "../../shared/protocol/names.ts";
import type { Priority } from "../../shared/todo/todo.ts";
import { CliError, EXIT } from "./exit_code.ts";

const TAG = /^\+(.+)$/u;
const PRIORITY = /^!(high|medium|low)$/;
const MARKS: { readonly [mark: string]: string } = {
  "+": "a tag",
  "!": "the priority",
  "@": "the assignee",
};
const QUOTED = /^\\([\\+!@].*)$/su;

/** What the line says. `title` is "" when every word says something else. */
export interface TitleLine {
  readonly title: string;
  readonly tags: readonly string[];
  readonly priority: Priority | undefined;
  readonly assignee: string | undefined;
}

/** titleLine("Oat milk +a !high") → { title: "Oat milk", tags: ["a"], priority: "high", … } */
export function titleLine(text: string): TitleLine {
  const title: string[] = [];
  const tags = new Set<string>();
  const priorities: string[] = [];
  const assignees: string[] = [];
  for (const word of wordsOf(text)) {
    const tag = TAG.exec(word)?.[1];
    const priority = PRIORITY.exec(word)?.[1];
    if (tag !== undefined) tags.add(tag);
    else if (priority !== undefined) priorities.push(priority);
    else if (word.startsWith("@") && isUserName(word.slice(1))) assignees.push(word.slice(1));
    else title.push(QUOTED.exec(word)?.[1] ?? word);
  }
  return {
    title: title.join(" "),
    tags: [...tags],
    priority: onlyOne(priorities, "priority", "!") as Priority | undefined,
    assignee: onlyOne(assignees, "assignee", "@"),
  };
}

/** onlyMarks("+1") → "+1 was read as a tag: write '\\+1' to mean the word"; "" → undefined */
export function onlyMarks(text: string): string | undefined {
  const [first] = wordsOf(text);
  if (first === undefined) return undefined;
  return `${first} was read as ${MARKS[first.charAt(0)]}: write '\\${first}' to mean the word`;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function onlyOne(found: readonly string[], what: string, mark: string): string | undefined {
  const [first, ...others] = new Set(found);
  if (others.length === 0) return first;
  const came = [first, ...others].map((word) => `${mark}${word}`).join(" and ");
  throw new CliError(
    EXIT.usage,
    `A todo has one ${what}; ${came} came. A word is taken literally behind a backslash.`,
  );
}
