/**
 * TodoEvent: one change of a list, and the one fold that applies it.
 *
 * Pure data: the server, the client's replica and the simulator all fold events here. An event
 * carries the todo as it is after it, so applying one needs no history.
 * Order:  seq + 1 without gaps. Whoever folds checks that; `apply` only takes the seq over.
 * Source: PROTOCOL.md section 5, push `event`.
 */
import type { Role, Todo, TodoId } from "./todo.ts";
import * as TodoList from "./todo_list.ts";

/** What an event does: a word and what belongs to it. */
export type Change =
  | { readonly op: "todo_added"; readonly todo: Todo }
  | { readonly op: "todo_updated"; readonly todo: Todo }
  | { readonly op: "todo_deleted"; readonly id: TodoId }
  | { readonly op: "list_renamed"; readonly title: string }
  | { readonly op: "member_set"; readonly user: string; readonly role: Role }
  | { readonly op: "member_removed"; readonly user: string };

const OPS: { readonly [Op in Change["op"]]: true } = {
  todo_added: true,
  todo_updated: true,
  todo_deleted: true,
  list_renamed: true,
  member_set: true,
  member_removed: true,
};

/** False for an op of a newer server: what it does to a list is not known here. */
export function isKnown({ op }: { readonly op: string }): boolean {
  return Object.hasOwn(OPS, op);
}

/**
 * A change with its place in the list's log: `at` in ms since 1970, never decreasing within a
 * list; `by` the user and `pid` the connection that made it.
 */
export type TodoEvent = Change & {
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly pid: string;
};

/** A list as its events made it. `seq` is that of the last one, 0 before the first. */
export interface ListState {
  readonly title: string;
  readonly seq: number;
  readonly todos: TodoList.T;
  readonly members: ReadonlyMap<string, Role>;
}

/** The list before its first event. A list's title and its owner are no event. */
export function empty(title: string, owner?: string): ListState {
  const members = new Map<string, Role>();
  if (owner !== undefined) members.set(owner, "owner");
  return { title, seq: 0, todos: TodoList.create(), members };
}

/** The state after `event`. An op that is not known moves seq and changes nothing else. */
export function apply(state: ListState, event: Change & { readonly seq: number }): ListState {
  const { title, todos, members } = state;
  const { seq } = event;
  switch (event.op) {
    case "todo_added":
    case "todo_updated":
      return { title, seq, todos: TodoList.put(todos, event.todo), members };
    case "todo_deleted":
      return { title, seq, todos: TodoList.deleteTodo(todos, event.id), members };
    case "list_renamed":
      return { title: event.title, seq, todos, members };
    case "member_set":
      return { title, seq, todos, members: new Map(members).set(event.user, event.role) };
    case "member_removed":
      return { title, seq, todos, members: without(members, event.user) };
    default:
      event satisfies never; // A newer server's op: it still counts (PROTOCOL.md section 5).
      return { title, seq, todos, members };
  }
}

function without(members: ReadonlyMap<string, Role>, user: string): ReadonlyMap<string, Role> {
  const rest = new Map(members);
  rest.delete(user);
  return rest;
}
