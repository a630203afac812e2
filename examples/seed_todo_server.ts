/**
 * Seed, hand-written: the article's TodoServer as a process of our runtime, nothing but spawn, send
 * and receive. docs/seed.md sets it beside the Elixir text, piece by piece.
 *
 * Every function is called from within a process, as in iex; `start` answers the server's pid.
 * Its call has the seed's own faults on purpose: a late reply is taken for the next call's, and of
 * a dead server one hears only after five seconds. seed_gen_server.ts has neither.
 */
import {
  after,
  any,
  on,
  type Pid,
  receive,
  self,
  send,
  spawn,
  type Waiting,
} from "../server/runtime/index.ts";
import type { NewTodo, Todo, TodoId } from "../shared/todo/todo.ts";
import * as TodoList from "../shared/todo/todo_list.ts";

/** Milliseconds a synchronous caller waits. */
const TIMEOUT_MS = 5000;

type Updater = (todo: Todo) => Todo;

/** What the server's process takes. */
export type Message =
  | { readonly type: "add_todo"; readonly todo: NewTodo }
  | { readonly type: "update_todo"; readonly id: TodoId; readonly updater: Updater }
  | { readonly type: "delete_todo"; readonly id: TodoId }
  | { readonly type: "todos"; readonly caller: Pid<TodoEntries>; readonly date: string }
  | { readonly type: "list"; readonly caller: Pid<TodoListReply> };

type TodoEntries = { readonly type: "todo_entries"; readonly entries: readonly Todo[] };
type TodoListReply = { readonly type: "todo_list"; readonly list: TodoList.T };
type Timeout = { readonly error: "timeout" };

// ── client section

/** A server with an empty list. */
export function start(): Pid<Message> {
  return spawn(() => loop(TodoList.create()));
}

/** add_todo: the list's next id goes to `todo`. */
export function addTodo(server: Pid<Message>, todo: NewTodo): boolean {
  return send(server, { type: "add_todo", todo });
}

/** update_todo: `updater` runs in the server's process. */
export function updateTodo(server: Pid<Message>, id: TodoId, updater: Updater): boolean {
  return send(server, { type: "update_todo", id, updater });
}

/** delete_todo */
export function deleteTodo(server: Pid<Message>, id: TodoId): boolean {
  return send(server, { type: "delete_todo", id });
}

/** The todos of one date. */
export function* todos(
  server: Pid<Message>,
  date: string,
  timeoutMs = TIMEOUT_MS,
): Waiting<readonly Todo[] | Timeout> {
  send(server, { type: "todos", caller: self(), date });
  return yield* receive<readonly Todo[] | Timeout>(
    on({ type: "todo_entries" }, ({ entries }: TodoEntries) => entries),
    after(timeoutMs, () => ({ error: "timeout" }) as const),
  );
}

/** The whole list, as it is when the server comes to the question. */
export function* list(server: Pid<Message>, timeoutMs = TIMEOUT_MS): Waiting<TodoList.T | Timeout> {
  send(server, { type: "list", caller: self() });
  return yield* receive<TodoList.T | Timeout>(
    on({ type: "todo_list" }, ({ list: found }: TodoListReply) => found),
    after(timeoutMs, () => ({ error: "timeout" }) as const),
  );
}

// ── server section

function* loop(first: TodoList.T): Waiting<never> {
  let currentList = first;
  for (;;) {
    currentList = yield* receive(
      on(any, (message: unknown) => processMessage(currentList, message)),
    );
  }
}

function processMessage(todoList: TodoList.T, message: unknown): TodoList.T {
  if (is(message, "add_todo", ["todo"])) {
    return TodoList.addTodo(todoList, message.todo);
  }
  if (is(message, "update_todo", ["id", "updater"])) {
    return TodoList.updateTodo(todoList, message.id, message.updater);
  }
  if (is(message, "delete_todo", ["id"])) {
    return TodoList.deleteTodo(todoList, message.id);
  }
  if (is(message, "todos", ["caller", "date"])) {
    const entries = TodoList.todos(todoList, message.date);
    send(message.caller, { type: "todo_entries", entries });
    return todoList;
  }
  if (is(message, "list", ["caller"])) {
    send(message.caller, { type: "todo_list", list: todoList });
    return todoList;
  }
  return todoList; // _unknown
}

/** The head of a clause: that type, and these members and no others. */
function is<Type extends Message["type"]>(
  message: unknown,
  type: Type,
  members: readonly string[],
): message is Extract<Message, { readonly type: Type }> {
  if (typeof message !== "object" || message === null) return false;
  if (!("type" in message) || message.type !== type) return false;
  let count = 0;
  for (const member in message) {
    if (member !== "type" && !members.includes(member)) return false;
    count += 1;
  }
  return count === members.length + 1;
}
