/**
 * Decide: what becomes of a command, and what is said of it.
 */
import { describe, expect, test } from "vitest";
import { decide, firstTodos, membersOf } from "../../server/todo/decide.ts";
import { LIST_LIMITS, Room } from "../../server/todo/room.ts";
import type { Command } from "../../server/todo/todo_request.ts";
import { LIST_MEMBERS_MAX, LIST_TODOS_MAX } from "../../shared/protocol/limits.ts";
import type { NewTodo, Role } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";

/** A list of alice's at seq 9 with these todos, all at rev 0, and these members. */
function listOf(todos: readonly NewTodo[], members: readonly (readonly [string, Role])[] = []) {
  const empty = TodoEvents.empty("Groceries", "alice");
  return {
    ...empty,
    seq: 9,
    todos: TodoList.create(todos),
    members: new Map([...empty.members, ...members]),
  } satisfies ListState;
}

const MILK = listOf([{ title: "Milk" }]);

/** The room that a list of that many todos has, and no bytes to speak of. */
function roomOf({ todos }: ListState): Room {
  return new Room(LIST_LIMITS, TodoList.size(todos), 0);
}

/** What was decided, in short: the changes, and the result or the kind of the refusal. */
function outcome(state: ListState, command: Command): readonly [readonly object[], unknown] {
  const { changes, answer } = decide(state, command, roomOf(state));
  return [changes, answer.ok ? answer.result : answer.kind];
}

describe("add_todo", () => {
  test("gives the next id and the next seq as rev; what was given as null is absent", () => {
    const todo = { title: "Eggs", date: null, notes: null, tags: [], priority: "high" } as const;
    const made = { id: 2, title: "Eggs", date: null, done: false, rev: 10, priority: "high" };
    expect(outcome(MILK, { type: "add_todo", todo })).toEqual([
      [{ op: "todo_added", todo: made }],
      { id: 2, rev: 10, seq: 10 },
    ]);
  });

  test("never gives a deleted todo's id again", () => {
    const state = { ...MILK, todos: TodoList.deleteTodo(MILK.todos, 1) };
    expect(outcome(state, { type: "add_todo", todo: { title: "Eggs" } })[1]).toMatchObject({
      id: 2,
    });
  });

  test("is refused by a list that is full", () => {
    const full = listOf(new Array(LIST_TODOS_MAX).fill({ title: "x" }));
    const add: Command = { type: "add_todo", todo: { title: "Eggs" } };
    expect(outcome(full, add)).toEqual([[], "list_full"]);
    const less = { ...full, todos: TodoList.deleteTodo(full.todos, 3) };
    expect(outcome(less, add)[0]).toHaveLength(1);
  });
});

describe("update_todo", () => {
  const patch = { done: true };
  const after = { id: 1, title: "Milk", date: null, done: true, rev: 10 };

  test("carries the todo as it is after it", () => {
    expect(outcome(MILK, { type: "update_todo", id: 1, change: { patch } })).toEqual([
      [{ op: "todo_updated", todo: after }],
      { todo: after, changed: true, seq: 10 },
    ]);
  });

  test("that changes nothing is no event and keeps the rev", () => {
    for (const change of [{}, { patch: {} }, { patch: { title: "Milk" } }, { removeTags: ["x"] }]) {
      expect(outcome(MILK, { type: "update_todo", id: 1, change })).toEqual([
        [],
        { todo: TodoList.get(MILK.todos, 1), changed: false, seq: 9 },
      ]);
    }
  });

  test("of an unknown id is not found", () => {
    const { answer } = decide(
      MILK,
      { type: "update_todo", id: 2, change: { patch } },
      roomOf(MILK),
    );
    expect(answer).toMatchObject({ kind: "not_found", details: { what: "todo" } });
  });

  test("with another rev than wanted is a conflict that shows the todo", () => {
    const command = { type: "update_todo", id: 1, change: { patch }, ifRev: 4 } as const;
    const { answer } = decide(MILK, command, roomOf(MILK));
    const details = { todo: TodoList.get(MILK.todos, 1) };
    expect(answer).toMatchObject({ kind: "conflict", details });
    const right = outcome(MILK, { type: "update_todo", id: 1, change: { patch }, ifRev: 0 });
    expect(right[1]).toMatchObject({ changed: true });
  });

  test("may not leave more tags than a todo has", () => {
    const tags = Array.from({ length: 20 }, (_, n) => `t${n}`);
    const state = listOf([{ title: "Milk", tags }]);
    const addTags = ["one more"];
    const add: Command = { type: "update_todo", id: 1, change: { addTags } };
    expect(outcome(state, add)).toEqual([[], "bad_args"]);
    const swap: Command = { type: "update_todo", id: 1, change: { addTags, removeTags: ["t0"] } };
    expect(outcome(state, swap)[0]).toHaveLength(1);
  });
});

describe("delete_todo", () => {
  test("is an event with the id alone", () => {
    expect(outcome(MILK, { type: "delete_todo", id: 1 })).toEqual([
      [{ op: "todo_deleted", id: 1 }],
      { changed: true, seq: 10 },
    ]);
  });

  test("of an unknown id changes nothing, whatever rev is wanted", () => {
    const nothing = [[], { changed: false, seq: 9 }];
    expect(outcome(MILK, { type: "delete_todo", id: 2, ifRev: 4 })).toEqual(nothing);
  });

  test("with another rev than wanted is a conflict", () => {
    expect(outcome(MILK, { type: "delete_todo", id: 1, ifRev: 4 })).toEqual([[], "conflict"]);
  });
});

describe("rename_list", () => {
  test("is an event, to the same title none", () => {
    expect(outcome(MILK, { type: "rename_list", title: "Food" })).toEqual([
      [{ op: "list_renamed", title: "Food" }],
      { changed: true, seq: 10 },
    ]);
    const same = outcome(MILK, { type: "rename_list", title: "Groceries" });
    expect(same).toEqual([[], { changed: false, seq: 9 }]);
  });
});

describe("share and unshare", () => {
  const both = listOf([], [["bob", "editor"]]);
  const owners = listOf([], [["bob", "owner"]]);

  test("answer with the members as they then are, by user", () => {
    expect(outcome(both, { type: "share", user: "aaron", role: "viewer" })).toEqual([
      [{ op: "member_set", user: "aaron", role: "viewer" }],
      {
        members: [
          { user: "aaron", role: "viewer" },
          { user: "alice", role: "owner" },
          { user: "bob", role: "editor" },
        ],
        changed: true,
        seq: 10,
      },
    ]);
    expect(outcome(both, { type: "unshare", user: "bob" })).toEqual([
      [{ op: "member_removed", user: "bob" }],
      { members: [{ user: "alice", role: "owner" }], changed: true, seq: 10 },
    ]);
  });

  test("that change nothing are no event", () => {
    const share = outcome(both, { type: "share", user: "bob", role: "editor" });
    expect(share).toEqual([[], { members: membersOf(both), changed: false, seq: 9 }]);
    const unshare = outcome(both, { type: "unshare", user: "eve" });
    expect(unshare).toEqual([[], { members: membersOf(both), changed: false, seq: 9 }]);
  });

  test("never take the last owner away", () => {
    const lower: Command = { type: "share", user: "alice", role: "editor" };
    const leave: Command = { type: "unshare", user: "alice" };
    expect([outcome(both, lower), outcome(both, leave)]).toEqual([
      [[], "forbidden"],
      [[], "forbidden"],
    ]);
    expect([outcome(owners, lower)[0], outcome(owners, leave)[0]].flat()).toHaveLength(2);
    const stay = outcome(both, { type: "share", user: "alice", role: "owner" });
    expect(stay[1]).toMatchObject({ changed: false });
  });

  test("let in no more members than a list has, but change those it has", () => {
    const many = Array.from({ length: LIST_MEMBERS_MAX - 1 }, (_, n) => `u${n}`);
    const full = listOf(
      [],
      many.map((user) => [user, "viewer"] as const),
    );
    expect(outcome(full, { type: "share", user: "eve", role: "viewer" })).toEqual([[], "limit"]);
    expect(outcome(full, { type: "share", user: "u0", role: "editor" })[0]).toHaveLength(1);
  });
});

test("a new list's todos get ids and revs from 1", () => {
  const todos = [{ title: "a" }, { title: "b", done: true }];
  expect(firstTodos(todos, new Room(LIST_LIMITS, 0, 0))).toEqual([
    { op: "todo_added", todo: { id: 1, title: "a", date: null, done: false, rev: 1 } },
    { op: "todo_added", todo: { id: 2, title: "b", date: null, done: true, rev: 2 } },
  ]);
  const small = new Room({ ...LIST_LIMITS, listTodosMax: 1 }, 0, 0);
  expect(firstTodos(todos, small)).toMatchObject({ kind: "list_full" });
});
