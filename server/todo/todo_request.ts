/**
 * TodoRequest: what can be asked of a list's process, and the shape of its answers.
 *
 * Shape: an Ask is the request of a `call` to the process; the answer comes by `reply`. All of it
 *        is plain data that has been checked: shared/protocol/methods.ts decoded it.
 */
import type { ErrorDetails, ErrorKind } from "../../shared/protocol/errors.ts";
import type { TodoChange } from "../../shared/todo/patch.ts";
import type { NewTodo, Role, TodoId } from "../../shared/todo/todo.ts";
import type { ExitReason } from "../runtime/index.ts";

/** Changes one todo, or makes one. */
export type TodoCommand =
  | { readonly type: "add_todo"; readonly todo: NewTodo }
  | {
      readonly type: "update_todo";
      readonly id: TodoId;
      readonly change: TodoChange;
      readonly ifRev?: number | undefined;
    }
  | { readonly type: "delete_todo"; readonly id: TodoId; readonly ifRev?: number | undefined };

/** Commands may become events; `key` names the write for its maker. */
export type Command = { readonly key?: string | undefined } & (
  | TodoCommand
  | { readonly type: "tx"; readonly ops: readonly TodoCommand[] }
  | { readonly type: "rename_list"; readonly title: string }
  | { readonly type: "share"; readonly user: string; readonly role: Role }
  | { readonly type: "unshare"; readonly user: string }
);

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
  | ({ readonly type: "agenda" } & AgendaPart)
  | { readonly type: "members" };

/** What of one list belongs to an agenda: dated todos, open ones unless `done`. */
export interface AgendaPart {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly done?: boolean | undefined;
  readonly after: TodoId;
  /** Bytes of todos it may answer with; none when the first one is longer. */
  readonly bytesMax: number;
}

/** Events of the list, the newest first, below the seq `before`. */
export interface History {
  readonly type: "history";
  readonly before?: number | undefined;
  readonly limit?: number | undefined;
}

/** Ends the list, or has it back. */
export interface ChangeLife {
  readonly type: "delete_list" | "restore_list";
}

/** Makes the list when there is none of that id; else it only tells where it runs. */
export interface Start {
  readonly type: "start";
  readonly title?: string | undefined;
  readonly todos?: readonly NewTodo[] | undefined;
  readonly key?: string | undefined;
}

/**
 * The asking process wants pushes from now on. `epoch`, `seq`: what it has already. `again`: the
 * list's process had crashed; the result is a Joined with what was `missed`.
 */
export interface Subscribe {
  readonly type: "subscribe";
  readonly epoch?: string | undefined;
  readonly seq?: number | undefined;
  readonly again?: true;
}

/** The result of `subscribe`, as far as the gateway reads it: where the subscriber is now. */
export interface Joined {
  readonly list: string;
  readonly epoch: string;
  readonly seq: number;
  readonly missed?: Missed;
}

/** The messages that were missed; or one in place of them. */
export type Missed =
  | { readonly events: readonly { readonly seq: number; readonly text: string }[] }
  | { readonly snapshot: string };

export interface Unsubscribe {
  readonly type: "unsubscribe";
}

/** All that can be asked. */
export type TodoRequest = Command | Query | Start | Subscribe | Unsubscribe | History | ChangeLife;

/**
 * A request, who asks, and the moment of the runtime's clock after which nobody wants an answer.
 */
export interface Ask {
  readonly user: string;
  readonly deadline: number;
  readonly request: TodoRequest;
}

/** What was asked is done, or it is refused. */
export type Answer = Result | Refused;

/**
 * `result` is what the wire's reply carries (shared/protocol/results.ts). `json`: the same as text,
 * made once for many or of parts that are text already; `result` is then only as much of it as the
 * gateway reads.
 */
export interface Result {
  readonly ok: true;
  readonly result: object;
  readonly json?: string;
  /** The answer is to be had of that list, asked the same: the key of a `start` has made it. */
  readonly elsewhere?: { readonly list: string; readonly request: Start };
}

/** What was not done, and why. */
export interface Refused {
  readonly ok: false;
  readonly kind: ErrorKind;
  readonly message?: string | undefined;
  readonly details?: ErrorDetails | undefined;
  /** Of a subscriber that joins again: the list is there no more. */
  readonly isDeleted?: true;
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
    case "agenda":
    case "history":
    case "subscribe":
    case "unsubscribe":
      return false;
    default:
      return true;
  }
}

/** Why a call was not answered, in the words of the wire. */
export function kindOf(error: ExitReason): Refused["kind"] {
  return error === "timeout" || error === "overloaded" || error === "noproc" ? error : "crashed";
}
