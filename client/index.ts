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
/** What may be said beside a method's params. */
export type {
  AgendaQuery,
  CallOptions,
  ChangeOptions,
  HistoryPage,
  PageOptions,
  TodoUpdate,
  TodoUpdater,
  TxOp,
  UpdateByFunction,
  WriteOptions,
} from "./call_options.ts";
/** Time, chance and sockets, for tests. */
export type { ClientClock, ClientEnvironment } from "./client_environment.ts";
/** Where to connect. */
export type { ServerAddress } from "./connector.ts";
/** A list that is followed. */
export type { Following } from "./followed_lists.ts";
/** What following one tells. */
export type { ListChange } from "./list_changes.ts";
/** Whether it is connected. */
export type { ClientState } from "./reconnecting_client.ts";
export { RpcError, type RpcErrorData, type RpcErrorKind } from "./rpc_error.ts";
export { TodoClient, type TodoClientOptions } from "./todo_client.ts";
export * as TodoReplica from "./todo_replica.ts";
/** Who is told of a followed list. */
export type { SubscriptionEnd, SubscriptionListener } from "./todo_subscription.ts";
