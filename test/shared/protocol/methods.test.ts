/**
 * Methods: the params that each method takes and those it refuses, and what a refusal says.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MethodName } from "../../../shared/protocol/methods.ts";
import { decodeParams, isMethod, METHODS } from "../../../shared/protocol/methods.ts";
import { newTodo } from "../../../shared/todo/patch.ts";

const L = "groceries";
const KEYS = Object.keys(METHODS) as MethodName[];

/** Params that are right, one for each method. */
const RIGHT: Record<MethodName, object> = {
  whoami: {},
  describe: {},
  lists: { after: "a", limit: 1000, deleted: true },
  agenda: { from: "2026-11-22", to: "2026-11-29", done: true, after: L, after_id: 0, limit: 1 },
  start: { list: L, title: "Groceries", todos: [{ title: "Milk" }], key: "k" },
  rename_list: { list: L, title: "Food", key: "k" },
  add_todo: { list: L, todo: { title: "Milk" }, key: "k" },
  update_todo: { list: L, id: 1, patch: { done: true }, add_tags: ["a"], if_rev: 1, key: "k" },
  delete_todo: { list: L, id: 1, if_rev: 1, key: "k" },
  todos: { list: L, date: "2026-11-22", after: 0, limit: 1 },
  list: { list: L, after: 12, limit: 1000 },
  tx: { list: L, ops: [{ op: "add_todo", todo: { title: "Milk" } }], key: "k" },
  subscribe: { list: L, epoch: "k3Pp9", seq: 0, presence: true },
  unsubscribe: { list: L },
  share: { list: L, user: "bob", role: "editor", key: "k" },
  unshare: { list: L, user: "bob", key: "k" },
  members: { list: L },
  history: { list: L, before: 1, limit: 500 },
  delete_list: { list: L },
  restore_list: { list: L },
};

/** What is said when `params` are refused; undefined when they are not. */
function refused(method: MethodName, params: unknown): string | undefined {
  const decoded = decodeParams(method, params);
  return decoded.ok ? undefined : decoded.message;
}

/** As it would come over the wire: with members that no literal can write. */
function parsed(text: string): unknown {
  return JSON.parse(text);
}

describe("every method", () => {
  test.each(KEYS)("%s takes its params as they are", (method) => {
    expect(decodeParams(method, RIGHT[method])).toEqual({ ok: true, params: RIGHT[method] });
  });

  test.each(KEYS)("%s drops members that are not known", (method) => {
    const params = { ...RIGHT[method], bogus: 1, durable: "x" };
    expect(decodeParams(method, params)).toEqual({ ok: true, params: RIGHT[method] });
  });

  test.each(KEYS)("%s refuses params that are no object", (method) => {
    for (const params of [[], [1], "x", 5, true, null])
      expect(refused(method, params)).toBeTruthy();
  });

  test.each(KEYS)("%s takes a timeout_ms of 1..60000", (method) => {
    for (const timeout_ms of [1, 60_000]) {
      expect(refused(method, { ...RIGHT[method], timeout_ms })).toBeUndefined();
    }
    for (const timeout_ms of [0, 60_001, 1.5, "5", null, -1]) {
      expect(refused(method, { ...RIGHT[method], timeout_ms })).toBeTruthy();
    }
  });

  test.each(KEYS.filter((method) => "list" in RIGHT[method]))("%s wants a list's id", (method) => {
    for (const list of [5, "", ".a", "a b", "a/b", "../x", "x".repeat(65), "ü", "a\n", [], null]) {
      expect(refused(method, { ...RIGHT[method], list })).toContain("list must be a list's id");
    }
    const { list: _, ...rest } = RIGHT[method] as { list: string };
    expect(refused(method, rest) !== undefined).toBe(method !== "start");
  });

  test.each(KEYS.filter((method) => "key" in RIGHT[method]))(
    "%s wants a key of 1..64",
    (method) => {
      for (const key of ["x", "x".repeat(64), "🛒".repeat(64), "__proto__", "0"]) {
        expect(refused(method, { ...RIGHT[method], key })).toBeUndefined();
      }
      for (const key of ["", "x".repeat(65), 5, {}, true, ["k"], null, "a\u0000", "\ud800"]) {
        expect(refused(method, { ...RIGHT[method], key })).toBeTruthy();
      }
    },
  );

  test("those that take a key write, delete_list and restore_list besides", () => {
    const keyless = KEYS.filter((method) => METHODS[method].write && !("key" in RIGHT[method]));
    expect(keyless).toEqual(["delete_list", "restore_list"]);
    for (const method of KEYS) {
      if ("key" in RIGHT[method]) expect(METHODS[method].write).toBe(true);
    }
  });

  test("changes of todos may be cast", () => {
    const casts = KEYS.filter((method) => METHODS[method].cast);
    expect(casts).toEqual(["add_todo", "update_todo", "delete_todo", "tx"]);
  });

  test("a method is one of the table and nothing inherited", () => {
    for (const method of KEYS) expect(isMethod(method)).toBe(true);
    for (const name of ["LIST", "toString", "__proto__", "constructor", "event", ""]) {
      expect(isMethod(name)).toBe(false);
    }
  });
});

describe("a todo and a patch", () => {
  const add = (todo: unknown) => refused("add_todo", { list: L, todo });
  const change = (patch: unknown) => refused("update_todo", { list: L, id: 1, patch });

  const wrong: Record<string, unknown[]> = {
    title: [5, null, true, {}, [], "", " ", "\t\n ", "x".repeat(501), "🛒".repeat(501)],
    date: ["2017-02-30", "2017-02-29", "0000-01-01", "10000-01-01", "2026-1-1", "", 5, {}, []],
    done: ["yes", 1, {}, []],
    notes: [5, {}, [], "n".repeat(10_001), "a\u0000b", "a\u001bb", "a\rb", "\ud800"],
    priority: ["urgent", "", "HIGH", 1, {}, []],
    tags: ["x", {}, [1], [null], [""], ["t".repeat(51)], ["🛒".repeat(51)], ["a\nb"], ["a", "a"]],
    assignee: [5, {}, [], "", "a b", "-x", "x".repeat(65), "ü", "x\n"],
    id: [1, 77, null],
    rev: [1, 77],
  };
  const cases = Object.entries(wrong).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );

  test.each(cases)("%s cannot be %j", (name, value) => {
    expect(add({ title: "x", [name]: value })).toBeTruthy();
    expect(change({ [name]: value })).toBeTruthy();
  });

  const right: Record<string, unknown[]> = {
    title: ["x", "x".repeat(500), "🛒".repeat(500), " x ".padEnd(900), "<b>", "שלום"],
    date: ["2026-11-22", "2016-02-29", "2000-02-29", "0001-01-01", "9999-12-31", null],
    done: [true, false],
    notes: ["", "a\nb\tc", " ", "🛒".repeat(10_000), null],
    priority: ["high", "medium", "low", null],
    tags: [[], ["🛒".repeat(50)], Array.from({ length: 20 }, (_, i) => `t${i}`), null],
    assignee: ["bob", "bob@example.org", "x".repeat(64), null],
  };

  test.each(Object.entries(right))("%s can be all that PROTOCOL.md says", (name, values) => {
    for (const value of values) {
      expect(add({ title: "x", [name]: value })).toBeUndefined();
      expect(change({ [name]: value })).toBeUndefined();
    }
  });

  test("21 tags are too many", () => {
    const tags = Array.from({ length: 21 }, (_, index) => `t${index}`);
    expect(add({ title: "x", tags })).toContain("a list of 21 came");
    expect(change({ tags })).toContain("a list of 21 came");
  });

  test.each(["a\u0000b", "a\nb", "a\tb", "a\u007fb", "\u0085a", "a\u009fb", "\udc00", "x\ud83d"])(
    "no title holds %j, wherever it stands",
    (title) => {
      expect(add({ title })).toBeTruthy();
      expect(change({ title })).toBeTruthy();
      expect(refused("start", { title })).toBeTruthy();
      expect(refused("start", { todos: [{ title }] })).toBeTruthy();
      expect(refused("rename_list", { list: L, title })).toBeTruthy();
    },
  );

  test("titles come out trimmed", () => {
    const title = "\n\t Milk \u00a0\ufeff";
    const trimmed = { ok: true, params: { title: "Milk" } };
    const todo = { ok: true, params: { todo: { title: "Milk" } } };
    expect(decodeParams("rename_list", { list: L, title })).toMatchObject(trimmed);
    expect(decodeParams("start", { title })).toMatchObject(trimmed);
    expect(decodeParams("add_todo", { list: L, todo: { title } })).toMatchObject(todo);
    const patched = decodeParams("update_todo", { list: L, id: 1, patch: { title } });
    expect(patched).toMatchObject({ params: { patch: { title: "Milk" } } });
  });

  test("notes and tags are not trimmed", () => {
    const todo = { title: "x", notes: " a ", tags: [" b "] };
    expect(decodeParams("add_todo", { list: L, todo })).toMatchObject({ params: { todo } });
  });

  test("null is absent in a new todo, for done too, but not for the title", () => {
    const nulls = { date: null, done: null, notes: null, priority: null, tags: null };
    const decoded = decodeParams("add_todo", { list: L, todo: { title: "x", ...nulls } });
    const plain = { id: 1, title: "x", date: null, done: false, rev: 1 };
    expect(decoded.ok && newTodo(1, 1, decoded.params.todo)).toEqual(plain);
    expect(add({ title: null })).toBeTruthy();
  });

  test("null unsets in a patch, but not the title or done", () => {
    const nulls = { date: null, notes: null, priority: null, tags: null, assignee: null };
    expect(change(nulls)).toBeUndefined();
    expect(change({ title: null })).toBeTruthy();
    expect(change({ done: null })).toBeTruthy();
  });

  test.each([
    '"bogus":1',
    '"Title":"y"',
    '"__proto__":{"done":true}',
    '"constructor":1',
    '"seq":1',
  ])("a member that is not known is refused: %s", (member) => {
    expect(add(parsed(`{"title":"x",${member}}`))).toContain("todo must be an object without");
    expect(change(parsed(`{${member}}`))).toContain("patch must be an object without");
    expect(refused("start", { todos: [parsed(`{"title":"x",${member}}`)] })).toBeTruthy();
  });

  test("neither is anything but an object", () => {
    for (const value of [undefined, null, "x", 5, [], true]) {
      expect(add(value)).toBeTruthy();
      expect(change(value)).toBeTruthy();
    }
    expect(add({})).toContain("todo.title");
    expect(change({})).toBeUndefined();
  });
});

describe("update_todo and delete_todo", () => {
  const update = (members: object) => refused("update_todo", { list: L, ...members });

  test("want an id that is an integer >= 1", () => {
    for (const id of [undefined, "1", 1.5, 0, -1, null, [1], 2 ** 53, {}, true]) {
      expect(update({ id, patch: {} })).toContain("id must be an integer of at least 1");
      expect(refused("delete_todo", { list: L, id })).toContain("id must be");
    }
    expect(update({ id: Number.MAX_SAFE_INTEGER, patch: {} })).toBeUndefined();
  });

  test("want an if_rev that is an integer", () => {
    for (const if_rev of ["1", 1.5, null, -1]) {
      expect(update({ id: 1, patch: {}, if_rev })).toContain("if_rev");
      expect(refused("delete_todo", { list: L, id: 1, if_rev })).toContain("if_rev");
    }
  });

  test("update_todo wants a patch, or tags to put on or take off", () => {
    expect(update({ id: 1 })).toContain("patch must be given");
    for (const one of [{ patch: {} }, { add_tags: [] }, { remove_tags: ["a"] }]) {
      expect(update({ id: 1, ...one })).toBeUndefined();
    }
  });

  test.each(["add_tags", "remove_tags"])("%s are tags", (name) => {
    for (const tags of ["x", [5], [""], ["t".repeat(51)], ["a", "a"], {}, null, 5]) {
      expect(update({ id: 1, [name]: tags })).toContain(name);
    }
  });
});

describe("tx", () => {
  const tx = (ops: unknown) => refused("tx", { list: L, ops });
  const add = { op: "add_todo", todo: { title: "x" } };

  test("takes 1 to 100 ops", () => {
    expect(tx(Array(100).fill(add))).toBeUndefined();
    for (const ops of [undefined, null, "x", {}, [], Array(101).fill(add)]) {
      expect(tx(ops)).toContain("ops must be a list of 1 to 100 ops; ");
    }
  });

  test("says which op is wrong, and what of it", () => {
    const op = 'must be "add_todo", "update_todo" or "delete_todo"; ';
    expect(tx([add, 5])).toBe("ops[1] must be an object; the number 5 came.");
    expect(tx([add, {}])).toBe(`ops[1].op ${op}nothing came.`);
    expect(tx([add, { op: "share" }])).toBe(`ops[1].op ${op}text of 5 characters came.`);
    expect(tx([add, { op: "delete_todo" }])).toContain("ops[1].id must be an integer");
    expect(tx([add, { op: "update_todo", id: 1 }])).toContain("ops[1].patch must be given");
    expect(tx([{ op: "add_todo", todo: { title: "x", id: 1 } }])).toContain("ops[0].todo must be");
  });

  test("drops what an op does not take, a key and a list too", () => {
    const ops = [{ op: "delete_todo", id: 1, list: "other", key: "", bogus: 1 }];
    const params = { list: L, ops: [{ op: "delete_todo", id: 1 }] };
    expect(decodeParams("tx", { list: L, ops })).toEqual({ ok: true, params });
  });
});

describe("the other methods", () => {
  test("start takes nothing at all, and at most 100 todos", () => {
    const todos = (count: number) => Array.from({ length: count }, () => ({ title: "x" }));
    expect(refused("start", {})).toBeUndefined();
    expect(refused("start", { todos: todos(100) })).toBeUndefined();
    expect(refused("start", { todos: todos(101) })).toContain("a list of 101 came");
    for (const wrong of ["x", {}, [{}], [5], [{ title: "a", id: 5 }], null]) {
      expect(refused("start", { todos: wrong })).toContain("todos");
    }
  });

  test("todos wants a date, which may be null", () => {
    expect(refused("todos", { list: L, date: null })).toBeUndefined();
    expect(refused("todos", { list: L })).toContain("date must be");
    for (const date of ["2017-02-30", "", 5])
      expect(refused("todos", { list: L, date })).toBeTruthy();
  });

  test.each(["todos", "list", "lists", "agenda"] as const)("%s has pages of 1..1000", (method) => {
    for (const limit of [0, 1001, "3", 1.5, null]) {
      expect(refused(method, { ...RIGHT[method], limit })).toContain("limit");
    }
    for (const after of [-1, 1.5, {}, null, true]) {
      expect(refused(method, { ...RIGHT[method], after })).toContain("after");
    }
  });

  test("agenda wants days, and an after_id only beside an after", () => {
    expect(refused("agenda", {})).toBeUndefined();
    for (const day of [null, "2017-02-30", "", 5]) {
      expect(refused("agenda", { from: day })).toContain("from must be a real calendar day");
      expect(refused("agenda", { to: day })).toContain("to must be a real calendar day");
    }
    expect(refused("agenda", { after: L, after_id: 0 })).toBeUndefined();
    expect(refused("agenda", { after_id: 1 })).toContain("after must be given when after_id is");
    for (const after_id of [-1, 1.5, "1", null]) {
      expect(refused("agenda", { after: L, after_id })).toContain("after_id must be an integer");
    }
    expect(refused("agenda", { done: 1 })).toContain("done must be true or false");
  });

  test("history goes back from a seq in pages of 1..500", () => {
    for (const limit of [0, 501, "5", null]) {
      expect(refused("history", { list: L, limit })).toContain("at most 500");
    }
    for (const before of [-1, 1.5, "9", null]) {
      expect(refused("history", { list: L, before })).toContain("before must be an integer");
    }
  });

  test("subscribe takes half a position: that is refused later, as bad_position", () => {
    expect(refused("subscribe", { list: L, epoch: "x" })).toBeUndefined();
    expect(refused("subscribe", { list: L, seq: 0 })).toBeUndefined();
    for (const seq of [-1, 1.5, "0", null]) {
      expect(refused("subscribe", { list: L, epoch: "x", seq })).toContain("seq");
    }
    for (const epoch of [5, null, {}])
      expect(refused("subscribe", { list: L, epoch })).toBeTruthy();
    expect(refused("subscribe", { list: L, presence: 1 })).toContain("presence");
  });

  test("share wants a user name and a role", () => {
    const share = (members: object) => refused("share", { list: L, user: "bob", ...members });
    for (const role of ["admin", "Owner", "", 5, null, undefined]) {
      expect(share({ role })).toContain('role must be "viewer", "editor" or "owner"');
    }
    for (const user of ["", "a b", "-x", ".x", "ü", "x".repeat(65), "a/b", "x\n", 5, undefined]) {
      expect(share({ user, role: "editor" })).toContain("user must be a user name");
      expect(refused("unshare", { list: L, user })).toContain("user must be a user name");
    }
  });
});

describe("what a refusal says", () => {
  test.each<[MethodName, unknown, string]>([
    ["add_todo", { list: L, todo: { title: 5 } }, "; the number 5 came."],
    ["add_todo", { list: L, todo: { title: "a\nb" } }, "; text of 3 characters with a control "],
    ["add_todo", { list: L, todo: { title: "x", tags: ["a", null] } }, "todo.tags[1] must be text"],
    ["add_todo", { list: L, todo: { title: "x", assignee: {} } }, "; an empty object came."],
    ["add_todo", { list: L, todo: { title: "x", done: "y" } }, "must be true or false; text of 1 "],
    ["add_todo", { list: L }, "todo must be an object without members other than title, "],
    ["start", { todos: [{ title: "x" }, {}] }, "todos[1].title must be trimmed text of 1 to 500 "],
    ["todos", { list: L, date: "2017-02-30" }, "date must be a real calendar day as YYYY-MM-DD "],
    ["whoami", [], "params must be an object; a list of 0 came."],
    [
      "list",
      { list: L, limit: 0 },
      "limit must be an integer of at least 1 and at most 1000; the ",
    ],
    ["list", {}, "; nothing came."],
  ])("%s %j: …%s…", (method, params, part) => {
    expect(refused(method, params)).toContain(part);
  });

  test("it is one line, ends in a full stop and holds no text that came", () => {
    const SECRET = "hunter2";
    const secrets = fc.constantFrom(SECRET, `${SECRET}\n`, [SECRET], { [SECRET]: SECRET });
    const names = fc.constantFrom("list", "todo", "patch", "id", "title", "user", "role", "key");
    const params = fc.dictionary(names, fc.oneof(secrets, fc.dictionary(names, secrets)));
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), params, (method, given) => {
        const message = refused(method, given);
        if (message !== undefined) expect(message).toMatch(/^(?!.*hunter2)[^\r\n]+\.$/);
      }),
    );
  });

  test("anything that JSON can say is taken or refused, never thrown at", () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), fc.jsonValue(), (method, raw) => {
        expect(typeof decodeParams(method, raw).ok).toBe("boolean");
      }),
    );
  });
});
