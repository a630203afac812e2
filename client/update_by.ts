/**
 * UpdateBy: a todo changed by a function of it: read, patch, `if_rev`, and again when another was
 * faster.
 *
 * Order: the updater sees the todo exactly as it is when the change is made.
 * Bound: the time of one call. What it is tried with is the todo that the conflict brought, so each
 *        round is one call; one of those who are at it always succeeds.
 */
import { ERRORS } from "../shared/protocol/errors.ts";
import type { Results } from "../shared/protocol/results.ts";
import { newTodo } from "../shared/todo/patch.ts";
import type { NewTodo, Todo, TodoId, TodoPatch } from "../shared/todo/todo.ts";
import type { TodoUpdater } from "./call_options.ts";
import { RpcError } from "./rpc_error.ts";

/** How a todo is read and changed. */
export interface TodoAccess {
  /** The todo as it may be; undefined: there is none. */
  read(): Promise<Todo | undefined>;
  /** Changes it if it still has this rev; throws a `conflict` with the todo otherwise. */
  change(patch: TodoPatch, ifRev: number): Promise<Results<"update_todo">>;
  /** Whether there is time for another round. */
  hasTime(): boolean;
}

/** The answer of the change that went through; throws the RpcError of the one that did not. */
export async function updateBy(
  updater: TodoUpdater,
  id: TodoId,
  access: TodoAccess,
): Promise<Results<"update_todo">> {
  let todo = await access.read();
  if (todo === undefined) throw noTodo(id);
  for (;;) {
    try {
      return await access.change(patchBetween(todo, updater(todo)), todo.rev);
    } catch (error) {
      todo = error instanceof RpcError && error.kind === "conflict" ? error.data.todo : undefined;
      if (todo === undefined || !access.hasTime()) throw error;
    }
  }
}

/**
 * patchBetween(milk, { ...milk, done: true }) → { done: true }; null unsets a member. Throws when
 * `wanted` is no todo, such as a promise: to unset what it lacks would empty the todo.
 */
export function patchBetween(todo: Todo, wanted: NewTodo): TodoPatch {
  if (typeof wanted?.title !== "string")
    throw new TypeError("An updater must return a todo, at once; what it returned has no title.");
  const next = newTodo(todo.id, todo.rev, wanted);
  const { title, date, done, notes = null, priority = null, tags = null, assignee = null } = next;
  return {
    ...(title !== todo.title && { title }),
    ...(date !== todo.date && { date }),
    ...(done !== todo.done && { done }),
    ...(notes !== (todo.notes ?? null) && { notes }),
    ...(priority !== (todo.priority ?? null) && { priority }),
    ...(JSON.stringify(tags) !== JSON.stringify(todo.tags ?? null) && { tags }),
    ...(assignee !== (todo.assignee ?? null) && { assignee }),
  };
}

function noTodo(id: TodoId): RpcError {
  const data = { what: "todo", applied: "no" } as const;
  const sentence = `The list has no todo with the id ${id}.`;
  return new RpcError(sentence, { kind: "not_found", ...ERRORS.not_found, data });
}
