/**
 * TodoPush: the text that all subscribers get.
 */
import { describe, expect, test } from "vitest";
import { eventRow } from "../../server/todo/event_row.ts";
import { eventPush, gonePush, snapshotText } from "../../server/todo/todo_push.ts";
import { type Change, empty, type TodoEvent } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";

const NAME = { list: "groceries", epoch: "k3Pp9-_x.gen" };
const BY = { seq: 7, at: 1_763_800_000_000, by: "a.b-c@d_e", pid: "<0.7.0>" };
const HOSTILE = '"},\u2028"seq":9\\ é😀';
const todo = { id: 1, title: HOSTILE, date: null, done: false, rev: 7, tags: [HOSTILE] };

const CHANGES: readonly Change[] = [
  { op: "todo_added", todo },
  { op: "todo_updated", todo: { ...todo, notes: "a\nb\tc" } },
  { op: "todo_deleted", id: 12 },
  { op: "list_renamed", title: HOSTILE },
  { op: "member_set", user: "bob", role: "viewer" },
  { op: "member_removed", user: "bob" },
];

function bodyOf(event: TodoEvent): string {
  return eventRow(event, empty("Groceries", "alice"), null).body;
}

describe("an event's push", () => {
  test.each(CHANGES)("$op is the JSON-RPC notification of PROTOCOL 5", (change) => {
    const event: TodoEvent = { ...change, ...BY };
    const push = eventPush(NAME, event, { body: bodyOf(event), state: empty("G", "alice") });
    expect(JSON.parse(push.text)).toEqual({
      jsonrpc: "2.0",
      method: "event",
      params: { ...NAME, ...event },
    });
    expect(push).toMatchObject({ type: "event", ...NAME, seq: 7 });
    expect(push.text).not.toContain("\n"); // One message of a frame that may hold several.
  });
});

test("a snapshot in place of a push tells of the list after it, and is made once", () => {
  const state = {
    ...empty("Groceries", "alice"),
    seq: 7,
    todos: TodoList.create([{ title: "é" }]),
  };
  const event: TodoEvent = { op: "todo_deleted", id: 3, ...BY };
  const push = eventPush(NAME, event, { body: bodyOf(event), state });
  const text = snapshotText(push);
  expect(JSON.parse(text)).toEqual({
    jsonrpc: "2.0",
    method: "snapshot",
    params: {
      ...NAME,
      reason: "slow",
      title: "Groceries",
      seq: 7,
      next: 2,
      todos: [{ id: 1, title: "é", date: null, done: false, rev: 0 }],
    },
  });
  expect(snapshotText(push)).toBe(text);
});

test("gone names the list and why", () => {
  expect(JSON.parse(gonePush("groceries", "revoked").text)).toEqual({
    jsonrpc: "2.0",
    method: "gone",
    params: { list: "groceries", reason: "revoked" },
  });
});
