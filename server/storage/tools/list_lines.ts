/**
 * ListLines: one list as lines of JSON, for a file that leaves one store and enters another.
 *
 * Shape: a header, then each event as it is pushed on the wire but for list and epoch:
 *   {"format":"todo-actors list","version":1,"list":"groceries","owner":"alice","at":…,
 *    "first_title":"Food","title":"Groceries","members":[{"user","role"}…],"seq":57}
 *   {"seq":1,"at":…,"by":"alice","pid":"<0.7.0>","op":"todo_added","todo":Todo}
 *   `with_next`: the event belongs to the same write as the one after it. Keys of writes and the
 *   epoch are no part of it: they mean nothing elsewhere.
 * Errors: what a line wants and what came, as a sentence, by the schemas of what clients send.
 */
import * as z from "zod";
import { refusal } from "../../../shared/protocol/refusal.ts";
import * as Value from "../../../shared/protocol/value_schemas.ts";
import { newTodo } from "../../../shared/todo/patch.ts";
import type { Change } from "../../../shared/todo/todo_event.ts";
import { type StoredEvent, WITH_THE_NEXT } from "../event_log.ts";
import { type Refused, refused } from "./store_file.ts";

const FORMAT = "todo-actors list";
const VERSION = 1;

const time = Value.integer(0);
const PID_WANTED = "a process, as <0.117.0>";
const pid = z.string(PID_WANTED).regex(/^<\d{1,16}(\.\d{1,16}){2}>$/, PID_WANTED);
const MEMBERS_WANTED = "a list of members";
const HEADER_WANTED = "an object without members other than those of a header";

const header = z.strictObject(
  {
    format: z.literal(FORMAT, `"${FORMAT}"`),
    version: z.literal(VERSION, `${VERSION}, or the file is of a newer version`),
    list: Value.listId,
    owner: Value.user,
    at: time,
    first_title: Value.title,
    title: Value.title,
    members: z.array(z.strictObject({ user: Value.user, role: Value.role }), MEMBERS_WANTED),
    seq: Value.integer(0),
    deleted_at: Value.optional(time),
  },
  HEADER_WANTED,
);

const placed = {
  seq: Value.integer(1),
  at: time,
  by: Value.user,
  pid,
  with_next: Value.optional(z.literal(true, "true, or absent")),
};
const todo = z.looseObject({ id: Value.todoId, rev: Value.integer(1) }, "a todo");
const EVENT_WANTED = "an object with the members of its op and no others";

const event = z.discriminatedUnion(
  "op",
  [
    z.strictObject({ ...placed, op: z.literal("todo_added"), todo }, EVENT_WANTED),
    z.strictObject({ ...placed, op: z.literal("todo_updated"), todo }, EVENT_WANTED),
    z.strictObject({ ...placed, op: z.literal("todo_deleted"), id: Value.todoId }, EVENT_WANTED),
    z.strictObject({ ...placed, op: z.literal("list_renamed"), title: Value.title }, EVENT_WANTED),
    z.strictObject(
      { ...placed, op: z.literal("member_set"), user: Value.user, role: Value.role },
      EVENT_WANTED,
    ),
    z.strictObject({ ...placed, op: z.literal("member_removed"), user: Value.user }, EVENT_WANTED),
  ],
  "an event with an op that this version knows",
);

/** The first line. `deleted_at`: when the list was deleted; it is none when it comes in again. */
export type Header = z.output<typeof header>;

/** An event that came in: who made it, where it belongs, and what it does. */
export interface EventLine {
  readonly seq: number;
  readonly at: number;
  readonly user: string;
  readonly pid: string;
  readonly withNext: boolean;
  readonly change: Change;
}

/** The header's line, with its end. */
export function headerLine(fields: Omit<Header, "format" | "version">): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...fields })}\n`;
}

/** An event's line, with its end. */
export function eventLine({ seq, at, user, pid: by, key, body }: StoredEvent): string {
  const placedAt = JSON.stringify({ seq, at, by: user, pid: by }).slice(0, -1);
  const withNext = key === WITH_THE_NEXT ? ',"with_next":true' : "";
  return `${placedAt}${withNext},${body.slice(1)}\n`;
}

/** The first line, read. */
export function readHeader(line: string): { ok: true; header: Header } | Refused {
  const raw = parse(line);
  if (raw === undefined) return refused("this is no JSON; a header was wanted.");
  const read = header.safeParse(raw);
  return read.success ? { ok: true, header: read.data } : refusalOf(read.error, raw);
}

/** Any other line, read. */
export function readEvent(line: string): { ok: true; event: EventLine } | Refused {
  const raw = parse(line);
  if (raw === undefined) return refused("this is no JSON; an event was wanted.");
  const read = event.safeParse(raw);
  if (!read.success) return refusalOf(read.error, raw);
  const { seq, at, by, pid: from, with_next, ...rest } = read.data;
  const line_ = { seq, at, user: by, pid: from, withNext: with_next === true };
  if (rest.op !== "todo_added" && rest.op !== "todo_updated") {
    return { ok: true, event: { ...line_, change: rest } };
  }
  const { id, rev, ...members } = rest.todo;
  const wanted = Value.newTodo.safeParse(members);
  if (!wanted.success) return refusalOf(wanted.error, members, "todo.");
  const change = { op: rest.op, todo: newTodo(id, rev, wanted.data) };
  return { ok: true, event: { ...line_, change } };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function refusalOf({ issues: [issue] }: z.ZodError, raw: unknown, within = ""): Refused {
  if (issue === undefined) throw new Error("what is refused wants a reason");
  return refused(`${within}${refusal(issue.path, issue.message, raw)}`);
}
