/**
 * Room: how many todos a list holds, and how many bytes of them.
 */
import { describe, expect, test } from "vitest";
import { decide } from "../../server/todo/decide.ts";
import { bytesOf, Room } from "../../server/todo/room.ts";
import type { TodoCommand } from "../../server/todo/todo_request.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import { kindOf, ListWorld, resultOf } from "./list_world.ts";

const MILK: Todo = { id: 1, title: "Mélk", date: null, done: false, rev: 1 };
const BYTES = bytesOf(MILK);

function roomFor({ todos = 9, bytes = 0 }, has = { todos: 0, bytes: 0 }): Room {
  return new Room({ listTodosMax: todos, listBytesMax: bytes }, has.todos, has.bytes);
}

describe("Room", () => {
  test("counts todos, and the bytes of their JSON in UTF-8", () => {
    expect(BYTES).toBe(JSON.stringify(MILK).length + 1);
    expect(roomFor({ todos: 1, bytes: BYTES }).put(MILK, undefined)).toBeUndefined();
    expect(roomFor({ todos: 0, bytes: BYTES }).put(MILK, undefined)?.kind).toBe("list_full");
    expect(roomFor({ bytes: BYTES - 1 }).put(MILK, undefined)?.kind).toBe("list_full");
  });

  test("is made by what is taken away, and by what becomes shorter", () => {
    const room = roomFor({ todos: 1, bytes: BYTES }, { todos: 1, bytes: BYTES });
    expect(room.put({ ...MILK, title: "longer" }, MILK)?.kind).toBe("list_full");
    expect(room.put({ ...MILK, title: "M" }, MILK)).toBeUndefined();
    room.take({ ...MILK, title: "M" });
    expect(room.put(MILK, undefined)).toBeUndefined();
  });

  test("lets a list that is too long already become shorter", () => {
    const room = roomFor({ bytes: 10 }, { todos: 1, bytes: BYTES });
    expect(room.put({ ...MILK, title: "M" }, MILK)).toBeUndefined();
  });

  test("is taken up by the ops of a tx one after the other", () => {
    const add: TodoCommand = { type: "add_todo", todo: { title: "Mélk" } };
    const state = TodoEvents.empty("Groceries", "alice");
    const room = roomFor({ bytes: 2 * BYTES });
    const { answer, changes } = decide(state, { type: "tx", ops: [add, add, add] }, room);
    expect(answer).toMatchObject({ kind: "list_full", details: { op: 2 } });
    expect(changes).toEqual([]);
  });
});

describe("a list that is full", () => {
  test("has room again for what a refused write had taken up", () => {
    const world = new ListWorld({ limits: { listTodosMax: 9, listBytesMax: 3 * BYTES } });
    const { alice } = world.shared();
    alice.add("Mélk");
    alice.add("Mélk");
    world.refuse("read_only");
    for (let n = 0; n < 3; n++) alice.add("Mélk");
    world.commit();
    expect(kindOf(alice.add("Mélk"))).toBe("list_full");
    const asked = alice.ask({ type: "delete_todo", id: 1 });
    world.commit();
    expect(resultOf(asked)).toMatchObject({ changed: true });
    alice.add("Mélk");
    world.commit();
    expect(alice.take().at(-1)).toBe("add_todo @7");
  });
});
