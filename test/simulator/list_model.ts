/**
 * ListModel: a list as the protocol describes it, written a second time and as plainly as can be:
 * what the judges go by, so that a fault of the product's own fold is not theirs as well.
 *
 * Source: docs/protocol.md, Values and Subscriptions.
 */
import type { Role, Todo } from "../../shared/todo/todo.ts";
import type { Change } from "../../shared/todo/todo_event.ts";

/** One list after some event. */
export interface ListModel {
  readonly title: string;
  readonly seq: number;
  /** By ascending id. */
  readonly todos: readonly Todo[];
  /** The id that the next todo will get. */
  readonly next: number;
  readonly members: ReadonlyMap<string, Role>;
}

/** The list before its first event. */
export function newList(title: string, owner: string): ListModel {
  return { title, seq: 0, todos: [], next: 1, members: new Map([[owner, "owner"]]) };
}

/** The list after one more event. */
export function changedBy(list: ListModel, change: Change): ListModel {
  const next = { ...list, seq: list.seq + 1 };
  switch (change.op) {
    case "todo_added":
      return { ...next, todos: [...list.todos, change.todo], next: change.todo.id + 1 };
    case "todo_updated": {
      const { todo } = change;
      return { ...next, todos: list.todos.with(placeOf(list, todo.id), todo) };
    }
    case "todo_deleted":
      return { ...next, todos: list.todos.toSpliced(placeOf(list, change.id), 1) };
    case "list_renamed":
      return { ...next, title: change.title };
    case "member_set":
      return { ...next, members: new Map(list.members).set(change.user, change.role) };
    case "member_removed": {
      const members = new Map(list.members);
      members.delete(change.user);
      return { ...next, members };
    }
    default:
      return change satisfies never;
  }
}

/** The todo with that id; undefined: there is none. */
export function todoIn(list: ListModel, id: number): Todo | undefined {
  return list.todos[placeOf(list, id)];
}

/** The members as the wire has them: by user, in byte order. */
export function membersOf({ members }: ListModel): object[] {
  const all = [...members].map(([user, role]) => ({ user, role }));
  return all.sort((a, b) => (a.user < b.user ? -1 : 1));
}

/** Where the todo of that id stands; beyond all when there is none. */
function placeOf({ todos }: ListModel, id: number): number {
  let from = 0;
  let to = todos.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((todos[middle] as Todo).id < id) from = middle + 1;
    else to = middle;
  }
  return todos[from]?.id === id ? from : todos.length;
}
