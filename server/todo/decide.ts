/**
 * Decide: what becomes of a command: events, or an answer without any.
 *
 * Pure: the state, what is asked and the room there is, in; the changes and the result, out. The
 * result speaks of the seq that the last change gets. Rights were judged before (policy.ts), and
 * keys (write_keys.ts).
 * Source: PROTOCOL.md section 4.
 */
import { assert } from "../../shared/assert.ts";
import { LIST_MEMBERS_MAX, START_TODOS_MAX, TAGS_MAX } from "../../shared/protocol/limits.ts";
import type { Member } from "../../shared/protocol/results.ts";
import { applyPatch, newTodo } from "../../shared/todo/patch.ts";
import type { NewTodo, Role, Todo } from "../../shared/todo/todo.ts";
import type { Change, ListState } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { Room } from "./room.ts";
import {
  type Answer,
  type Command,
  type Refused,
  refuse,
  type TodoCommand,
} from "./todo_request.ts";

/** No change: the answer is all. */
export interface Decision {
  readonly changes: readonly Change[];
  readonly answer: Answer;
}

/** What `command` does to `state`, and what is said of it. */
export function decide(state: ListState, command: Command, room: Room): Decision {
  switch (command.type) {
    case "add_todo":
    case "update_todo":
    case "delete_todo":
      return decideTodo(state, command, room);
    case "tx":
      return decideAll(state, command.ops, room);
    case "rename_list":
      return renameList(state, command.title);
    case "share":
      return share(state, command.user, command.role);
    case "unshare":
      return unshare(state, command.user);
    default:
      return command satisfies never;
  }
}

/** The first events of a new list, its todos in order; or why it cannot hold them. */
export function firstTodos(todos: readonly NewTodo[], room: Room): Change[] | Refused {
  assert(todos.length <= START_TODOS_MAX, "the decoder lets no more pass");
  const changes: Change[] = [];
  for (const wanted of todos) {
    const id = changes.length + 1;
    const todo = newTodo(id, id, wanted);
    const full = room.put(todo, undefined);
    if (full !== undefined) return full;
    changes.push({ op: "todo_added", todo });
  }
  return changes;
}

/** The members of a list as the wire shows them: by user, in byte order. */
export function membersOf({ members }: ListState): Member[] {
  return [...members]
    .map(([user, role]) => ({ user, role }))
    .sort((a, b) => (a.user < b.user ? -1 : 1));
}

function decideTodo(state: ListState, command: TodoCommand, room: Room): Decision {
  switch (command.type) {
    case "add_todo":
      return addTodo(state, command.todo, room);
    case "update_todo":
      return updateTodo(state, command, room);
    case "delete_todo":
      return deleteTodo(state, command, room);
    default:
      return command satisfies never;
  }
}

/** All or none: each is decided on the state that those before it made. */
function decideAll(first: ListState, ops: readonly TodoCommand[], room: Room): Decision {
  let state = first;
  const changes: Change[] = [];
  const results: object[] = [];
  for (const [index, op] of ops.entries()) {
    const decision = decideTodo(state, op, room);
    const { answer } = decision;
    if (!answer.ok) {
      return unchanged({ ...answer, details: { ...answer.details, op: index } });
    }
    results.push(resultInTx(op, answer.result));
    for (const change of decision.changes) {
      changes.push(change);
      state = TodoEvents.apply(state, { ...change, seq: state.seq + 1 });
    }
  }
  return { changes, answer: { ok: true, result: { results, seq: state.seq } } };
}

/** Without the seq, which the whole has, and without the todo, which its event has. */
function resultInTx({ type }: TodoCommand, result: object): object {
  const { seq: _seq, todo, ...rest } = result as { seq: number; todo?: Todo };
  return type === "update_todo" ? { ...rest, rev: todo?.rev } : rest;
}

function addTodo(state: ListState, wanted: NewTodo, room: Room): Decision {
  const seq = state.seq + 1;
  const todo = newTodo(state.todos.next, seq, wanted);
  const full = room.put(todo, undefined);
  if (full !== undefined) return unchanged(full);
  return changed({ op: "todo_added", todo }, { id: todo.id, rev: seq, seq });
}

function updateTodo(
  state: ListState,
  { id, change, ifRev }: Extract<Command, { type: "update_todo" }>,
  room: Room,
): Decision {
  const old = TodoList.get(state.todos, id);
  if (old === undefined) {
    return unchanged(refuse("not_found", "The list has no todo with this id.", { what: "todo" }));
  }
  if (ifRev !== undefined && ifRev !== old.rev) return unchanged(conflict(old, ifRev));
  const patched = applyPatch(old, change);
  if ((patched.tags?.length ?? 0) > TAGS_MAX) {
    return unchanged(refuse("bad_args", `A todo has at most ${TAGS_MAX} tags; this makes more.`));
  }
  if (patched === old) return same({ todo: old, changed: false, seq: state.seq });
  const seq = state.seq + 1;
  const todo = { ...patched, rev: seq };
  const full = room.put(todo, old);
  if (full !== undefined) return unchanged(full);
  return changed({ op: "todo_updated", todo }, { todo, changed: true, seq });
}

function deleteTodo(
  state: ListState,
  { id, ifRev }: Extract<Command, { type: "delete_todo" }>,
  room: Room,
): Decision {
  const old = TodoList.get(state.todos, id);
  if (old === undefined) return same({ changed: false, seq: state.seq });
  if (ifRev !== undefined && ifRev !== old.rev) return unchanged(conflict(old, ifRev));
  room.take(old);
  return changed({ op: "todo_deleted", id }, { changed: true, seq: state.seq + 1 });
}

function renameList(state: ListState, title: string): Decision {
  if (title === state.title) return same({ changed: false, seq: state.seq });
  return changed({ op: "list_renamed", title }, { changed: true, seq: state.seq + 1 });
}

function share(state: ListState, user: string, role: Role): Decision {
  const old = state.members.get(user);
  if (old === role) return same(sharing(state, false, state.seq));
  if (old === "owner" && isLastOwner(state)) return unchanged(lastOwner("lowered"));
  if (old === undefined && state.members.size >= LIST_MEMBERS_MAX) {
    return unchanged(refuse("limit", `A list has at most ${LIST_MEMBERS_MAX} members.`));
  }
  const members = new Map(state.members).set(user, role);
  const result = sharing({ ...state, members }, true, state.seq + 1);
  return changed({ op: "member_set", user, role }, result);
}

function unshare(state: ListState, user: string): Decision {
  const old = state.members.get(user);
  if (old === undefined) return same(sharing(state, false, state.seq));
  if (old === "owner" && isLastOwner(state)) return unchanged(lastOwner("removed"));
  const members = new Map(state.members);
  members.delete(user);
  const result = sharing({ ...state, members }, true, state.seq + 1);
  return changed({ op: "member_removed", user }, result);
}

function sharing(state: ListState, isChange: boolean, seq: number): object {
  return { members: membersOf(state), changed: isChange, seq };
}

function isLastOwner({ members }: ListState): boolean {
  return [...members.values()].filter((role) => role === "owner").length === 1;
}

function lastOwner(done: string): Refused {
  return refuse("forbidden", `A list always has an owner: its last one cannot be ${done}.`);
}

function conflict(todo: Todo, ifRev: number): Refused {
  const message = `The todo is at rev ${todo.rev}, not at the rev ${ifRev} that was wanted.`;
  return refuse("conflict", message, { todo });
}

function changed(change: Change, result: object): Decision {
  return { changes: [change], answer: { ok: true, result } };
}

function same(result: object): Decision {
  return unchanged({ ok: true, result });
}

function unchanged(answer: Answer): Decision {
  return { changes: [], answer };
}
