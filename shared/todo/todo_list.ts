/**
 * TodoList: the todos of one list, as an immutable value.
 *
 * Pure data: no process, no clock. Every function takes a list and returns one; the list it was
 * given never changes. TodoServer, the client's replica and the simulator all fold events here.
 * Order: todos come by ascending id. Ids are given out in order and never again.
 * Cost:  a change shares all but O(log todos) with the list it was given (persistent maps), also
 *        when all todos have one date; `todos` costs what it returns, not what the list holds.
 */
import * as PersistentMap from "../persistent_map.ts";
import { dayKey } from "../protocol/date.ts";
import * as IdSet from "./id_set.ts";
import { newTodo } from "./patch.ts";
import type { NewTodo, Todo, TodoId } from "./todo.ts";

/** The list itself: its todos by id, their ids by day, and the id that the next todo will get. */
export interface T {
  readonly todos: PersistentMap.T<Todo>;
  readonly byDate: PersistentMap.T<IdSet.T>;
  readonly next: TodoId;
}

const UNDATED = 0; // Below every dayKey.
const EMPTY: T = { todos: PersistentMap.empty, byDate: PersistentMap.empty, next: 1 };

/** create([a, b]) → the list of a under id 1 and b under id 2. */
export function create(todos: readonly NewTodo[] = []): T {
  return todos.reduce((list, todo) => addTodo(list, todo), EMPTY);
}

/** The list of todos that come by ascending id, whose next id is `next`. Cost: O(todos). */
export function restore(todos: readonly Todo[], next: TodoId): T {
  const idsOf = new Map<string | null, TodoId[]>();
  for (const { id, date } of todos) {
    const ids = idsOf.get(date);
    if (ids === undefined) idsOf.set(date, [id]);
    else ids.push(id);
  }
  const days = [...idsOf].map(([date, ids]) => ({ key: keyOf(date), ids }));
  days.sort((a, b) => a.key - b.key);
  const keys = days.map(({ key }) => key);
  const ids = days.map((day) => IdSet.fromSorted(day.ids));
  const byId = todos.map(({ id }) => id);
  return {
    todos: PersistentMap.fromSorted(byId, todos),
    byDate: PersistentMap.fromSorted(keys, ids),
    next,
  };
}

/** Adds `todo` under the next id. Refuses nothing: the members were checked when decoded. */
export function addTodo(list: T, todo: NewTodo, rev = 0): T {
  return put(list, newTodo(list.next, rev, todo));
}

/** Replaces one todo by `updater(todo)`, keeping its id. Unknown id: the same list, unchanged. */
export function updateTodo(list: T, id: TodoId, updater: (todo: Todo) => Todo): T {
  const old = get(list, id);
  if (old === undefined) return list;
  const todo = updater(old);
  return put(list, todo.id === id ? todo : { ...todo, id });
}

/** Takes a todo out. Its id is not given out again. Unknown id: the same list, unchanged. */
export function deleteTodo(list: T, id: TodoId): T {
  const old = get(list, id);
  if (old === undefined) return list;
  return {
    todos: PersistentMap.remove(list.todos, id),
    byDate: withoutId(list.byDate, old),
    next: list.next,
  };
}

/** Puts `todo` under the id it has, in place of what is there: how an event is applied. */
export function put(list: T, todo: Todo): T {
  const old = get(list, todo.id);
  if (old === todo) return list;
  return {
    todos: PersistentMap.set(list.todos, todo.id, todo),
    byDate: old?.date === todo.date ? list.byDate : moved(list.byDate, old, todo),
    next: todo.id < list.next ? list.next : todo.id + 1,
  };
}

/** The todo with this id; undefined when there is none. */
export function get(list: T, id: TodoId): Todo | undefined {
  return PersistentMap.get(list.todos, id);
}

/** How many todos the list holds. */
export function size(list: T): number {
  return PersistentMap.size(list.todos);
}

/** All todos of that date, by ascending id. `null`: the undated. */
export function todos(list: T, date: string | null): Todo[] {
  const found: Todo[] = [];
  const ids = PersistentMap.get(list.byDate, keyOf(date)) ?? IdSet.empty;
  IdSet.forEach(ids, (id) => found.push(get(list, id) as Todo));
  return found;
}

/** The todos of that date whose ids are above `after`, by ascending id. */
export function* todosAfter(list: T, date: string | null, after: TodoId): Generator<Todo> {
  const ids = PersistentMap.get(list.byDate, keyOf(date));
  if (ids === undefined) return;
  for (const id of IdSet.idsFrom(ids, after)) {
    yield PersistentMap.get(list.todos, id) as Todo;
  }
}

/** The ids of todos dated `from` or later and `to` or earlier, by date; never of undated ones. */
export function* idsBetween(list: T, from?: string, to?: string): Generator<TodoId> {
  const last = to === undefined ? Number.POSITIVE_INFINITY : dayKey(to);
  const after = from === undefined ? UNDATED : dayKey(from) - 1;
  for (const [key, ids] of PersistentMap.entriesFrom(list.byDate, after)) {
    if (key > last) return;
    yield* IdSet.idsFrom(ids);
  }
}

/** The todos whose ids are above `after`, by ascending id; 0 for all of them. */
export function* page(list: T, after: TodoId): Generator<Todo> {
  for (const [, todo] of PersistentMap.entriesFrom(list.todos, after)) yield todo;
}

// ── The index by date

function keyOf(date: string | null): number {
  return date === null ? UNDATED : dayKey(date);
}

function moved(byDate: T["byDate"], old: Todo | undefined, todo: Todo): T["byDate"] {
  const rest = old === undefined ? byDate : withoutId(byDate, old);
  const key = keyOf(todo.date);
  const ids = PersistentMap.get(rest, key) ?? IdSet.empty;
  return PersistentMap.set(rest, key, IdSet.add(ids, todo.id));
}

function withoutId(byDate: T["byDate"], { id, date }: Todo): T["byDate"] {
  const key = keyOf(date);
  const ids = IdSet.remove(PersistentMap.get(byDate, key) ?? IdSet.empty, id);
  if (IdSet.isEmpty(ids)) return PersistentMap.remove(byDate, key);
  return PersistentMap.set(byDate, key, ids);
}
