/**
 * ResultSchemas: what each method answers, as zod schemas, for the published document and tests.
 *
 * The types are in results.ts, which a client may use without zod; `satisfies` holds these to them.
 * What a server sends is not checked with them: it was made, not received.
 * Source: PROTOCOL.md sections 3, 4, 5 and 6.
 */
import * as z from "zod";
import { ERRORS, type ErrorKind, type ErrorObject } from "./errors.ts";
import type { MethodName } from "./methods.ts";
import type { AgendaList, EventParams, List, ListEntry, Member, Results } from "./results.ts";
import * as Value from "./value_schemas.ts";

const { optional } = Value;
const seq = Value.integer(0);
const rev = Value.integer(1);
const time = Value.integer(0).meta({ description: "milliseconds since 1970" });
const more = optional(z.literal(true).meta({ description: "there are more after this page" }));

/** A process, as text. */
export const pid = z.string().meta({ description: "a process, as <0.117.0>" });
/** One entry of a list; the optional members are absent when unset. */
export const todo = z.object({
  id: Value.todoId,
  title: Value.title,
  date: Value.date,
  done: z.boolean(),
  rev,
  notes: optional(Value.notes),
  priority: optional(Value.priority),
  tags: optional(Value.tags),
  assignee: optional(Value.user),
});
/** A member of a list. */
export const member = z.object({ user: Value.user, role: Value.role }) satisfies z.ZodType<Member>;
/** A list, or one page of it. */
export const list = z.object({
  list: Value.listId,
  title: Value.title,
  epoch: Value.epoch,
  seq,
  next: Value.todoId,
  todos: z.array(todo),
  more,
}) satisfies z.ZodType<List>;

const listEntry = z.object({
  list: Value.listId,
  title: Value.title,
  role: Value.role,
  seq,
  count: Value.integer(0),
  deleted_at: optional(time),
}) satisfies z.ZodType<ListEntry>;

const agendaList = z.object({
  list: Value.listId,
  title: Value.title,
  seq,
  todos: z.array(todo).min(1),
}) satisfies z.ZodType<AgendaList>;

const placed = {
  list: Value.listId,
  epoch: Value.epoch,
  seq: Value.integer(1),
  at: time,
  by: Value.user,
  pid,
};
/** An event as it is pushed. */
export const event = z.discriminatedUnion("op", [
  z.object({ ...placed, op: z.literal("todo_added"), todo }),
  z.object({ ...placed, op: z.literal("todo_updated"), todo }),
  z.object({ ...placed, op: z.literal("todo_deleted"), id: Value.todoId }),
  z.object({ ...placed, op: z.literal("list_renamed"), title: Value.title }),
  z.object({ ...placed, op: z.literal("member_set"), user: Value.user, role: Value.role }),
  z.object({ ...placed, op: z.literal("member_removed"), user: Value.user }),
]) satisfies z.ZodType<EventParams>;

const replayed = optional(
  z
    .literal(true)
    .meta({ description: "the first result again: the key named a write done before" }),
);
const written = { seq, replayed };
const changed = { changed: z.boolean(), ...written };
const page = { more };
const members = z.array(member);

/** What each method answers. */
export const RESULTS = {
  whoami: z.object({ user: Value.user, pid, node: z.string() }),
  describe: z.looseObject({ asyncapi: z.string() }),
  lists: z.object({ lists: z.array(listEntry), ...page }),
  agenda: z.object({
    lists: z.array(agendaList),
    ...page,
    missing: optional(z.array(Value.listId)),
  }),
  start: z.object({
    list: Value.listId,
    pid,
    epoch: Value.epoch,
    created: z.boolean(),
    ...written,
  }),
  rename_list: z.object(changed),
  add_todo: z.object({ id: Value.todoId, rev, ...written }),
  update_todo: z.object({ todo: optional(todo), ...changed }),
  delete_todo: z.object(changed),
  todos: z.object({ todos: z.array(todo), seq, ...page }),
  list,
  tx: z.object({
    results: z.array(
      z.union([
        z.object({ id: Value.todoId, rev }),
        z.object({ changed: z.boolean(), rev }),
        z.object({ changed: z.boolean() }),
      ]),
    ),
    ...written,
  }),
  subscribe: z.union([
    z.object({
      mode: z.literal("snapshot"),
      reason: optional(z.enum(["epoch", "trimmed", "too_many", "ahead"])),
      ...list.shape,
    }),
    z.object({
      mode: z.literal("resumed"),
      list: Value.listId,
      epoch: Value.epoch,
      seq,
      events: z.array(event),
    }),
  ]),
  unsubscribe: z.object({}),
  share: z.object({ members, ...changed }),
  unshare: z.object({ members, ...changed }),
  members: z.object({ members, seq }),
  history: z.object({ events: z.array(event), ...page }),
  delete_list: z.object({}),
  restore_list: z.object({ seq }),
} satisfies { readonly [Method in MethodName]: z.ZodType<Results<Method>> };

/** The `error` member of a reply. */
export const error = z.object({
  code: z.int(),
  message: z.string(),
  data: z.object({
    kind: z.enum(Object.keys(ERRORS) as ErrorKind[]),
    retry: z.boolean(),
    after_ms: optional(Value.integer(0)),
    applied: optional(z.enum(["no", "unknown"])),
    what: optional(z.enum(["list", "todo", "invite"])),
    todo: optional(todo),
    id: optional(z.union([z.string(), z.int()])),
    op: optional(Value.integer(0)),
  }),
}) satisfies z.ZodType<ErrorObject>;
