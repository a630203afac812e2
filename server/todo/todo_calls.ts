/**
 * TodoCalls: the client functions of a list's process, for processes of the same runtime.
 *
 *     const groceries = { directory, list: "groceries", user: "alice" };
 *     yield* TodoCalls.start(groceries);
 *     yield* TodoCalls.addTodo(groceries, { title: "Milk", date: "2026-12-24" });
 *     yield* TodoCalls.updateTodo(groceries, 1, (todo) => ({ ...todo, done: true }));
 *     const christmas = yield* TodoCalls.todos(groceries, "2026-12-24");
 *
 * Each is a call: it waits for the answer, which is a value whatever happens. What is given is
 * checked as the params of the wire's method are, and refused in the same words.
 */
import { decodeParams, type MethodName, type Params } from "../../shared/protocol/methods.ts";
import type { Results } from "../../shared/protocol/results.ts";
import type { NewTodo, Todo, TodoId, TodoPatch } from "../../shared/todo/todo.ts";
import { CALL_TIMEOUT_MS, call, type Waiting } from "../runtime/index.ts";
import type { PageRequest } from "./list_pages.ts";
import type { TodoDirectory } from "./todo_directory.ts";
import {
  type Answer,
  type Ask,
  kindOf,
  type Refused,
  refuse,
  type TodoRequest,
} from "./todo_request.ts";

/** How often a change is tried while others keep changing the same todo. */
const UPDATE_TRIES_MAX = 10;
/** How often a process is looked up that has fallen asleep before the call got to it. */
const LOOK_UPS_MAX = 3;

/** A list, and in whose name it is asked. */
export interface AskedList {
  readonly directory: TodoDirectory;
  readonly list: string;
  readonly user: string;
}

/** What came of a call. */
export type Outcome<Value> = { readonly ok: true; readonly value: Value } | Refused;

/** Makes the list, with its first todos, if there is none of that id; else tells where it runs. */
export function start(
  asked: AskedList,
  given: { readonly title?: string; readonly todos?: readonly NewTodo[] } = {},
): Waiting<Outcome<Results<"start">>> {
  return ask(asked, "start", {
    given,
    request: ({ title, todos }) => ({ type: "start", title, todos }),
  });
}

/** Adds a todo under the next id. */
export function addTodo(asked: AskedList, todo: NewTodo): Waiting<Outcome<Results<"add_todo">>> {
  return ask(asked, "add_todo", {
    given: { todo },
    request: (params) => ({ type: "add_todo", todo: params.todo }),
  });
}

/**
 * Puts `updater(todo)` in the todo's place; it keeps its id. The updater runs here, not in the
 * list's process: it is called again, with the todo as it then is, when somebody else was faster.
 */
export function* updateTodo(
  asked: AskedList,
  id: TodoId,
  updater: (todo: Todo) => Todo,
): Waiting<Outcome<Results<"update_todo">>> {
  let old = yield* todoOf(asked, id);
  for (let tries = 1; old.ok; tries++) {
    const { rev } = old.value;
    const updated = yield* ask(asked, "update_todo", {
      given: { id, patch: patchTo(updater(old.value)) },
      request: ({ patch = {} }) => ({ type: "update_todo", id, change: { patch }, ifRev: rev }),
    });
    const newer = updated.ok ? undefined : updated.details?.todo; // Only a conflict has it.
    if (newer === undefined || tries === UPDATE_TRIES_MAX) return updated;
    old = { ok: true, value: newer };
  }
  return old;
}

/** Takes a todo out. An id that is not there: `changed` is false. */
export function deleteTodo(asked: AskedList, id: TodoId): Waiting<Outcome<Results<"delete_todo">>> {
  return ask(asked, "delete_todo", {
    given: { id },
    request: () => ({ type: "delete_todo", id }),
  });
}

/** The todos of one date, null: the undated; a page of them when there are very many. */
export function todos(
  asked: AskedList,
  date: string | null,
  page: PageRequest = {},
): Waiting<Outcome<Results<"todos">>> {
  return ask(asked, "todos", {
    given: { date, ...page },
    request: ({ after, limit }) => ({ type: "todos", date, after, limit }),
  });
}

/** The whole list; a page of it when it is very long. */
export function list(asked: AskedList, page: PageRequest = {}): Waiting<Outcome<Results<"list">>> {
  return ask(asked, "list", {
    given: { ...page },
    request: ({ after, limit }) => ({ type: "list", after, limit }),
  });
}

function* todoOf(asked: AskedList, id: TodoId): Waiting<Outcome<Todo>> {
  const page = yield* list(asked, { after: Math.max(0, id - 1), limit: 1 });
  if (!page.ok) return page;
  const [todo] = page.value.todos;
  if (todo?.id === id) return { ok: true, value: todo };
  return refuse("not_found", "The list has no todo with this id.", { what: "todo" });
}

/** The patch that makes any todo the one given, but for its id and rev. */
function patchTo({ title, date, done, notes, priority, tags, assignee }: Todo): TodoPatch {
  return {
    title,
    date,
    done,
    notes: notes ?? null,
    priority: priority ?? null,
    tags: tags ?? null,
    assignee: assignee ?? null,
  };
}

/** Checks what is given, asks the list's process, started if need be, and waits for its answer. */
function* ask<Name extends MethodName>(
  { directory, list: listId, user }: AskedList,
  name: Name,
  asking: { readonly given: object; readonly request: (params: Params<Name>) => TodoRequest },
): Waiting<Outcome<Results<Name>>> {
  const checked = decodeParams(name, { ...asking.given, list: listId });
  if (!checked.ok) return refuse("bad_args", checked.message);
  const request = asking.request(checked.params);
  let list = listId;
  for (let lookUps = 1; ; lookUps++) {
    const server = directory.find(list);
    if (server === undefined) return refuse("noproc");
    const deadline = directory.clock.now() + CALL_TIMEOUT_MS;
    const called = yield* call<Answer>(server, { user, deadline, request } satisfies Ask);
    if (called.ok) {
      const { value } = called;
      if (!value.ok || value.elsewhere === undefined) return outcomeOf(value);
      ({ list } = value.elsewhere);
      continue;
    }
    // To the dead nothing was said, so it may be said again.
    if (called.error !== "noproc" || lookUps === LOOK_UPS_MAX) return refuse(kindOf(called.error));
  }
}

function outcomeOf<Value>(answer: Answer): Outcome<Value> {
  if (!answer.ok) return answer;
  const { result, json } = answer;
  return { ok: true, value: (json === undefined ? result : JSON.parse(json)) as Value };
}
