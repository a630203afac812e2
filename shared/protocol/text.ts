/**
 * Text: what text may be, and how a refusal speaks of text without repeating it.
 *
 * Shape:  characters are Unicode code points, so "🛒" is one. No text holds half of a surrogate
 *         pair or a control character (category Cc); notes alone may hold "\n" and "\t".
 * Source: PROTOCOL.md section 3.
 */
import {
  KEY_CHARACTERS_MAX,
  NOTES_CHARACTERS_MAX,
  TAG_CHARACTERS_MAX,
  TAGS_MAX,
  TITLE_CHARACTERS_MAX,
} from "./limits.ts";

const CONTROL = /\p{Cc}/u;
const CONTROL_IN_NOTES = /[^\P{Cc}\n\t]/u; // Control characters, line feed and tab left out.

/** What a refusal says is wanted. */
export const TITLE_WANTED = `trimmed ${wantedLine(TITLE_CHARACTERS_MAX)}`;
export const NOTES_WANTED =
  `text of at most ${NOTES_CHARACTERS_MAX} characters without control characters ` +
  "other than line feed and tab";
export const TAG_WANTED = wantedLine(TAG_CHARACTERS_MAX);
export const TAGS_WANTED = `a list of at most ${TAGS_MAX} tags, each once`;
export const KEY_WANTED = wantedLine(KEY_CHARACTERS_MAX);

/** The title of a todo or a list, already trimmed. */
export function isTitle(text: string): boolean {
  return isLine(text, TITLE_CHARACTERS_MAX);
}

/** The notes of a todo; "" unsets them. */
export function isNotes(text: string): boolean {
  return (
    hasAtMost(text, NOTES_CHARACTERS_MAX) && text.isWellFormed() && !CONTROL_IN_NOTES.test(text)
  );
}

/** One tag. */
export function isTag(text: string): boolean {
  return isLine(text, TAG_CHARACTERS_MAX);
}

/** All tags of a todo, each of which has passed `isTag`. */
export function isTags(tags: readonly string[]): boolean {
  return tags.length <= TAGS_MAX && new Set(tags).size === tags.length;
}

/** The name that a client gives a write, so that it may repeat it. */
export function isKey(text: string): boolean {
  return isLine(text, KEY_CHARACTERS_MAX);
}

/** Whether `text` has at most `max` characters; they are counted only when the answer needs it. */
export function hasAtMost(text: string, max: number): boolean {
  return text.length <= max || (text.length <= 2 * max && charactersOf(text) <= max);
}

/** describeText("a\u0007b") → "text of 3 characters with a control character in it" */
export function describeText(text: string): string {
  const count = charactersOf(text);
  const length = count === 0 ? "empty text" : `text of ${count} character${count === 1 ? "" : "s"}`;
  if (!text.isWellFormed()) return `${length} with half a surrogate pair in it`;
  if (CONTROL.test(text)) return `${length} with a control character in it`;
  return length;
}

function isLine(text: string, max: number): boolean {
  return text !== "" && hasAtMost(text, max) && text.isWellFormed() && !CONTROL.test(text);
}

function wantedLine(max: number): string {
  return `text of 1 to ${max} characters without control characters`;
}

function charactersOf(text: string): number {
  return Array.from(text).length; // By code point, as every iterator of text goes.
}
