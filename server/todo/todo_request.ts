/**
 * TodoRequest: what can be asked of a list's process, and the shape of its answers.
 *
 * Shape: an Ask is the request of a `call` to the process; the answer comes by `reply`. All of it
 *        is plain data that has been checked: shared/protocol/methods.ts decoded it.
 */
import type { ErrorDetails, ErrorKind } from "../../shared/protocol/errors.ts";
import type { TodoChange } from "../../shared/todo/patch.ts";
import type { NewTodo, Role, TodoId } from "../../shared/todo/todo.ts";

/** Commands may become events; `key` names the write for its maker. */
export type Command =
  | { readonly type: "add_todo"; readonly todo: NewTodo; readonly key?: string | undefined }
  | {
      readonly type: "update_todo";
      readonly id: TodoId;
      readonly change: TodoChange;
      readonly ifRev?: number | undefined;
      readonly key?: string | undefined;
    }
  | {
      readonly type: "delete_todo";
      readonly id: TodoId;
      readonly ifRev?: number | undefined;
      readonly key?: string | undefined;
    }
  | { readonly type: "rename_list"; readonly title: string; readonly key?: string | undefined }
  | {
      readonly type: "share";
      readonly user: string;
      readonly role: Role;
      readonly key?: string | undefined;
    }
  | { readonly type: "unshare"; readonly user: string; readonly key?: string | undefined };

/** Queries change nothing. `after`: ids above it; `limit`: entries of a page. */
export type Query =
  | {
      readonly type: "todos";
      readonly date: string | null;
      readonly after?: TodoId | undefined;
      readonly limit?: number | undefined;
    }
  | {
      readonly type: "list";
      readonly after?: TodoId | undefined;
      readonly limit?: number | undefined;
    }
  | { readonly type: "members" };

/** Makes the list when there is none of that id; else it only tells where it runs. */
export interface Start {
  readonly type: "start";
  readonly title?: string | undefined;
  readonly todos?: readonly NewTodo[] | undefined;
  readonly key?: string | undefined;
}

/** The asking process wants pushes from now on. `epoch`, `seq`: what it has already. */
export interface Subscribe {
  readonly type: "subscribe";
  readonly epoch?: string | undefined;
  readonly seq?: number | undefined;
}

export interface Unsubscribe {
  readonly type: "unsubscribe";
}

/** All that can be asked. */
export type TodoRequest = Command | Query | Start | Subscribe | Unsubscribe;

/**
 * A request, who asks, and the moment of the runtime's clock after which nobody wants an answer.
 */
export interface Ask {
  readonly user: string;
  readonly deadline: number;
  readonly request: TodoRequest;
}

/** `result` is what the wire's reply carries (shared/protocol/results.ts). */
export type Answer = { readonly ok: true; readonly result: object } | Refused;

/** What was not done, and why. */
export interface Refused {
  readonly ok: false;
  readonly kind: ErrorKind;
  readonly message?: string | undefined;
  readonly details?: ErrorDetails | undefined;
}

/** refuse("not_found", "There is no such todo.", { what: "todo" }); without words: the table's. */
export function refuse(kind: ErrorKind, message?: string, details?: ErrorDetails): Refused {
  return { ok: false, kind, message, details };
}

/** Whether it changes something durable when it succeeds. */
export function isWrite({ type }: TodoRequest): boolean {
  switch (type) {
    case "todos":
    case "list":
    case "members":
    case "subscribe":
    case "unsubscribe":
      return false;
    default:
      return true;
  }
}
