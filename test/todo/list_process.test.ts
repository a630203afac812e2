/**
 * ListProcess: decide, log, then speak, and in which order.
 */
import { describe, expect, test } from "vitest";
import type { List, Results } from "../../shared/protocol/results.ts";
import { kindOf, LIST, ListWorld, resultOf } from "./list_world.ts";

describe("a list is born", () => {
  test("and nobody is told before it is durable", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    const asked = alice.ask({ type: "start", title: "Groceries", todos: [{ title: "Milk" }] });
    expect(asked.answer).toBeUndefined();
    world.commit();
    expect(resultOf(asked)).toEqual({
      list: LIST,
      pid: String(asked.server),
      epoch: `${world.log.epochOf(LIST)}.${world.log.generation}`,
      seq: 1,
      created: true,
    });
    expect(alice.result<List>({ type: "list" })).toEqual({
      list: LIST,
      title: "Groceries",
      epoch: resultOf<List>(asked).epoch,
      seq: 1,
      next: 2,
      todos: [{ id: 1, title: "Milk", date: null, done: false, rev: 1 }],
    });
  });

  test("with its id as title when none is given, its maker as owner, and seq 0", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    alice.ask({ type: "start" });
    world.commit();
    expect(alice.take()).toEqual(["start @0"]);
    expect(alice.result({ type: "list" })).toMatchObject({ title: LIST, seq: 0, next: 1 });
    expect(alice.result({ type: "members" })).toEqual({
      members: [{ user: "alice", role: "owner" }],
      seq: 0,
    });
  });

  test("once: a member that starts it again learns where it runs, a stranger nothing", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    const again = bob.ask({ type: "start", title: "Other", todos: [{ title: "Not me" }] });
    expect(resultOf(again)).toMatchObject({ created: false, seq: 2, pid: String(again.server) });
    expect(alice.result({ type: "list" })).toMatchObject({ title: "Groceries", todos: [] });
    expect(world.caller("eve").ask({ type: "start" }).answer).toMatchObject({ kind: "forbidden" });
  });

  test("and a write that follows before its commit is on the born list, not in its birth", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    alice.ask({ type: "start" });
    alice.add("Milk");
    world.commit(1);
    expect(alice.take()).toEqual(["start @0"]);
    world.refuse("read_only");
    expect(alice.take()).toEqual(["add_todo read_only"]);
    expect(alice.result({ type: "list" })).toMatchObject({ seq: 0, next: 1, todos: [] });
  });

  test("as often as one user may", () => {
    const world = new ListWorld({ newListsPerMin: 2 });
    const alice = world.caller("alice");
    const kinds = ["a", "b", "c"].map((list) => kindOf(alice.ask({ type: "start" }, { list })));
    expect(kinds).toEqual([undefined, undefined, "rate_limited"]);
    world.commit();
    expect(world.log.seqOf("c")).toBe(-1);
    expect(kindOf(world.caller("bob").ask({ type: "start" }, { list: "c" }))).toBeUndefined();
  });
});

describe("what is said", () => {
  test("is said after its commit, never before", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    bob.take();
    alice.add("Milk");
    alice.add("Eggs");
    expect([alice.take(), bob.take()]).toEqual([[], []]);
    world.commit(1);
    expect([alice.take(), bob.take()]).toEqual([["add_todo @3"], ["event @3"]]);
    world.commit();
    expect([alice.take(), bob.take()]).toEqual([["add_todo @4"], ["event @4"]]);
  });

  test("a write's reply comes before its own push, and all in the order of seq", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    alice.ask({ type: "subscribe" });
    alice.add("Milk");
    alice.ask({ type: "update_todo", id: 1, change: { patch: { done: true } } });
    alice.ask({ type: "members" });
    alice.ask({ type: "delete_todo", id: 1 });
    world.commit();
    expect(alice.take()).toEqual([
      "subscribe @2",
      "add_todo @3",
      "event @3",
      "update_todo @4",
      "event @4",
      "members @4",
      "delete_todo @5",
      "event @5",
    ]);
  });

  test("all subscribers get one and the same object", () => {
    const world = new ListWorld();
    const { alice, bob, carol } = world.shared();
    for (const caller of [alice, bob, carol]) caller.ask({ type: "subscribe" });
    alice.add("Milk");
    world.commit();
    expect(bob.pushes[0]).toBe(carol.pushes[0]);
    expect(alice.events).toEqual([
      {
        list: LIST,
        epoch: resultOf<List>(alice.ask({ type: "list" })).epoch,
        seq: 3,
        at: world.clock.time(),
        by: "alice",
        pid: String(alice.pid),
        op: "todo_added",
        todo: { id: 1, title: "Milk", date: null, done: false, rev: 3 },
      },
    ]);
  });

  test("a change that changes nothing is answered without an event", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    const before = world.log.appends;
    for (const request of [
      { type: "delete_todo", id: 7 },
      { type: "rename_list", title: "Groceries" },
      { type: "share", user: "bob", role: "editor" },
      { type: "unshare", user: "eve" },
    ] as const) {
      expect(alice.result(request)).toMatchObject({ changed: false, seq: 2 });
    }
    expect([world.log.appends, bob.pushes]).toEqual([before, []]);
  });
});

describe("behind an uncommitted write", () => {
  test("a read waits and speaks of it", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("Milk");
    const reads = [
      bob.ask({ type: "list" }),
      bob.ask({ type: "todos", date: null }),
      bob.ask({ type: "members" }),
    ];
    expect(bob.take()).toEqual([]);
    world.commit();
    expect(bob.take()).toEqual(["list @3", "todos @3", "members @3"]);
    const [list, todos] = reads.map((read) => resultOf<Results<"todos">>(read));
    expect([list?.todos.length, todos?.todos.length]).toEqual([1, 1]);
  });

  test("a read answers at once again when all is committed", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("Milk");
    world.commit();
    bob.ask({ type: "list" });
    expect(bob.take()).toEqual(["list @3"]);
  });

  test("a refusal waits, and speaks of the change that made it one", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("Milk");
    world.commit();
    alice.ask({ type: "update_todo", id: 1, change: { patch: { done: true } } });
    const asked = bob.ask({ type: "delete_todo", id: 1, ifRev: 3 });
    expect(asked.answer).toBeUndefined();
    world.commit();
    expect(asked.answer).toMatchObject({
      kind: "conflict",
      details: { todo: { id: 1, done: true, rev: 4 } },
    });
  });

  test("a stranger's answer waits too, so that its time tells nothing of members", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    const eve = world.caller("eve");
    alice.add("Milk");
    eve.ask({ type: "list" });
    expect(eve.take()).toEqual([]);
    world.commit();
    expect(eve.take()).toEqual(["list not_found"]);
  });
});

describe("an event's time", () => {
  test("never decreases when the wall clock goes back, over a restart either", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    const start = world.clock.time();
    for (const wallMs of [0, -5000, -9000]) {
      world.clock.wallMs = wallMs;
      alice.add("Milk");
    }
    world.commit();
    world.pass(200_000);
    expect(world.directory.size).toBe(0); // It sleeps, and will be loaded.
    world.clock.wallMs = -900_000;
    alice.add("Eggs");
    world.clock.wallMs = 5000;
    alice.add("Tea");
    world.commit();
    const times = (world.log.durable(LIST) ?? []).slice(2).map(({ at }) => at - start);
    expect(times).toEqual([0, 0, 0, 0, 205_000]);
  });

  test("is not before its list's birth", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    alice.ask({ type: "start" });
    world.commit();
    world.pass(200_000);
    const born = world.clock.time() - 200_000;
    world.clock.wallMs = -900_000;
    alice.add("Milk");
    world.commit();
    expect(world.log.durable(LIST)?.map(({ at }) => at)).toEqual([born]);
  });
});

describe("while the whole log is behind", () => {
  test("writes are refused as overloaded, births too; reads are answered", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    world.log.otherBytes = 64 * 1024 * 1024 + 1;
    const details = { after_ms: 100 };
    expect(alice.add("Milk").answer).toMatchObject({ kind: "overloaded", details });
    expect(kindOf(alice.ask({ type: "start" }, { list: "other" }))).toBe("overloaded");
    expect(alice.result({ type: "list" })).toMatchObject({ seq: 2 });
    world.log.otherBytes = 0;
    alice.add("Milk");
    world.commit();
    expect(world.log.seqOf(LIST)).toBe(3);
  });
});
