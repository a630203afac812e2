/**
 * ListProcess, given a key: the same write again changes nothing and is told the first result.
 */
import { describe, expect, test } from "vitest";
import type { Pid } from "../../server/runtime/index.ts";
import { exitProcess } from "../../server/runtime/index.ts";
import type { Command, TodoRequest } from "../../server/todo/todo_request.ts";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import { type Caller, kindOf, LIST, ListWorld, resultOf } from "./list_world.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** A list with one todo, at seq 3. */
function withMilk() {
  const world = new ListWorld();
  const callers = world.shared();
  callers.alice.add("Milk");
  world.commit();
  callers.alice.take();
  return { world, ...callers };
}

const WRITES: readonly Command[] = [
  { type: "add_todo", todo: { title: "Eggs" }, key: "k" },
  { type: "update_todo", id: 1, change: { patch: { done: true } }, key: "k" },
  { type: "delete_todo", id: 1, key: "k" },
  { type: "rename_list", title: "Other", key: "k" },
  { type: "share", user: "dave", role: "editor", key: "k" },
  { type: "unshare", user: "carol", key: "k" },
  {
    type: "tx",
    ops: [
      { type: "add_todo", todo: { title: "Eggs" } },
      { type: "update_todo", id: 1, change: {} },
      { type: "delete_todo", id: 99 },
    ],
    key: "k",
  },
];

/** Asks, commits, and gives the result. */
function done(world: ListWorld, caller: Caller, request: TodoRequest) {
  const asked = caller.ask(request);
  world.commit();
  return resultOf(asked);
}

describe.each(WRITES)("$type under a key", (write) => {
  test("is done once, at once and after a crash and a sleep", () => {
    const { world, alice } = withMilk();
    const first = done(world, alice, write);
    const seq = world.log.seqOf(LIST);
    const again = { ...first, replayed: true };
    if (write.type === "delete_todo") expect(first).toEqual({ changed: true, seq: 4 });
    expect(done(world, alice, write)).toEqual(again);
    exitProcess(world.directory.find(LIST) as Pid, "kill");
    expect(done(world, alice, write)).toEqual(again);
    world.pass(2 * IDLE_MS);
    expect(world.directory.whereis(LIST)).toBeUndefined();
    expect(done(world, alice, write)).toEqual(again);
    expect(world.log.seqOf(LIST)).toBe(seq);
  });

  test("by another user, or with another key, is another write", () => {
    const { world, alice } = withMilk();
    done(world, alice, { type: "share", user: "bob", role: "owner" });
    const first = done(world, alice, write);
    const bob = world.caller("bob");
    const others = [done(world, bob, write), done(world, alice, { ...write, key: "other" })];
    for (const other of others) expect(other).not.toHaveProperty("replayed");
    expect(first).not.toHaveProperty("replayed");
  });

  test("while the first is under way waits for it, and is refused with it", () => {
    const { world, alice } = withMilk();
    alice.ask({ ...write, key: "known" }); // So that the keys are known.
    world.refuse("read_only");
    alice.take();
    const [first, second] = [alice.ask(write), alice.ask(write)];
    expect([first.answer, second.answer]).toEqual([undefined, undefined]);
    world.refuse("read_only");
    expect([kindOf(first), kindOf(second)]).toEqual(["read_only", "read_only"]);
    const [third, fourth] = [alice.ask(write), alice.ask(write)];
    world.commit();
    expect(resultOf(fourth)).toEqual({ ...resultOf(third), replayed: true });
  });

  test("of another method is key_reused, whatever else would be wrong with it", () => {
    const { world, alice } = withMilk();
    done(world, alice, write);
    const other: Command =
      write.type === "update_todo"
        ? { type: "delete_todo", id: 99, ifRev: 7, key: "k" }
        : { type: "update_todo", id: 99, change: {}, ifRev: 7, key: "k" };
    expect(kindOf(alice.ask(other))).toBe("key_reused");
  });
});

describe("a key", () => {
  test("is looked at before if_rev, ids and limits, but after the role", () => {
    const { world, alice, carol } = withMilk();
    const write: Command = { type: "delete_todo", id: 1, ifRev: 3, key: "k" };
    done(world, alice, write);
    expect(resultOf(alice.ask(write))).toEqual({ changed: true, seq: 4, replayed: true });
    expect(kindOf(carol.ask(write))).toBe("forbidden");
  });

  test("of a refusal, or of what changed nothing, is not remembered", () => {
    const { world, alice } = withMilk();
    const key = "k";
    expect(kindOf(alice.ask({ type: "update_todo", id: 2, change: {}, key }))).toBe("not_found");
    expect(resultOf(alice.ask({ type: "delete_todo", id: 2, key }))).toMatchObject({
      changed: false,
    });
    const added = done(world, alice, { type: "add_todo", todo: { title: "Eggs" }, key });
    expect(added).toEqual({ id: 2, rev: 4, seq: 4 });
  });

  test("of an update tells of the todo as it is now, and of none that was deleted", () => {
    const { world, alice } = withMilk();
    const write: Command = { type: "update_todo", id: 1, change: { addTags: ["a"] }, key: "k" };
    done(world, alice, write);
    done(world, alice, { type: "update_todo", id: 1, change: { addTags: ["b"] } });
    const todo = { tags: ["a", "b"], rev: 5 };
    expect(resultOf(alice.ask(write))).toMatchObject({ todo, seq: 4, replayed: true });
    done(world, alice, { type: "delete_todo", id: 1 });
    expect(resultOf(alice.ask(write))).toEqual({ changed: true, seq: 4, replayed: true });
  });

  test("is asked of the log once, when the first comes; requests behind it wait in order", () => {
    const { world, alice, bob } = withMilk();
    world.pass(2 * IDLE_MS);
    expect(alice.result({ type: "list", limit: 1 })).toMatchObject({ seq: 3 });
    expect(world.log.looks).toBe(0);
    world.log.holdsLooks = true;
    alice.ask({ type: "add_todo", todo: { title: "a" }, key: "k1" });
    alice.ask({ type: "add_todo", todo: { title: "b" }, key: "k2" });
    bob.ask({ type: "list" });
    expect([alice.take(), bob.take(), world.log.looks]).toEqual([["list @3"], [], 1]);
    world.log.answerLooks();
    world.settle();
    world.commit();
    expect([alice.take(), bob.take()]).toEqual([["add_todo @4", "add_todo @5"], ["list @5"]]);
    expect(world.log.looks).toBe(1);
  });

  test("is asked of the log again when that failed half-way; the write may be repeated", () => {
    const { world, alice } = withMilk();
    const write: Command = { type: "add_todo", todo: { title: "Eggs" }, key: "k" };
    const first = done(world, alice, write);
    world.pass(2 * IDLE_MS);
    world.log.failsWrites = true;
    const failed = alice.ask(write);
    expect(failed.answer).toMatchObject({ kind: "crashed", details: { applied: "no" } });
    expect(done(world, alice, write)).toEqual({ ...first, replayed: true });
  });

  test("that is being looked up keeps its place when an append before it is refused", () => {
    for (const reason of ["limit", "read_only"] as const) {
      const { world, alice } = withMilk();
      world.pass(2 * IDLE_MS);
      world.log.holdsLooks = true;
      alice.ask({ type: "share", user: "zed", role: "viewer" });
      const plain = alice.ask({ type: "add_todo", todo: { title: "A" } });
      const list = alice.ask({ type: "list" });
      const keyed = alice.ask({ type: "add_todo", todo: { title: "B" }, key: "k" });
      world.refuse(reason);
      world.log.answerLooks();
      world.settle();
      world.commit();
      const isRefused = reason === "read_only"; // Then A is refused with the share.
      if (isRefused) expect(kindOf(plain)).toBe("read_only");
      else expect(resultOf(plain)).toMatchObject({ id: 2 });
      expect(resultOf(list)).toMatchObject({ next: isRefused ? 2 : 3 });
      expect(resultOf(keyed)).toMatchObject({ id: isRefused ? 2 : 3 });
    }
  });

  test("is forgotten after a day", () => {
    const { world, alice } = withMilk();
    const write = (key: string): Command => {
      return { type: "add_todo", todo: { title: "x" }, key };
    };
    const isRemembered = (key: string) => "replayed" in done(world, alice, write(key));
    done(world, alice, write("old"));
    world.pass(DAY_MS - 1);
    expect(isRemembered("old")).toBe(true);
    world.pass(2);
    expect(isRemembered("old")).toBe(false);
  });

  test("is not pushed out by the many events of transactions without one", () => {
    const { world, alice } = withMilk();
    const write: Command = { type: "add_todo", todo: { title: "Eggs" }, key: "k" };
    const first = done(world, alice, write);
    const ops = Array.from({ length: 100 }, (_, n) => {
      return { type: "update_todo", id: 1, change: { patch: { title: `t${n}` } } } as const;
    });
    for (let n = 0; n < 103; n++) done(world, alice, { type: "tx", ops });
    world.pass(3 * MINUTE_MS);
    expect(world.directory.whereis(LIST)).toBeUndefined();
    const again = alice.ask(write);
    for (let portion = 0; portion < 11; portion++) world.pass(1); // It comes back in portions.
    expect(resultOf(again)).toEqual({ ...first, replayed: true });
  });

  test("survives a delete and a restore of its list", () => {
    const { world, alice } = withMilk();
    const write: Command = { type: "add_todo", todo: { title: "Eggs" }, key: "k" };
    const first = done(world, alice, write);
    done(world, alice, { type: "delete_list" });
    done(world, alice, { type: "restore_list" });
    expect(done(world, alice, write)).toEqual({ ...first, replayed: true });
    world.pass(MINUTE_MS * 3);
    expect(done(world, alice, write)).toEqual({ ...first, replayed: true });
  });
});

describe("start under a key", () => {
  test("makes one list, also after a crash; then it is the list that is there", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    const start: TodoRequest = { type: "start", todos: [{ title: "a" }, { title: "b" }], key: "k" };
    const first = done(world, alice, start);
    expect(first).toMatchObject({ seq: 2, created: true });
    alice.add("c");
    world.commit();
    expect(done(world, alice, start)).toEqual({ ...first, replayed: true });
    exitProcess(world.directory.find(LIST) as Pid, "kill");
    const again = done(world, alice, start);
    expect(again).toMatchObject({ seq: 2, created: true, replayed: true, epoch: first.epoch });
    expect(done(world, alice, { ...start, key: "other" })).toMatchObject({ created: false });
    expect(done(world, alice, { type: "start" })).toMatchObject({ created: false, seq: 3 });
  });

  test("makes no second list, and its keys are apart from those of the list", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    done(world, alice, { type: "start", key: "k" });
    const start: TodoRequest = { type: "start", key: "k" };
    const other = alice.ask(start, { list: "other" });
    world.commit();
    const elsewhere = { list: LIST, request: start };
    expect(other.answer).toEqual({ ok: true, result: {}, elsewhere });
    expect(world.log.seqOf("other")).toBe(-1);
    world.pass(DAY_MS + 1);
    alice.ask(start, { list: "other" });
    world.commit();
    expect(alice.take().at(-1)).toBe("start @0");
    const added = done(world, alice, { type: "add_todo", todo: { title: "a" }, key: "k" });
    expect(added).toEqual({ id: 1, rev: 1, seq: 1 });
  });

  test("without an id comes to the same list again, and to another one for another user", () => {
    const { directory } = new ListWorld();
    const ids = [
      directory.newListId("alice", "k"),
      directory.newListId("alice", "k"),
      directory.newListId("bob", "k"),
      directory.newListId("alice", "l"),
      directory.newListId("alice", undefined),
      directory.newListId("alice", undefined),
    ];
    expect(new Set(ids).size).toBe(5);
    expect(ids[0]).toBe(ids[1]);
    for (const id of ids) expect(id).toMatch(/^[\w-]{21}$/);
    // No command line takes an id for an option.
    for (let n = 0; n < 500; n++) expect(directory.newListId("alice", `k${n}`)).toMatch(/^\w/);
  });
});
