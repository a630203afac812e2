/** PushReader: pushes as text → what they say, each text decoded once. */
import { expect, test } from "vitest";
import { PushReader, stamped } from "./push_reader.ts";

function text(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params });
}

function added(title: string): string {
  const todo = { id: 1, title, date: null, done: false, rev: 1 };
  return text("event", { list: "l", seq: 1, op: "todo_added", todo });
}

test("the time of the write is read from the title; a person's title has none", () => {
  const reader = new PushReader();
  expect(reader.read(added(stamped("Todo 7", 123.4)))).toMatchObject({ sentUs: 123 });
  expect(reader.read(added("Mail bob@example"))).toMatchObject({ sentUs: undefined });
  expect(reader.read(text("event", { op: "todo_deleted", id: 1 }))).toMatchObject({
    name: "event",
    sentUs: undefined,
  });
});

test("a text that comes again is the same push", () => {
  const reader = new PushReader();
  expect(reader.read(added("a"))).toBe(reader.read(added("a")));
});

test("what is not about a list's state is other", () => {
  const reader = new PushReader();
  expect(reader.read(text("tick", { now: 1 }))).toEqual({ name: "other" });
  expect(reader.read(text("newer_than_this", {}))).toEqual({ name: "other" });
  expect(reader.read(text("gone", { list: "l", reason: "deleted" }))).toEqual({ name: "gone" });
  expect(reader.read(text("snapshot", { list: "l" }))).toMatchObject({ name: "snapshot" });
});
