/**
 * Method: one thing a caller can ask for, as the gateway sees it.
 *
 * A method only says what is asked of whom. Whether the caller may is judged in the list's own
 * process, which owns the members: a revoked user has no window between the check and the change.
 */
import type { MethodName, Params } from "../../shared/protocol/methods.ts";
import type { Pid, Ref } from "../runtime/index.ts";
import type { ListsNews, TodoDirectory } from "../todo/todo_directory.ts";
import type { Answer, TodoRequest } from "../todo/todo_request.ts";

/** Asked of a list's process. */
export interface ListMethod<Name extends MethodName> {
  readonly kind: "list";
  readonly name: Name;
  /** The list it is about. */
  list(params: Params<Name>, asking: Pick<Asking, "caller" | "directory">): string;
  /** The request for its process; or an answer, when that can be said without asking. */
  request(params: Params<Name>, caller: Caller): TodoRequest | Answer;
}

/** Answered by the connection itself. */
export interface CallerMethod<Name extends MethodName> {
  readonly kind: "caller";
  readonly name: Name;
  answer(params: Params<Name>, caller: Caller): Answer;
}

/** Asked of the directory; the answer comes to the connection as a message with `ref`. */
export interface DirectoryMethod<Name extends MethodName> {
  readonly kind: "directory";
  readonly name: Name;
  ask(params: Params<Name>, asking: Asking): void;
}

/** Any of the three kinds. */
export type Method<Name extends MethodName> =
  | ListMethod<Name>
  | CallerMethod<Name>
  | DirectoryMethod<Name>;

/** The connection, as far as a method may know it. */
export interface Caller {
  readonly user: string;
  readonly pid: Pid<ListsNews>;
  readonly node: string;
  /** Whether it is subscribed to the list. */
  isSubscribed(list: string): boolean;
  /** Subscriptions it has. */
  readonly subscriptions: number;
}

/**
 * Who asks the directory, the ref its answer is to carry, and the moment of the runtime's clock
 * after which nobody wants it.
 */
export interface Asking {
  readonly caller: Caller;
  readonly directory: TodoDirectory;
  readonly ref: Ref;
  readonly deadline: number;
}
