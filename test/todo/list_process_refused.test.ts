/**
 * ListProcess, when the log refuses: back to what is committed, and on from there.
 */
import { describe, expect, test } from "vitest";
import type { List } from "../../shared/protocol/results.ts";
import { born, row } from "../storage/samples.ts";
import { kindOf, LIST, ListWorld, resultOf } from "./list_world.ts";

describe("a disk that cannot be written", () => {
  test("drops the list back to what is committed, and says so to each waiting write", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("Milk");
    world.commit();
    alice.take();
    alice.ask({ type: "update_todo", id: 1, change: { patch: { done: true } } });
    bob.add("Eggs");
    alice.ask({ type: "rename_list", title: "Other" });
    world.refuse("read_only");
    expect([alice.take(), bob.take()]).toEqual([
      ["update_todo read_only", "rename_list read_only"],
      ["add_todo read_only"],
    ]);
    expect(bob.result<List>({ type: "list" })).toMatchObject({
      title: "Groceries",
      seq: 3,
      next: 2,
      todos: [{ title: "Milk", done: false, rev: 3 }],
    });
  });

  test("pushes nothing of what is lost", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    bob.take();
    alice.add("Milk");
    world.refuse("read_only");
    alice.add("Eggs");
    world.commit();
    expect(bob.take()).toEqual(["event @3"]);
    expect(bob.events).toMatchObject([{ seq: 3, todo: { id: 1, title: "Eggs", rev: 3 } }]);
  });

  test("has waiting reads decided again, each with what it asked", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("Milk");
    const reads = [
      bob.ask({ type: "list" }),
      bob.ask({ type: "todos", date: null }),
      bob.ask({ type: "members" }),
    ];
    const started = bob.ask({ type: "start" });
    world.refuse("read_only");
    expect(bob.take()).toEqual(["list @2", "todos @2", "members @2", "start @2"]);
    expect(reads.slice(0, 2).map((read) => resultOf<List>(read).todos)).toEqual([[], []]);
    expect(resultOf(started)).toMatchObject({ created: false });
  });

  test("has a read that was refused for an unsaid change decided again", () => {
    const world = new ListWorld();
    const { alice, carol } = world.shared();
    const eve = world.caller("eve");
    alice.ask({ type: "unshare", user: "carol" });
    alice.ask({ type: "share", user: "eve", role: "viewer" });
    const reads = [carol.ask({ type: "list" }), eve.ask({ type: "list" })];
    world.refuse("read_only");
    expect(reads.map(kindOf)).toEqual([undefined, "not_found"]);
    expect(carol.take()).toEqual(["list @2"]);
  });

  test("answers writes that an unsaid change had made refusals as it does others", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("Milk");
    world.commit();
    alice.ask({ type: "delete_todo", id: 1 });
    const told = [
      bob.ask({ type: "delete_todo", id: 1 }),
      bob.ask({ type: "update_todo", id: 1, change: { patch: { done: true } } }),
    ];
    expect(told.map(({ answer }) => answer)).toEqual([undefined, undefined]);
    world.refuse("read_only");
    expect(told.map(kindOf)).toEqual(["read_only", "read_only"]);
    bob.ask({ type: "update_todo", id: 1, change: { patch: { done: true } } });
    world.commit();
    expect(bob.take().at(-1)).toBe("update_todo @4");
  });

  test("lets joins and leaves that waited happen on what is committed", () => {
    const world = new ListWorld();
    const { alice, bob, carol } = world.shared();
    bob.ask({ type: "subscribe" });
    bob.take();
    alice.add("Milk");
    bob.ask({ type: "unsubscribe" });
    carol.ask({ type: "subscribe" });
    world.refuse("read_only");
    expect([bob.take(), carol.take()]).toEqual([["unsubscribe done"], ["subscribe @2"]]);
    alice.add("Eggs");
    world.commit();
    expect([bob.take(), carol.take()]).toEqual([[], ["event @3"]]);
  });

  test("keeps what a part of the queue made durable", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    for (const title of ["a", "b", "c"]) alice.add(title);
    world.log.commit(1);
    world.refuse("read_only");
    expect(alice.take()).toEqual(["add_todo @3", "add_todo read_only", "add_todo read_only"]);
    expect(alice.result({ type: "list" })).toMatchObject({ seq: 3, todos: [{ title: "a" }] });
  });

  test("takes writes again by itself, with the seqs and ids that were not used", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    for (let round = 0; round < 3; round++) {
      alice.add("lost");
      alice.add("lost");
      world.refuse("read_only");
    }
    expect(alice.take()).toEqual(new Array(6).fill("add_todo read_only"));
    expect(resultOf(commit(world, alice.add("Milk")))).toEqual({ id: 1, rev: 3, seq: 3 });
    expect(resultOf(commit(world, alice.add("Eggs")))).toEqual({ id: 2, rev: 4, seq: 4 });
  });

  test("takes a write that stands behind the refusals in its mailbox", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    alice.add("lost");
    alice.add("lost");
    alice.add("lost");
    world.log.refuse("read_only");
    alice.askSoon({ type: "add_todo", todo: { title: "Milk" } });
    world.settle();
    world.commit();
    expect(alice.take()).toEqual([...new Array(3).fill("add_todo read_only"), "add_todo @3"]);
    expect(alice.result({ type: "list" })).toMatchObject({ seq: 3, todos: [{ title: "Milk" }] });
  });

  test("refuses a write that crossed the refusal, and nothing gets between", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("lost");
    bob.askSoon({ type: "add_todo", todo: { title: "decided before the news came" } });
    world.refuse("read_only");
    const server = world.directory.whereis(LIST);
    alice.add("Milk");
    alice.ask({ type: "list" });
    expect([alice.take(), bob.take(), world.log.queued]).toEqual([[], [], 1]);
    world.commit(); // Of seq 4, which does not fit.
    expect([alice.take(), bob.take()]).toEqual([["add_todo read_only"], ["add_todo read_only"]]);
    world.commit();
    expect(alice.take()).toEqual(["add_todo @3", "list @3"]);
    expect(world.directory.whereis(LIST)).toBe(server);
  });

  test("may refuse the next queue as well", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    alice.add("lost");
    alice.add("lost");
    world.log.refuse("read_only");
    alice.askSoon({ type: "add_todo", todo: { title: "lost, too" } });
    world.settle();
    world.refuse("read_only");
    alice.add("Milk");
    world.commit();
    expect(alice.take()).toEqual([...new Array(3).fill("add_todo read_only"), "add_todo @3"]);
  });
});

describe("an append that is refused for its own sake", () => {
  test("takes only its own write with it; those behind it are decided again", () => {
    for (const [reason, kind] of [
      ["limit", "limit"],
      ["constraint", "internal"],
    ] as const) {
      const world = new ListWorld();
      const { alice, bob } = world.shared();
      alice.add("Milk");
      world.commit();
      alice.take();
      alice.ask({ type: "share", user: "eve", role: "viewer" });
      bob.add("Eggs");
      bob.ask({ type: "delete_todo", id: 99 });
      bob.ask({ type: "update_todo", id: 99, change: {} });
      world.refuse(reason);
      world.commit();
      expect(alice.take()).toEqual([`share ${kind}`]);
      const rest = ["delete_todo @4", "update_todo not_found"];
      expect(bob.take()).toEqual(["add_todo @4", ...rest]);
    }
  });

  test("leaves nobody unanswered whose key is to be looked up", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    const starts = [
      alice.ask({ type: "start" }),
      alice.ask({ type: "start", key: "k1" }),
      alice.ask({ type: "start", key: "k2" }),
      alice.ask({ type: "add_todo", todo: { title: "x" }, key: "k3" }),
    ];
    world.refuse("limit");
    for (let n = 0; n < 3; n++) world.commit();
    expect(starts.map(kindOf)).toEqual(["limit", undefined, undefined, undefined]);
    expect(starts.map(({ answer }) => answer === undefined)).not.toContain(true);
  });
});

describe("a birth that is refused", () => {
  test("by a full disk leaves no list, and may be tried again", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    alice.ask({ type: "start" });
    alice.add("Milk");
    alice.ask({ type: "subscribe" });
    alice.ask({ type: "start" });
    world.refuse("read_only");
    expect(alice.take()).toEqual([
      "start read_only",
      "add_todo read_only",
      "subscribe not_found",
      "start read_only",
    ]);
    expect(world.directory.size).toBe(0);
    alice.ask({ type: "start" });
    world.commit();
    expect(alice.take()).toEqual(["start @0"]);
  });

  test("by the fence, the id being taken, is forbidden; what came after it finds no list", () => {
    const world = new ListWorld();
    const alice = world.caller("alice");
    alice.ask({ type: "start" });
    alice.add("Milk");
    alice.ask({ type: "list" });
    world.log.writeBehindItsBack(born(LIST, [row(1)]));
    world.commit();
    expect(alice.take()).toEqual(["start forbidden", "add_todo not_found", "list not_found"]);
    expect(world.directory.size).toBe(0);
  });
});

describe("a fence in the middle of a list's life: another writer owns it", () => {
  test("ends the process after all who wait were answered, and it is loaded afresh", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    bob.take();
    const former = world.directory.whereis(LIST);
    world.log.writeBehindItsBack({ list: LIST, rows: [row(3, { body: renamed("Theirs") })] });
    alice.add("Milk");
    alice.add("Eggs");
    alice.ask({ type: "list" });
    world.commit();
    expect(alice.take()).toEqual(["add_todo crashed", "add_todo crashed", "list crashed"]);
    expect(bob.take()).toEqual([]);
    expect(world.directory.whereis(LIST)).toBeUndefined();
    expect(alice.result({ type: "list" })).toMatchObject({ title: "Theirs", seq: 3, todos: [] });
    expect(world.directory.whereis(LIST)).not.toBe(former);
    alice.add("Milk");
    world.commit();
    expect(world.log.seqOf(LIST)).toBe(4);
  });

  test("does so too when its rival's write made room for one that crossed a refusal", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    const former = world.directory.whereis(LIST);
    alice.add("refused");
    world.log.writeBehindItsBack({ list: LIST, rows: [row(3, { body: renamed("Theirs") })] });
    alice.askSoon({ type: "add_todo", todo: { title: "at seq 4" } });
    world.refuse("read_only");
    world.commit();
    expect(alice.take()).toEqual(["add_todo crashed", "add_todo crashed"]);
    expect(alice.result({ type: "list" })).toMatchObject({ title: "Theirs", seq: 4 });
    expect(world.directory.whereis(LIST)).not.toBe(former);
  });
});

describe("a row that the store cannot hold", () => {
  test("is an internal error to the writes that wait, and the list goes on", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    alice.add("Milk");
    alice.ask({ type: "list" });
    world.refuse("constraint");
    expect(alice.take()).toEqual(["add_todo internal", "list @2"]);
    alice.add("Eggs");
    world.commit();
    expect(alice.take()).toEqual(["add_todo @3"]);
  });
});

function commit<Asked>(world: ListWorld, asked: Asked): Asked {
  world.commit();
  return asked;
}

function renamed(title: string): string {
  return JSON.stringify({ op: "list_renamed", title });
}
