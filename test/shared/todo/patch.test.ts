/**
 * Patch: what a caller's wishes make of a todo.
 */
import { describe, expect, test } from "vitest";
import type { TodoChange } from "../../../shared/todo/patch.ts";
import { applyPatch, newTodo } from "../../../shared/todo/patch.ts";
import type { Todo } from "../../../shared/todo/todo.ts";

const PLAIN: Todo = { id: 3, title: "Milk", date: null, done: false, rev: 7 };
const FULL: Todo = {
  id: 3,
  title: "Milk",
  date: "2026-11-22",
  done: true,
  rev: 7,
  notes: "2 l",
  priority: "high",
  tags: ["shop", "cold"],
  assignee: "bob",
};

describe("newTodo", () => {
  test('null, [] and "" are absent', () => {
    const nulls = { date: null, done: null, notes: null, priority: null, tags: null };
    const blanks = { title: "Milk", notes: "", tags: [] };
    for (const wanted of [{ title: "Milk" }, { title: "Milk", ...nulls, assignee: null }, blanks]) {
      expect(JSON.stringify(newTodo(3, 7, wanted))).toBe(JSON.stringify(PLAIN));
    }
  });

  test("members stand in one order, whatever order they came in", () => {
    const { assignee, tags, notes, priority, done, date, title } = FULL as Required<Todo>;
    const shuffled = { assignee, tags, notes, priority, done, date, title };
    expect(JSON.stringify(newTodo(3, 7, shuffled))).toBe(JSON.stringify(FULL));
  });
});

describe("applyPatch", () => {
  test.each<[string, { from?: Todo; change: TodoChange; to: Partial<Todo> }]>([
    ["sets a title", { change: { patch: { title: "Oat" } }, to: { title: "Oat" } }],
    ["sets a date", { change: { patch: { date: "2026-11-22" } }, to: { date: "2026-11-22" } }],
    ["sets done", { change: { patch: { done: true } }, to: { done: true } }],
    ["unsets the date", { from: FULL, change: { patch: { date: null } }, to: { date: null } }],
    ["replaces all tags", { from: FULL, change: { patch: { tags: ["a"] } }, to: { tags: ["a"] } }],
    ["adds tags at the end", { change: { addTags: ["b", "a"] }, to: { tags: ["b", "a"] } }],
    [
      "adds a tag that is there only once",
      { from: FULL, change: { addTags: ["new", "shop"] }, to: { tags: ["shop", "cold", "new"] } },
    ],
    ["takes tags off", { from: FULL, change: { removeTags: ["shop"] }, to: { tags: ["cold"] } }],
    [
      "adds what it removed",
      { change: { removeTags: ["a"], addTags: ["a"] }, to: { tags: ["a"] } },
    ],
    [
      "patches, then removes, then adds",
      {
        from: FULL,
        change: { patch: { tags: ["a", "b"] }, removeTags: ["a"], addTags: ["c"] },
        to: { tags: ["b", "c"] },
      },
    ],
  ])("%s", (_, { from = PLAIN, change, to }) => {
    expect(applyPatch(from, change)).toEqual({ ...from, ...to });
  });

  test('null unsets every optional member, [] and "" as well', () => {
    const bare = { ...PLAIN, date: FULL.date, done: true };
    for (const patch of [
      { notes: null, priority: null, tags: null, assignee: null },
      { notes: "", priority: null, tags: [], assignee: null },
    ]) {
      expect(JSON.stringify(applyPatch(FULL, { patch }))).toBe(JSON.stringify(bare));
    }
  });

  test("taking off the last tag unsets tags", () => {
    expect(applyPatch(FULL, { removeTags: ["shop", "cold"] })).not.toHaveProperty("tags");
  });

  test("members keep their order when one comes between", () => {
    const prioritised = applyPatch({ ...PLAIN, assignee: "bob" }, { patch: { priority: "low" } });
    expect(Object.keys(prioritised).slice(-2)).toEqual(["priority", "assignee"]);
  });

  test.each<[string, Todo, TodoChange]>([
    ["nothing", FULL, {}],
    ["an empty patch", FULL, { patch: {} }],
    ["what is there", FULL, { patch: { title: "Milk", tags: ["shop", "cold"], notes: "2 l" } }],
    ["unsetting what is not set", PLAIN, { patch: { notes: "", tags: [], priority: null } }],
    ["adding a tag that is there", FULL, { addTags: ["shop"] }],
    ["removing one that is not", FULL, { removeTags: ["x"], addTags: [] }],
  ])("the same object for %s", (_, todo, change) => {
    expect(applyPatch(todo, change)).toBe(todo);
  });

  test("tags in another order are a change", () => {
    expect(applyPatch(FULL, { patch: { tags: ["cold", "shop"] } }).tags).toEqual(["cold", "shop"]);
  });

  test("id and rev stay, and the todo it was given is left as it was", () => {
    const before = structuredClone(FULL);
    const { id, rev } = applyPatch(FULL, { patch: { title: "x" }, addTags: ["y"] });
    expect([id, rev]).toEqual([FULL.id, FULL.rev]);
    expect(FULL).toEqual(before);
  });
});
