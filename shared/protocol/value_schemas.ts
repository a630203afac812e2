/**
 * ValueSchemas: what the values in params must be, as zod schemas.
 *
 * Errors: the message of every schema is what it wants ("an integer of at least 1"); refusal.ts
 *         makes a sentence of it and of what came. `meta` says the same to the published document.
 * Source: PROTOCOL.md section 3. The rules for text and dates are in text.ts, names.ts, date.ts.
 */
import * as z from "zod";
import { DATE_WANTED, isDate } from "./date.ts";
import {
  KEY_CHARACTERS_MAX,
  LIST_ID_CHARACTERS_MAX,
  NOTES_CHARACTERS_MAX,
  TAG_CHARACTERS_MAX,
  TAGS_MAX,
  TITLE_CHARACTERS_MAX,
  USER_NAME_CHARACTERS_MAX,
} from "./limits.ts";
import {
  isListId,
  isUserName,
  LIST_ID,
  LIST_ID_WANTED,
  USER_NAME,
  USER_NAME_WANTED,
} from "./names.ts";
import * as Text from "./text.ts";

// Patterns of the published document; JSON Schema reads them as JavaScript does with the flag u.
const LINE = "^[^\\p{Cc}\\p{Cs}]*$";
const VISIBLE = "[^\\s\\p{Cc}\\p{Cs}]";
const TITLE_WITHIN = `[^\\p{Cc}\\p{Cs}]{0,${TITLE_CHARACTERS_MAX - 2}}`;
const DAY = { pattern: "^(?!0000)\\d{4}-\\d\\d-\\d\\d$", format: "date" };
const TITLE = `^\\s*${VISIBLE}(?:${TITLE_WITHIN}${VISIBLE})?\\s*$`;

/** integer(1) → an integer >= 1, at most 2^53-1; integer(1, 60_000) → one up to that. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const atMost = max === Number.MAX_SAFE_INTEGER ? "" : ` and at most ${max}`;
  const wanted = `an integer of at least ${min}${atMost}`;
  return z.int(wanted).min(min, wanted).max(max, wanted);
}

/**
 * A member that may be left out. JSON has no undefined, so one that is there is never undefined:
 * zod's exactOptional says just that but took 1.6 µs a todo, and optional 0.7 µs.
 */
export function optional<Schema extends z.ZodType>(schema: Schema): z.ZodExactOptional<Schema> {
  return schema.optional() as unknown as z.ZodExactOptional<Schema>;
}

/** true or false. */
export const flag = z.boolean("true or false");
/** A list's id, as programs and the log name it. */
export const listId = text(isListId, LIST_ID_WANTED, {
  pattern: LIST_ID.source,
  maxLength: LIST_ID_CHARACTERS_MAX,
});
/** A user's name; nobody need have connected under it. */
export const user = text(isUserName, USER_NAME_WANTED, {
  pattern: USER_NAME.source,
  maxLength: USER_NAME_CHARACTERS_MAX,
});
/** What names a write, so that it may be repeated. */
export const key = text(Text.isKey, Text.KEY_WANTED, line(KEY_CHARACTERS_MAX));
/** Half of a position in a list's log; whether there is such an epoch is seen later. */
export const epoch = z.string("the text of an epoch");
/** What a member may do. */
export const role = z.enum(["viewer", "editor", "owner"], '"viewer", "editor" or "owner"');
/** How pressing a todo is. */
export const priority = z.enum(["high", "medium", "low"], '"high", "medium" or "low"');
/** The id of a todo, whether or not there is one under it. */
export const todoId = integer(1);
/** A calendar day. */
export const day = text(isDate, DATE_WANTED, DAY);
/** A calendar day, or null for undated. */
export const date = text(isDate, `${DATE_WANTED} or null`, DAY).nullable();
/** One tag. */
export const tag = text(Text.isTag, Text.TAG_WANTED, line(TAG_CHARACTERS_MAX));
/** All tags of a todo, or those to put on or to take off. */
export const tags = z
  .array(tag, Text.TAGS_WANTED)
  .refine(Text.isTags, Text.TAGS_WANTED)
  .meta({ maxItems: TAGS_MAX, uniqueItems: true });
/** The notes of a todo. */
export const notes = text(Text.isNotes, Text.NOTES_WANTED, {
  pattern: "^(?:[^\\p{Cc}\\p{Cs}]|[\\n\\t])*$",
  maxLength: NOTES_CHARACTERS_MAX,
});

/** The title of a todo or a list comes out trimmed; what is bounded is the trimmed text. */
export const title = z
  .string(Text.TITLE_WANTED)
  .trim()
  .refine(Text.isTitle, Text.TITLE_WANTED)
  .meta({ description: Text.TITLE_WANTED, pattern: TITLE });

const optionals = {
  date: optional(date),
  notes: optional(notes.nullable()),
  priority: optional(priority.nullable()),
  tags: optional(tags.nullable()),
  assignee: optional(user.nullable()),
};
const WANTED =
  "an object without members other than title, date, done, notes, priority, tags and assignee";

/** A todo that is to be: null is absent, also for `done`; members not known are refused. */
export const newTodo = z.strictObject(
  { title, done: optional(flag.nullable()), ...optionals },
  WANTED,
);

/** RFC 7396 over a todo. A title and `done` cannot be unset, so null is refused for them. */
export const patch = z.strictObject(
  { title: optional(title), done: optional(flag), ...optionals },
  WANTED,
);

/** The rule again in the words of JSON Schema, for the published document alone. */
interface Published {
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly format?: string;
}

/** Text that `isRight`, or `wanted` is what the refusal says. */
function text(isRight: (text: string) => boolean, wanted: string, published: Published = {}) {
  return z
    .string(wanted)
    .refine(isRight, wanted)
    .meta({ ...published, description: wanted });
}

function line(max: number): Published {
  return { pattern: LINE, minLength: 1, maxLength: max };
}
