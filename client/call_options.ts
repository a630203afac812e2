/**
 * CallOptions: what may be said beside the params of a method, and how changes are written.
 *
 * Shape: names in camelCase; todo_client.ts puts them as the wire has them.
 * Source: PROTOCOL.md sections 2 and 4.
 */
import type { TodoChange } from "../shared/todo/patch.ts";
import type { NewTodo, Todo, TodoId } from "../shared/todo/todo.ts";

/**
 * Milliseconds the server works at the call, 1..60000; 5000 unless given. The call itself fails at
 * the latest 2 s after that, whatever becomes of the connection.
 */
export interface CallOptions {
  readonly timeoutMs?: number | undefined;
}

/** `key`: names the write, so that repeating it does nothing twice; made unless given. */
export interface WriteOptions extends CallOptions {
  readonly key?: string | undefined;
}

/** `after`: the last id seen, exclusive. `limit`: 1..1000. A page that ends early has `more`. */
export interface PageOptions<Id> extends CallOptions {
  readonly after?: Id;
  readonly limit?: number;
}

/** `ifRev`: only when the todo still has this rev; else the call fails as `conflict`. */
export interface ChangeOptions extends WriteOptions {
  readonly ifRev?: number | undefined;
}

/** `before`: a seq, exclusive. `limit`: 1..500, 100 unless given. */
export interface HistoryPage {
  readonly before?: number;
  readonly limit?: number;
}

/** Todos with `from` <= date <= `to`, only open ones unless `done`; a page of `limit` lists. */
export interface AgendaQuery {
  readonly from?: string;
  readonly to?: string;
  readonly done?: boolean;
  /** The list that the page before ended with; with `afterId` it goes on within that list. */
  readonly after?: string;
  readonly afterId?: TodoId;
  readonly limit?: number;
}

/** One change of a `tx`. */
export type TxOp =
  | { readonly op: "add_todo"; readonly todo: NewTodo }
  | ({ readonly op: "update_todo"; readonly id: TodoId; readonly ifRev?: number } & TodoChange)
  | { readonly op: "delete_todo"; readonly id: TodoId; readonly ifRev?: number };

/** Makes of a todo what it is to be; it keeps its id. It may be called more than once. */
export type TodoUpdater = (todo: Todo) => NewTodo;

/** An updater with options. */
export interface UpdateByFunction extends WriteOptions {
  readonly update: TodoUpdater;
}

/** How a todo is changed: by a patch and by tags, or by an updater. */
export type TodoUpdate = (TodoChange & ChangeOptions) | UpdateByFunction;
