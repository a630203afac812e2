/**
 * TodoOps: what adds, changes and deletes a todo, as zod schemas: what a method of that name takes
 * beside its list and its key, and one op of a `tx`.
 *
 * Shape:  an op is { op: "add_todo", todo } | { op: "update_todo", id, patch?, … }
 *         | { op: "delete_todo", id, if_rev? }
 * Source: PROTOCOL.md section 4.
 */
import * as z from "zod";
import * as Value from "./value_schemas.ts";

const if_rev = Value.optional(Value.integer(0));

/** What `add_todo` takes of its own. */
export const addTodo = { todo: Value.newTodo };
/** What `update_todo` takes of its own; `changesSomething` besides. */
export const updateTodo = {
  id: Value.todoId,
  patch: Value.optional(Value.patch),
  add_tags: Value.optional(Value.tags),
  remove_tags: Value.optional(Value.tags),
  if_rev,
};
/** What `delete_todo` takes of its own. */
export const deleteTodo = { id: Value.todoId, if_rev };

interface TodoChange {
  readonly patch?: object;
  readonly add_tags?: object;
  readonly remove_tags?: object;
}

/** A change says what changes; {} for a patch is enough. */
export function changesSomething({ patch, add_tags, remove_tags }: TodoChange): boolean {
  return (patch ?? add_tags ?? remove_tags) !== undefined;
}

/** What is said of a change that does not. */
export const CHANGE_WANTED = {
  path: ["patch"],
  error: "given when neither add_tags nor remove_tags is",
};
/** The same for the published document. */
export const CHANGE_PUBLISHED = {
  anyOf: ["patch", "add_tags", "remove_tags"].map((name) => ({ required: [name] })),
};

const OP_WANTED = '"add_todo", "update_todo" or "delete_todo"';

/** One op of a `tx`. */
export const todoOp = z.discriminatedUnion(
  "op",
  [
    z.object({ op: z.literal("add_todo"), ...addTodo }),
    z
      .object({ op: z.literal("update_todo"), ...updateTodo })
      .refine(changesSomething, CHANGE_WANTED)
      .meta(CHANGE_PUBLISHED),
    z.object({ op: z.literal("delete_todo"), ...deleteTodo }),
  ],
  { error: ({ code }) => (code === "invalid_union" ? OP_WANTED : "an object") },
);
