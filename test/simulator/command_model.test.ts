/**
 * CommandModel: agrees with examples of the protocol.
 */
import { expect, test } from "vitest";
import { type Verdict, verdictOn } from "./command_model.ts";
import { changedBy, type ListModel, newList } from "./list_model.ts";
import type { SentParams } from "./taken_call.ts";

const MILK = { id: 1, title: "milk", date: null, done: false, rev: 1 };
const list: ListModel = changedBy(newList("groceries", "alice"), { op: "todo_added", todo: MILK });

function asked(method: string, params: SentParams, user = "alice"): Verdict {
  return verdictOn(list, { method, params, user, todosMax: 2 });
}

test("a todo is added under the next id, what was left out of it absent", () => {
  const todo = { title: "bread", notes: "", tags: ["shop"], done: null };
  const { changes } = asked("add_todo", { todo });
  const added = { id: 2, title: "bread", date: null, done: false, rev: 2, tags: ["shop"] };
  expect(changes).toEqual([{ op: "todo_added", todo: added }]);
});

test("a patch changes what it names, and nothing when all is so already", () => {
  const [change] = asked("update_todo", { id: 1, patch: { done: true } }).changes;
  expect(change).toEqual({ op: "todo_updated", todo: { ...MILK, done: true, rev: 2 } });
  expect(asked("update_todo", { id: 1, patch: { title: "milk" } }).changes).toEqual([]);
});

test("a tx is done as a whole, each op on what those before it made", () => {
  const add = { op: "add_todo", todo: { title: "bread" } } as const;
  const done = asked("tx", { ops: [add, { op: "delete_todo", id: 1 }, add] });
  expect(done.results).toEqual([{ id: 2, rev: 2 }, { changed: true }, { id: 3, rev: 4 }]);
  const { changes, refused } = asked("tx", { ops: [add, add] });
  expect(changes).toEqual([]);
  expect(refused).toEqual({ kind: "list_full", op: 1 });
});

test.each([
  ["update_todo", { id: 1, if_rev: 2 }, "alice", { kind: "conflict", todo: MILK }],
  ["update_todo", { id: 2 }, "alice", { kind: "not_found", what: "todo" }],
  ["members", {}, "bob", { kind: "not_found", what: "list" }],
  ["share", { user: "alice", role: "viewer" }, "alice", { kind: "forbidden" }],
  ["unshare", { user: "alice" }, "alice", { kind: "forbidden" }],
] as const)("%s %o is refused to %s", (...[method, params, user, refused]) => {
  expect(asked(method, params, user).refused).toEqual(refused);
});
