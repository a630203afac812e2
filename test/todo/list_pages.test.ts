/**
 * ListPages: where a page ends, and that the pages together are the whole.
 */
import { describe, expect, test } from "vitest";
import { listJson, todosJson } from "../../server/todo/list_pages.ts";
import { PAGE_BYTES_MAX } from "../../shared/protocol/limits.ts";
import type { List, Results } from "../../shared/protocol/results.ts";
import type { NewTodo } from "../../shared/todo/todo.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";

const NAME = { list: "groceries", epoch: "e.g" };

function listPage(...args: Parameters<typeof listJson>): List {
  return JSON.parse(listJson(...args)) as List;
}

function todosPage(...args: Parameters<typeof todosJson>): Results<"todos"> {
  return JSON.parse(todosJson(...args)) as Results<"todos">;
}

function listOf(todos: readonly NewTodo[], title = "Groceries") {
  return { ...TodoEvents.empty(title, "alice"), seq: 9, todos: TodoList.create(todos) };
}

function titled(count: number, more: Partial<NewTodo> = {}): NewTodo[] {
  return Array.from({ length: count }, (_, n) => ({ title: `t${n}`, ...more }));
}

describe("a page of the list", () => {
  test("has all of a short one, and no `more`", () => {
    const state = listOf([{ title: "Milk" }, { title: "Eggs" }]);
    expect(listPage(NAME, state, {})).toEqual({
      ...NAME,
      title: "Groceries",
      seq: 9,
      next: 3,
      todos: [...TodoList.page(state.todos, 0)],
    });
  });

  test("of a list without todos is empty, also with a limit", () => {
    expect(listPage(NAME, listOf([]), { limit: 1 })).toMatchObject({ todos: [], next: 1 });
    expect("more" in listPage(NAME, listOf([]), { limit: 1 })).toBe(false);
  });

  test.each([1, 3, 10, 11])("limit %i: the pages together are the whole, once", (limit) => {
    const state = listOf(titled(10));
    const seen: number[] = [];
    for (let after = 0, more = true; more; after = seen.at(-1) ?? 0) {
      const page = listPage(NAME, state, { after, limit });
      expect(page.todos.length).toBeLessThanOrEqual(limit);
      seen.push(...page.todos.map(({ id }) => id));
      more = page.more === true;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("that ends where the todos end has no `more`, though the limit is met", () => {
    expect("more" in listPage(NAME, listOf(titled(3)), { limit: 3 })).toBe(false);
  });

  test.each(["n", "é", "\u{1f600}", '"', "\n"])("stays below 256 KiB of %j", (character) => {
    const notes = character.repeat(Math.floor(10_000 / character.length));
    const page = listPage(NAME, listOf(titled(100, { notes }), "😀".repeat(500)), {});
    expect(page.more).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(PAGE_BYTES_MAX);
    const oneMore = page.todos.length + 1;
    const longer = listPage(NAME, listOf(titled(oneMore, { notes })), {});
    expect(longer.todos.length).toBe(page.todos.length);
  });
});

describe("a page of one date", () => {
  test("has its todos alone, by ascending id, from `after` on", () => {
    const day = "2026-12-24";
    const state = listOf([{ title: "a", date: day }, { title: "b" }, { title: "c", date: day }]);
    expect(todosPage(state, day, {}).todos.map(({ id }) => id)).toEqual([1, 3]);
    expect(todosPage(state, day, { after: 1 }).todos.map(({ id }) => id)).toEqual([3]);
    expect(todosPage(state, null, {})).toEqual({ todos: [TodoList.get(state.todos, 2)], seq: 9 });
    expect(todosPage(state, "2026-12-25", {})).toEqual({ todos: [], seq: 9 });
  });

  test("says when there are more", () => {
    expect(todosPage(listOf(titled(3)), null, { limit: 2 })).toMatchObject({ more: true, seq: 9 });
  });
});
