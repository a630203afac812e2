/**
 * Methods: what each asks of whom, of the params it was given.
 */
import { expect, test } from "vitest";
import type { Caller, ListMethod } from "../../server/gateway/method.ts";
import { listsResult } from "../../server/gateway/methods/lists.ts";
import { METHOD_TABLE } from "../../server/gateway/methods.ts";
import { makeRef, type Pid } from "../../server/runtime/index.ts";
import type { ListsNews, TodoDirectory } from "../../server/todo/todo_directory.ts";
import { RESTORE_MS } from "../../shared/protocol/limits.ts";
import { METHOD_DOCS } from "../../shared/protocol/method_docs.ts";
import { METHODS, type MethodName, type Params } from "../../shared/protocol/methods.ts";

const NAMES = Object.keys(METHODS) as MethodName[];
const caller: Caller = {
  user: "alice",
  pid: "<0.7.0>" as unknown as Pid<ListsNews>,
  node: "here",
  isSubscribed: () => false,
  subscriptions: 0,
};

/** Of no use to methods that name their list. */
const directory = undefined as unknown as TodoDirectory;

function asked<Name extends MethodName>(name: Name, params: Params<Name>): unknown {
  return (METHOD_TABLE[name] as ListMethod<Name>).request(params, caller);
}

test.each(NAMES)("%s stands under its own name", (name) => {
  expect(METHOD_TABLE[name].name).toBe(name);
});

test.each(NAMES)("%s asks the list that is named", (name) => {
  const method = METHOD_TABLE[name] as ListMethod<typeof name>;
  const { params } = METHOD_DOCS[name];
  if (method.kind !== "list") expect(params).not.toHaveProperty("list");
  else expect(method.list(params, { caller, directory })).toBe("groceries");
});

test("tx asks what its ops would ask by themselves", () => {
  const add = { todo: { title: "Bread" } };
  const update = { id: 1, patch: { done: true }, add_tags: ["a"], remove_tags: ["b"], if_rev: 7 };
  const remove = { id: 2, if_rev: 8 };
  const ops: Params<"tx">["ops"] = [
    { op: "add_todo", ...add },
    { op: "update_todo", ...update },
    { op: "delete_todo", ...remove },
  ];
  const list = "a";
  const alone = [
    asked("add_todo", { list, ...add }),
    asked("update_todo", { list, ...update }),
    asked("delete_todo", { list, ...remove }),
  ];
  expect(asked("tx", { list, ops, key: "k" })).toEqual({ type: "tx", ops: alone, key: "k" });
});

test("history, delete_list and restore_list ask as they are named", () => {
  const list = "a";
  const history = { type: "history", before: 9, limit: 5 };
  expect(asked("history", { list, before: 9, limit: 5 })).toEqual(history);
  expect(asked("delete_list", { list })).toEqual({ type: "delete_list" });
  expect(asked("restore_list", { list })).toEqual({ type: "restore_list" });
});

test("lists asks for those that may be restored, and says when they were deleted", () => {
  const method = METHOD_TABLE.lists;
  if (method.kind !== "directory") throw new Error(`lists is asked of a ${method.kind}`);
  const queries: unknown[] = [];
  const directory = {
    clock: { time: () => RESTORE_MS + 5 },
    lists: (query: unknown) => queries.push(query),
  } as unknown as TodoDirectory;
  const asking = { caller, directory, ref: makeRef(), deadline: 0 };
  method.ask({ deleted: true, after: "a", limit: 7 }, asking);
  method.ask({}, asking);
  expect(queries).toEqual([
    { user: "alice", limit: 7, after: "a", deletedSince: 5 },
    { user: "alice", limit: 100 },
  ]);
  const entry = { list: "a", title: "A", role: "owner" as const, seq: 1, count: 0 };
  const lists = [entry, { ...entry, deletedAt: 6 }];
  const page = { type: "lists" as const, ref: asking.ref, lists, more: false };
  expect(listsResult(page)).toEqual({ lists: [entry, { ...entry, deleted_at: 6 }] });
  expect(listsResult({ ...page, more: true })).toMatchObject({ more: true });
});

test("describe answers with the document, made once", () => {
  const method = METHOD_TABLE.describe;
  if (method.kind !== "caller") throw new Error(`describe is asked of a ${method.kind}`);
  const answer = method.answer({}, caller);
  expect(answer.ok && "json" in answer && JSON.parse(answer.json)).toMatchObject({
    asyncapi: "3.0.0",
  });
  expect(method.answer({}, caller)).toEqual(answer);
});
