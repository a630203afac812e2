/**
 * Policy: the column "roles" of PROTOCOL.md section 4, method by method.
 */
import { describe, expect, test } from "vitest";
import { refusalOf } from "../../server/todo/policy.ts";
import type { TodoRequest } from "../../server/todo/todo_request.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";

const USERS = ["stranger", "viewer", "editor", "owner"] as const;

/** Each user has the role it is named after; the stranger has none. */
const STATE: ListState = {
  ...TodoEvents.empty("Groceries", "owner"),
  members: new Map([
    ["owner", "owner"],
    ["editor", "editor"],
    ["viewer", "viewer"],
  ]),
};

const REQUESTS: { readonly [Type in TodoRequest["type"]]: TodoRequest } = {
  start: { type: "start" },
  todos: { type: "todos", date: null },
  list: { type: "list" },
  members: { type: "members" },
  agenda: { type: "agenda", after: 0, bytesMax: 1 },
  history: { type: "history" },
  subscribe: { type: "subscribe" },
  unsubscribe: { type: "unsubscribe" },
  add_todo: { type: "add_todo", todo: { title: "Milk" } },
  update_todo: { type: "update_todo", id: 1, change: {} },
  delete_todo: { type: "delete_todo", id: 1 },
  tx: { type: "tx", ops: [] },
  rename_list: { type: "rename_list", title: "Other" },
  delete_list: { type: "delete_list" },
  restore_list: { type: "restore_list" },
  share: { type: "share", user: "eve", role: "viewer" },
  unshare: { type: "unshare", user: "somebody else" },
};

/** What stranger, viewer, editor and owner are told. */
const TABLE: { readonly [Type in TodoRequest["type"]]: readonly string[] } = {
  start: ["forbidden", "may", "may", "may"],
  todos: ["not_found", "may", "may", "may"],
  list: ["not_found", "may", "may", "may"],
  members: ["not_found", "may", "may", "may"],
  agenda: ["not_found", "may", "may", "may"],
  history: ["not_found", "may", "may", "may"],
  subscribe: ["not_found", "may", "may", "may"],
  unsubscribe: ["may", "may", "may", "may"],
  add_todo: ["not_found", "forbidden", "may", "may"],
  update_todo: ["not_found", "forbidden", "may", "may"],
  delete_todo: ["not_found", "forbidden", "may", "may"],
  tx: ["not_found", "forbidden", "may", "may"],
  rename_list: ["not_found", "forbidden", "forbidden", "may"],
  delete_list: ["not_found", "forbidden", "forbidden", "may"],
  restore_list: ["not_found", "may", "may", "may"],
  share: ["not_found", "forbidden", "forbidden", "may"],
  unshare: ["not_found", "forbidden", "forbidden", "may"],
};

describe("stranger, viewer, editor, owner", () => {
  test.each(Object.values(REQUESTS))("$type", (request) => {
    const told = USERS.map((user) => refusalOf(STATE, user, request)?.kind ?? "may");
    expect(told).toEqual(TABLE[request.type]);
  });
});

test("every member may leave, a stranger learns nothing by trying", () => {
  const told = USERS.map((user) => refusalOf(STATE, user, { type: "unshare", user })?.kind);
  expect(told).toEqual(["not_found", undefined, undefined, undefined]);
});

test("a refusal says which role is wanted and which there is", () => {
  expect(refusalOf(STATE, "viewer", REQUESTS.add_todo)?.message).toBe(
    "This wants the role editor; you are viewer of this list.",
  );
  expect(refusalOf(STATE, "stranger", REQUESTS.list)?.details).toEqual({ what: "list" });
});
