/**
 * todo-actors/client: the public names of the client library, for Node and for browsers.
 *
 * What is not named here may change without notice.
 */

/** What the server pushes. */
export type { Push, PushName } from "../shared/protocol/pushes.ts";
/** What methods answer. */
export type { EventParams, List, ListEntry, Member, Results } from "../shared/protocol/results.ts";
/** How a todo is changed. */
export type { TodoChange } from "../shared/todo/patch.ts";
/** Todos. */
export type { NewTodo, Priority, Role, Todo, TodoId, TodoPatch } from "../shared/todo/todo.ts";
/** What changes a list, and what it is after. */
export type { Change, ListState, TodoEvent } from "../shared/todo/todo_event.ts";
export { RpcError, type RpcErrorData, type RpcErrorKind } from "./rpc_error.ts";
/** Where to connect. */
export type { SocketAddress } from "./socket.ts";
export {
  type CallOptions,
  type ChangeOptions,
  type PageOptions,
  TodoClient,
  type TodoClientOptions,
  type WriteOptions,
} from "./todo_client.ts";
export * as TodoReplica from "./todo_replica.ts";
/** A list that is followed. */
export type {
  SubscriptionEnd,
  SubscriptionListener,
  TodoSubscription,
} from "./todo_subscription.ts";
