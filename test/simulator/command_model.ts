/**
 * CommandModel: what a call does to a list, or why it is refused, written a second time from the
 * protocol: what replies, refusals and what is on disk are held against.
 *
 * Limits: a list that is full by its bytes is no affair of this; no simulated list gets so large.
 * Source: docs/protocol.md, Methods.
 */
import type { ErrorKind } from "../../shared/protocol/errors.ts";
import type { NewTodo, Role, Todo, TodoPatch } from "../../shared/todo/todo.ts";
import type { Change } from "../../shared/todo/todo_event.ts";
import { changedBy, type ListModel, todoIn } from "./list_model.ts";
import type { SentOp, SentParams } from "./taken_call.ts";

/** Who asks what of a list. */
export interface Command {
  readonly method: string;
  readonly params: SentParams;
  readonly user: string;
  /** How many todos a list may hold. */
  readonly todosMax: number;
}

/** Why a call is refused: the members of the error that follow from the list. */
export interface Refused {
  readonly kind: ErrorKind;
  readonly what?: "list" | "todo";
  readonly todo?: Todo;
  readonly op?: number;
}

/** What becomes of a call: the changes, and of a `tx` the results of its ops; or a refusal. */
export interface Verdict {
  readonly changes: readonly Change[];
  readonly results: readonly object[];
  readonly refused?: Refused;
}

/** What one op does: nothing when it has no change. */
interface Done {
  readonly change?: Change;
  readonly result: object;
}

const RANK: Readonly<Record<Role, number>> = { viewer: 1, editor: 2, owner: 3 };
const NOTHING: Verdict = { changes: [], results: [] };

/** Whether a member of that role may do what wants another. */
export function mayAs(role: Role | undefined, wanted: Role): boolean {
  return role !== undefined && RANK[role] >= RANK[wanted];
}

/** What a call does to a list that is there. */
export function verdictOn(list: ListModel, command: Command): Verdict {
  const { method, params, user } = command;
  const role = list.members.get(user);
  if (role === undefined) return refusal({ kind: "not_found", what: "list" });
  if (!mayAs(role, wantedRole(command))) return refusal({ kind: "forbidden" });
  switch (method) {
    case "add_todo":
    case "update_todo":
    case "delete_todo":
      return opsOn(list, [{ ...params, op: method }], command);
    case "tx":
      return opsOn(list, params.ops ?? [], command);
    case "rename_list": {
      const { title = "" } = params;
      return title === list.title ? NOTHING : one({ op: "list_renamed", title });
    }
    case "share":
      return share(list, params);
    case "unshare":
      return unshare(list, params);
    default:
      return NOTHING; // A read, or the end of the list's life.
  }
}

/** The first todos of a new list, as its events. */
export function firstChanges({ todos = [] }: SentParams): Change[] {
  return todos.map((wanted, at) => {
    return { op: "todo_added", todo: todoOf(at + 1, at + 1, wanted) };
  });
}

function wantedRole({ method, params, user }: Command): Role {
  switch (method) {
    case "add_todo":
    case "update_todo":
    case "delete_todo":
    case "tx":
      return "editor";
    case "unshare":
      return params.user === user ? "viewer" : "owner";
    case "share":
    case "rename_list":
    case "delete_list":
      return "owner";
    default:
      return "viewer";
  }
}

/** All or none; each sees the ones before it. */
function opsOn(list: ListModel, ops: readonly SentOp[], { method, todosMax }: Command): Verdict {
  let state = list;
  const changes: Change[] = [];
  const results: object[] = [];
  for (const [index, op] of ops.entries()) {
    const done = opOn(state, op, todosMax);
    if ("kind" in done) return refusal(method === "tx" ? { ...done, op: index } : done);
    results.push(done.result);
    if (done.change === undefined) continue;
    changes.push(done.change);
    state = changedBy(state, done.change);
  }
  return { changes, results };
}

function opOn(list: ListModel, op: SentOp, todosMax: number): Done | Refused {
  const rev = list.seq + 1;
  if (op.op === "add_todo") {
    if (list.todos.length >= todosMax) return { kind: "list_full" };
    const todo = todoOf(list.next, rev, op.todo ?? { title: "" });
    return { change: { op: "todo_added", todo }, result: { id: todo.id, rev } };
  }
  const { id = 0, if_rev: wanted } = op;
  const old = todoIn(list, id);
  if (old === undefined) {
    if (op.op === "delete_todo") return { result: { changed: false } };
    return { kind: "not_found", what: "todo" };
  }
  if (wanted !== undefined && wanted !== old.rev) return { kind: "conflict", todo: old };
  if (op.op === "delete_todo") {
    return { change: { op: "todo_deleted", id }, result: { changed: true } };
  }
  const todo = patched(old, op, rev);
  if (JSON.stringify({ ...todo, rev: old.rev }) === JSON.stringify(old)) {
    return { result: { changed: false, rev: old.rev } };
  }
  return { change: { op: "todo_updated", todo }, result: { changed: true, rev } };
}

function share({ members }: ListModel, { user = "", role = "viewer" }: SentParams): Verdict {
  if (members.get(user) === role) return NOTHING;
  if (isLastOwner(members, user)) return refusal({ kind: "forbidden" });
  return one({ op: "member_set", user, role });
}

function unshare({ members }: ListModel, { user = "" }: SentParams): Verdict {
  if (!members.has(user)) return NOTHING;
  if (isLastOwner(members, user)) return refusal({ kind: "forbidden" });
  return one({ op: "member_removed", user });
}

function isLastOwner(members: ReadonlyMap<string, Role>, user: string): boolean {
  const owners = [...members].filter(([, role]) => role === "owner");
  return owners.length === 1 && owners[0]?.[0] === user;
}

/** A todo as a caller wants it; what it left out or gave as nothing is absent. */
function todoOf(id: number, rev: number, wanted: NewTodo): Todo {
  const { title, date, done } = wanted;
  const todo: Record<string, unknown> = {
    id,
    title,
    date: date ?? null,
    done: done ?? false,
    rev,
  };
  for (const name of ["notes", "priority", "tags", "assignee"] as const) {
    const value = wanted[name];
    if (value !== undefined && value !== null && value.length > 0) todo[name] = value;
  }
  return todo as unknown as Todo;
}

/** RFC 7396; then the tags that are taken off, then those that are put on. */
function patched(old: Todo, { patch = {}, add_tags, remove_tags }: SentOp, rev: number): Todo {
  const merged: TodoPatch & NewTodo = { ...old, ...patch };
  if (add_tags === undefined && remove_tags === undefined) return todoOf(old.id, rev, merged);
  const left = (merged.tags ?? []).filter((tag) => remove_tags?.includes(tag) !== true);
  const tags = [...left, ...(add_tags ?? []).filter((tag) => !left.includes(tag))];
  return todoOf(old.id, rev, { ...merged, tags });
}

function one(change: Change): Verdict {
  return { changes: [change], results: [] };
}

function refusal(refused: Refused): Verdict {
  return { ...NOTHING, refused };
}
