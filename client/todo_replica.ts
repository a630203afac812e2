/**
 * TodoReplica: a copy of one list, kept right by the events that the server pushes.
 *
 * Pure data: no socket. Every function takes a replica and returns one, or the reason why what came
 * cannot be folded in; todo_subscription.ts does what follows from it.
 * Order:  events by seq, + 1 each. One that is not above the replica's own is old and ignored; a
 *         gap or another epoch means that the replica must be subscribed again.
 * Shape:  members are those that events spoke of; a snapshot does not name any.
 * Source: PROTOCOL.md section 5.
 */
import type { EventParams, List } from "../shared/protocol/results.ts";
import type { Todo, TodoId } from "../shared/todo/todo.ts";
import * as TodoEvent from "../shared/todo/todo_event.ts";
import * as TodoList from "../shared/todo/todo_list.ts";

/** The copy. `pageAfter`: todos above this id are not all read yet; null when it is whole. */
export interface T {
  readonly list: string;
  readonly epoch: string;
  readonly state: TodoEvent.ListState;
  readonly pageAfter: TodoId | null;
}

/** `old`: nothing to do. `gap`, `epoch`: what comes next cannot be folded in, subscribe again. */
export type Folded =
  | { readonly ok: true; readonly replica: T }
  | { readonly ok: false; readonly reason: "old" | "gap" | "epoch" };

/** Its todos, by ascending id. */
export function todos({ state }: T): Todo[] {
  return [...TodoList.page(state.todos, 0)];
}

/** The replica that a snapshot begins; of a snapshot that has `more`, its first page. */
export function fromSnapshot({ list, epoch, title, seq, next, todos, more }: List): T {
  const empty = TodoList.create();
  const state = {
    title,
    seq,
    todos: { ...todos.reduce(TodoList.put, empty), next },
    members: new Map(),
  };
  return { list, epoch, state, pageAfter: more === true ? lastId(todos, 0) : null };
}

/** Folds in one event. */
export function applyEvent(replica: T, event: EventParams): Folded {
  const { state, epoch } = replica;
  if (event.epoch !== epoch) return { ok: false, reason: "epoch" };
  if (event.seq <= state.seq) return { ok: false, reason: "old" };
  if (event.seq > state.seq + 1) return { ok: false, reason: "gap" };
  return { ok: true, replica: { ...replica, state: TodoEvent.apply(state, event) } };
}

/**
 * Folds in the page that `list {after: replica.pageAfter}` gave: it replaces the todos up to its
 * last one, the final page all above. Pages come in the order of seq with events, so one that
 * speaks of another seq than the replica's is not of this snapshot: `gap`.
 */
export function applyPage(replica: T, page: List): Folded {
  const { state, epoch, pageAfter } = replica;
  if (pageAfter === null) return { ok: false, reason: "old" };
  if (page.epoch !== epoch) return { ok: false, reason: "epoch" };
  if (page.seq !== state.seq) return { ok: false, reason: "gap" };
  const upTo = page.more === true ? lastId(page.todos, pageAfter) : Number.POSITIVE_INFINITY;
  let todos = state.todos;
  for (const { id } of TodoList.page(state.todos, pageAfter)) {
    if (id > upTo) break;
    todos = TodoList.deleteTodo(todos, id);
  }
  todos = page.todos.reduce(TodoList.put, todos);
  return {
    ok: true,
    replica: {
      ...replica,
      state: { ...state, todos },
      pageAfter: page.more === true ? upTo : null,
    },
  };
}

function lastId(todos: readonly Todo[], none: TodoId): TodoId {
  return todos.at(-1)?.id ?? none;
}
