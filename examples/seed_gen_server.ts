/**
 * Seed, with GenServer: the same server, its loop and its call taken from the runtime.
 *
 * Its client half is that of seed_todo_server.ts; its callers wait for their own reply only, and
 * are told at once when the server is dead or dies. Called from within a process.
 */
import { type CallResult, GenServer, type Runtime, type Waiting } from "../server/runtime/index.ts";
import type { NewTodo, Todo, TodoId } from "../shared/todo/todo.ts";
import * as TodoList from "../shared/todo/todo_list.ts";

type Updater = (todo: Todo) => Todo;

type Cast =
  | { readonly type: "add_todo"; readonly todo: NewTodo }
  | { readonly type: "update_todo"; readonly id: TodoId; readonly updater: Updater }
  | { readonly type: "delete_todo"; readonly id: TodoId };

type Request =
  | ({ readonly type: "todos"; readonly date: string } & GenServer.Asks<readonly Todo[]>)
  | ({ readonly type: "list" } & GenServer.Asks<TodoList.T>);

/** The pid of such a server: it says what may be asked of it. */
export type Server = GenServer.ServerPid<Request, Cast>;

// ── client section

/** A server with these todos, under the ids from 1 on. */
export function start(runtime: Runtime, todos: readonly NewTodo[] = []): GenServer.Started<Server> {
  return GenServer.start(runtime, todoServer, { args: todos });
}

/** add_todo */
export function addTodo(server: Server, todo: NewTodo): boolean {
  return GenServer.cast(server, { type: "add_todo", todo });
}

/** update_todo */
export function updateTodo(server: Server, id: TodoId, updater: Updater): boolean {
  return GenServer.cast(server, { type: "update_todo", id, updater });
}

/** delete_todo */
export function deleteTodo(server: Server, id: TodoId): boolean {
  return GenServer.cast(server, { type: "delete_todo", id });
}

/** The todos of one date. */
export function todos(
  server: Server,
  date: string,
  timeoutMs?: number,
): Waiting<CallResult<readonly Todo[]>> {
  return GenServer.call(server, { type: "todos", date }, timeoutMs);
}

/** The whole list. */
export function list(server: Server, timeoutMs?: number): Waiting<CallResult<TodoList.T>> {
  return GenServer.call(server, { type: "list" }, timeoutMs);
}

// ── server section

const todoServer: GenServer.Module<readonly NewTodo[], TodoList.T, Request, Cast> = {
  name: "todo_server",

  init: (first) => ["ok", TodoList.create(first)],

  handleCall(request, _from, todoList) {
    switch (request.type) {
      case "todos":
        return ["reply", TodoList.todos(todoList, request.date), todoList];
      case "list":
        return ["reply", todoList, todoList];
    }
  },

  handleCast(cast, todoList) {
    switch (cast.type) {
      case "add_todo":
        return ["noreply", TodoList.addTodo(todoList, cast.todo)];
      case "update_todo":
        return ["noreply", TodoList.updateTodo(todoList, cast.id, cast.updater)];
      case "delete_todo":
        return ["noreply", TodoList.deleteTodo(todoList, cast.id)];
    }
  },

  handleInfo: (_unknown, todoList) => ["noreply", todoList],
};
