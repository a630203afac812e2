/**
 * MethodDocs: what the published document says of each method, with an example of a call and of
 * its result.
 *
 * The examples are held to the types here and to the schemas by a test.
 * Source: PROTOCOL.md section 4.
 */
import type { Role } from "../todo/todo.ts";
import type { MethodName, Params } from "./methods.ts";
import type { Results } from "./results.ts";

interface MethodDoc<Method extends MethodName> {
  readonly summary: string;
  /** What one must be to the list. */
  readonly role: Role | "any";
  readonly params: Params<Method>;
  readonly result: Results<Method>;
}

const list = "groceries";
const key = "V1StGXR8_Z5jdHi6B-myT";
const epoch = "k3Pp9uJ0xwY";
const pid = "<0.117.0>";
const milk = { id: 12, title: "Milk", date: "2026-11-22", done: false, rev: 57 };
const bread = { id: 13, title: "Bread", date: null, done: false, rev: 58, tags: ["bakery"] };
const state = { list, title: "Groceries", epoch, seq: 58, next: 14, todos: [milk, bread] };
const members = [
  { user: "alice", role: "owner" as const },
  { user: "bob", role: "editor" as const },
];
const added = {
  list,
  epoch,
  seq: 58,
  at: 1_763_800_000_000,
  by: "alice",
  pid,
  op: "todo_added" as const,
  todo: bread,
};

/** METHOD_DOCS.members.summary → "Who may do what with a list." */
export const METHOD_DOCS: { readonly [Method in MethodName]: MethodDoc<Method> } = {
  whoami: {
    summary: "Who you are to the server.",
    role: "any",
    params: {},
    result: { user: "alice", pid, node: "todo@127.0.0.1" },
  },
  describe: {
    summary: "This document.",
    role: "any",
    params: {},
    result: { asyncapi: "3.0.0" },
  },
  lists: {
    summary: "The lists you are a member of, by id; with deleted, those you may restore.",
    role: "any",
    params: { limit: 100 },
    result: { lists: [{ list, title: "Groceries", role: "owner", seq: 58, count: 2 }] },
  },
  agenda: {
    summary:
      "Todos from a day to a day over all your lists, only open ones without done. Limit counts " +
      "lists; go on with the last list as after, and its last todo as after_id when it was cut.",
    role: "any",
    params: { from: "2026-11-22", to: "2026-11-29" },
    result: { lists: [{ list, title: "Groceries", seq: 58, todos: [milk] }] },
  },
  start: {
    summary: "Make a list, or learn where one of yours runs; without an id one is made up.",
    role: "any",
    params: { list, title: "Groceries", todos: [{ title: "Milk" }], key },
    result: { list, pid, epoch, seq: 1, created: true },
  },
  rename_list: {
    summary: "Give a list another title.",
    role: "owner",
    params: { list, title: "Food", key },
    result: { changed: true, seq: 59 },
  },
  add_todo: {
    summary: "Put a todo at the end of a list; null is absent.",
    role: "editor",
    params: { list, todo: { title: "Milk", date: "2026-11-22" }, key },
    result: { id: 12, rev: 57, seq: 57 },
  },
  update_todo: {
    summary:
      "Change a todo: patch is a JSON Merge Patch (RFC 7396), null unsets; add_tags and " +
      "remove_tags change single tags. At least one of the three.",
    role: "editor",
    params: { list, id: 12, patch: { done: true }, add_tags: ["shop"], if_rev: 57, key },
    result: {
      todo: { ...milk, done: true, rev: 59, tags: ["shop"] },
      changed: true,
      seq: 59,
    },
  },
  delete_todo: {
    summary: "Take a todo out of a list.",
    role: "editor",
    params: { list, id: 12, if_rev: 57, key },
    result: { changed: true, seq: 59 },
  },
  todos: {
    summary: "The todos of one date; null: the undated.",
    role: "viewer",
    params: { list, date: "2026-11-22" },
    result: { todos: [milk], seq: 58 },
  },
  list: {
    summary: "A list with its todos, by id, one page of them.",
    role: "viewer",
    params: { list, after: 0, limit: 1000 },
    result: state,
  },
  tx: {
    summary:
      "Several changes of todos, all or none; each sees the ones before it. Where one is " +
      "refused, data.op is its index.",
    role: "editor",
    params: {
      list,
      ops: [
        { op: "add_todo", todo: { title: "Bread" } },
        { op: "update_todo", id: 12, patch: { done: true } },
        { op: "delete_todo", id: 7 },
      ],
      key,
    },
    result: {
      results: [{ id: 13, rev: 58 }, { changed: true, rev: 59 }, { changed: false }],
      seq: 59,
    },
  },
  subscribe: {
    summary: "Be told of every change from now on; with epoch and seq, of those missed too.",
    role: "viewer",
    params: { list, epoch, seq: 57 },
    result: { mode: "resumed", list, epoch, seq: 58, events: [added] },
  },
  unsubscribe: {
    summary: "Be told no more; always answered with {}.",
    role: "any",
    params: { list },
    result: {},
  },
  share: {
    summary: "Make a user a member, or give a member another role.",
    role: "owner",
    params: { list, user: "bob", role: "editor", key },
    result: { members, changed: true, seq: 59 },
  },
  unshare: {
    summary: "End a membership: an owner anybody's, everybody their own; the last owner stays.",
    role: "viewer",
    params: { list, user: "carol", key },
    result: { members, changed: true, seq: 59 },
  },
  members: {
    summary: "Who may do what with a list.",
    role: "viewer",
    params: { list },
    result: { members, seq: 58 },
  },
  history: {
    summary: "Who did what and when, newest first; go on with the last seq as before.",
    role: "viewer",
    params: { list, before: 59, limit: 100 },
    result: { events: [added], more: true },
  },
  delete_list: {
    summary: "Take a list away; for 30 days it can be restored.",
    role: "owner",
    params: { list },
    result: {},
  },
  restore_list: {
    summary: "Bring a deleted list back as it was, in a new epoch.",
    role: "owner",
    params: { list },
    result: { seq: 58 },
  },
};
