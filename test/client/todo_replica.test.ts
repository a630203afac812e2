/** TodoReplica: whatever comes between its pages, the copy ends up equal to the list. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as TodoReplica from "../../client/todo_replica.ts";
import type { EventParams, List } from "../../shared/protocol/results.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import * as TodoEvent from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";

const PLACE = { list: "l", epoch: "e", at: 0, by: "a", pid: "<0.1.0>" };

function todo(id: number, title: string, rev = 0): Todo {
  return { id, title, date: null, done: false, rev };
}

function page(state: TodoEvent.ListState, after: number, limit: number): List {
  const all = [...TodoList.page(state.todos, after)];
  const todos = all.slice(0, limit);
  const { title, seq } = state;
  const more = todos.length < all.length ? { more: true as const } : {};
  return { list: "l", title, epoch: "e", seq, next: state.todos.next, todos, ...more };
}

/** A change that fits the list, made of two numbers. */
function changeOf(state: TodoEvent.ListState, kind: number, pick: number): TodoEvent.Change {
  const { todos, seq } = state;
  const id = 1 + (pick % Math.max(1, todos.next - 1));
  const title = `t${seq}`;
  if (kind % 4 === 0) return { op: "todo_added", todo: todo(todos.next, title, seq + 1) };
  if (kind % 4 === 1 && TodoList.get(todos, id)) return { op: "todo_deleted", id };
  if (kind % 4 === 2) return { op: "list_renamed", title };
  const known = TodoList.get(todos, id) !== undefined;
  return known
    ? { op: "todo_updated", todo: todo(id, title, seq + 1) }
    : { op: "member_set", user: title, role: "viewer" };
}

function fold(replica: TodoReplica.T, event: EventParams): TodoReplica.T {
  const folded = TodoReplica.applyEvent(replica, event);
  if (!folded.ok) throw new Error(folded.reason);
  return folded.replica;
}

test("pages with events between them give the list as it is at the end", () => {
  const changes = fc.array(fc.tuple(fc.nat(3), fc.nat(50)), { maxLength: 40 });
  fc.assert(
    fc.property(fc.nat(30), fc.integer({ min: 1, max: 7 }), changes, (size, limit, later) => {
      let state: TodoEvent.ListState = TodoEvent.empty("list", "a");
      const change = (one: TodoEvent.Change): EventParams => {
        const event = { ...PLACE, ...one, seq: state.seq + 1 };
        state = TodoEvent.apply(state, event);
        return event;
      };
      for (let id = 1; id <= size; id++) change({ op: "todo_added", todo: todo(id, "x") });
      let replica = TodoReplica.fromSnapshot(page(state, 0, limit));
      for (const [kind, pick] of later) {
        replica = fold(replica, change(changeOf(state, kind, pick)));
        if (pick % 3 !== 0 || replica.pageAfter === null) continue;
        const folded = TodoReplica.applyPage(replica, page(state, replica.pageAfter, limit));
        if (folded.ok) replica = folded.replica;
      }
      for (let left = 100; left > 0 && replica.pageAfter !== null; left--) {
        const folded = TodoReplica.applyPage(replica, page(state, replica.pageAfter, limit));
        if (folded.ok) replica = folded.replica;
      }
      expect(replica.pageAfter).toBeNull();
      expect([...TodoList.page(replica.state.todos, 0)]).toEqual([
        ...TodoList.page(state.todos, 0),
      ]);
      expect(replica.state.todos.next).toBe(state.todos.next);
      expect({ title: replica.state.title, seq: replica.state.seq }).toEqual({
        title: state.title,
        seq: state.seq,
      });
    }),
  );
});

describe("what does not follow is not folded in", () => {
  const replica = TodoReplica.fromSnapshot({
    list: "l",
    title: "t",
    epoch: "e",
    seq: 5,
    next: 3,
    todos: [todo(1, "one")],
  });
  const event: EventParams = { ...PLACE, op: "todo_deleted", id: 1, seq: 6 };

  test.each([
    ["the next seq", event, undefined],
    ["the same seq again", { ...event, seq: 5 }, "old"],
    ["an older one", { ...event, seq: 1 }, "old"],
    ["one too far", { ...event, seq: 7 }, "gap"],
    ["another epoch", { ...event, epoch: "f" }, "epoch"],
  ])("%s", (_what, given, reason) => {
    const folded = TodoReplica.applyEvent(replica, given);
    expect(folded.ok ? undefined : folded.reason).toBe(reason);
  });

  test("an op of a newer server moves the seq and nothing else", () => {
    const strange = { ...PLACE, op: "todo_sung", seq: 6 } as unknown as EventParams;
    const after = fold(replica, strange);
    expect(after.state).toEqual({ ...replica.state, seq: 6 });
  });

  test("a page where none is wanted, of another epoch, or of another seq", () => {
    const whole = page(replica.state, 0, 9);
    expect(TodoReplica.applyPage(replica, whole)).toMatchObject({ ok: false, reason: "old" });
    const partly = TodoReplica.fromSnapshot({ ...whole, more: true });
    expect(TodoReplica.applyPage(partly, { ...whole, epoch: "f" })).toMatchObject({
      reason: "epoch",
    });
    expect(TodoReplica.applyPage(partly, { ...whole, seq: 6 })).toMatchObject({ reason: "gap" });
  });
});
