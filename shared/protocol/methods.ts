/**
 * Methods: what each method takes, and the check of its params.
 *
 * Shape:  decodeParams("add_todo", raw) → { ok: true, params } | { ok: false, message }
 *         Titles come out trimmed. Members not known are dropped, but refused in todo and patch.
 * Cost:   each schema is compiled once, at its first use. Params that are refused cost more.
 * Source: PROTOCOL.md section 4. What methods answer is in results.ts.
 */
import * as z from "zod";
import { assert } from "../assert.ts";
import {
  CALL_TIMEOUT_MS_MAX,
  HISTORY_ENTRIES_MAX,
  PAGE_ENTRIES_MAX,
  START_TODOS_MAX,
  TX_OPS_MAX,
} from "./limits.ts";
import { refusal } from "./refusal.ts";
import * as TodoOps from "./todo_ops.ts";
import * as Value from "./value_schemas.ts";

const timeout_ms = Value.optional(Value.integer(1, CALL_TIMEOUT_MS_MAX));
const key = Value.optional(Value.key);
const list = Value.listId;
const limit = Value.optional(Value.integer(1, PAGE_ENTRIES_MAX));
const after = Value.optional(Value.integer(0)); // A todo's id, 0 to begin.
const todosWanted = `a list of at most ${START_TODOS_MAX} todos`;
const opsWanted = `a list of 1 to ${TX_OPS_MAX} ops`;

const updateTodo = params({ list, ...TodoOps.updateTodo, key })
  .refine(TodoOps.changesSomething, TodoOps.CHANGE_WANTED)
  .meta(TodoOps.CHANGE_PUBLISHED);

const agenda = params({
  from: Value.optional(Value.day),
  to: Value.optional(Value.day),
  done: Value.optional(Value.flag),
  after: Value.optional(Value.listId),
  after_id: after,
  limit,
})
  .refine(({ after, after_id }) => after_id === undefined || after !== undefined, {
    path: ["after"],
    error: "given when after_id is",
  })
  .meta({ dependencies: { after_id: ["after"] } });

/** What each method takes, as zod schemas. */
export const PARAMS = {
  whoami: params({}),
  describe: params({}),
  lists: params({
    after: Value.optional(Value.listId),
    limit,
    deleted: Value.optional(Value.flag),
  }),
  agenda,
  start: params({
    list: Value.optional(Value.listId),
    title: Value.optional(Value.title),
    todos: Value.optional(z.array(Value.newTodo, todosWanted).max(START_TODOS_MAX, todosWanted)),
    key,
  }),
  rename_list: params({ list, title: Value.title, key }),
  add_todo: params({ list, ...TodoOps.addTodo, key }),
  update_todo: updateTodo,
  delete_todo: params({ list, ...TodoOps.deleteTodo, key }),
  todos: params({ list, date: Value.date, after, limit }),
  list: params({ list, after, limit }),
  tx: params({
    list,
    ops: z.array(TodoOps.todoOp, opsWanted).min(1, opsWanted).max(TX_OPS_MAX, opsWanted),
    key,
  }),
  subscribe: params({
    list,
    epoch: Value.optional(Value.epoch),
    seq: Value.optional(Value.integer(0)),
    presence: Value.optional(Value.flag),
  }),
  unsubscribe: params({ list }),
  share: params({ list, user: Value.user, role: Value.role, key }),
  unshare: params({ list, user: Value.user, key }),
  members: params({ list }),
  history: params({
    list,
    before: Value.optional(Value.integer(0)),
    limit: Value.optional(Value.integer(1, HISTORY_ENTRIES_MAX)),
  }),
  delete_list: params({ list }),
  restore_list: params({ list }),
};

/** The methods there are. */
export type MethodName = keyof typeof PARAMS;

/** The params of a method as they come out of `decodeParams`. */
export type Params<Method extends MethodName> = z.output<(typeof PARAMS)[Method]>;

/** The same schemas, typed so that a method and its params stay together. */
const DECODERS: { readonly [Method in MethodName]: z.ZodType<Params<Method>> } = PARAMS;

/** `write`: it changes something durable, so its refusals say `applied`. */
interface MethodRow {
  readonly write: boolean;
  /** It does its work without an `id` too; other methods without one are ignored. */
  readonly cast: boolean;
}

const READ: MethodRow = { write: false, cast: false };
const WRITE: MethodRow = { write: true, cast: false };
const WRITE_OR_CAST: MethodRow = { write: true, cast: true };

/** METHODS.add_todo → { write: true, cast: true } */
export const METHODS: { readonly [Method in MethodName]: MethodRow } = {
  whoami: READ,
  describe: READ,
  lists: READ,
  agenda: READ,
  start: WRITE,
  rename_list: WRITE,
  add_todo: WRITE_OR_CAST,
  update_todo: WRITE_OR_CAST,
  delete_todo: WRITE_OR_CAST,
  todos: READ,
  list: READ,
  tx: WRITE_OR_CAST,
  subscribe: READ,
  unsubscribe: READ,
  share: WRITE,
  unshare: WRITE,
  members: READ,
  history: READ,
  delete_list: WRITE,
  restore_list: WRITE,
};

/** Whether this is a method there is; "constructor" and "__proto__" are none. */
export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}

/** Checks raw params, anything that JSON can say. A refusal is one plain sentence. */
export function decodeParams<Method extends MethodName>(
  method: Method,
  raw: unknown,
): { ok: true; params: Params<Method> } | { ok: false; message: string } {
  const decoded = DECODERS[method].safeParse(raw);
  if (decoded.success) return { ok: true, params: decoded.data };
  const [issue] = decoded.error.issues;
  assert(issue !== undefined, "params that are refused: want a reason");
  return { ok: false, message: refusal(issue.path, issue.message, raw) };
}

function params<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ ...shape, timeout_ms }, "an object");
}
