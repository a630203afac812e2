/**
 * ListLife: the end of a list, after all that was decided before it, and its return.
 */
import { describe, expect, test } from "vitest";
import { exitProcess, type Pid } from "../../server/runtime/index.ts";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import { RESTORE_MS } from "../../shared/protocol/limits.ts";
import type { List } from "../../shared/protocol/results.ts";
import { kindOf, LIST, ListWorld, resultOf } from "./list_world.ts";

/** A list of alice's with one todo, at seq 3, to which bob is subscribed. */
function watched() {
  const world = new ListWorld();
  const callers = world.shared();
  callers.alice.add("Milk");
  world.commit();
  callers.bob.ask({ type: "subscribe" });
  for (const caller of [callers.alice, callers.bob]) caller.take();
  return { world, ...callers };
}

describe("delete_list", () => {
  test("comes after what was decided before it; then the list is none, to everybody", () => {
    const { world, alice, bob } = watched();
    bob.ask({ type: "add_todo", todo: { title: "Eggs" } });
    alice.ask({ type: "delete_list" });
    bob.ask({ type: "add_todo", todo: { title: "too late" } });
    expect([alice.take(), bob.take(), world.log.queued]).toEqual([[], [], 1]);
    world.commit();
    expect([alice.take(), bob.take()]).toEqual([[], ["add_todo @4", "event @4"]]);
    expect(world.log.queued).toBe(1); // The end itself.
    world.commit();
    expect(alice.take()).toEqual(["delete_list done"]);
    expect(bob.take()).toEqual(["gone deleted", "add_todo not_found"]);
    expect(kindOf(alice.ask({ type: "delete_list" }))).toBe("not_found");
    expect(kindOf(bob.ask({ type: "subscribe" }))).toBe("not_found");
    expect(kindOf(alice.ask({ type: "start" }))).toBe("forbidden");
    expect(kindOf(world.caller("eve").ask({ type: "start" }))).toBe("forbidden");
  });

  test("is an owner's, and takes the list from everybody's lists", () => {
    const { world, alice, bob, carol } = watched();
    for (const caller of [bob, carol]) {
      expect(kindOf(caller.ask({ type: "delete_list" }))).toBe("forbidden");
    }
    expect(kindOf(world.caller("eve").ask({ type: "delete_list" }))).toBe("not_found");
    alice.ask({ type: "delete_list" });
    world.commit();
    expect([world.listsOf("alice"), world.listsOf("bob")]).toEqual([[], []]);
    expect(world.listsOf("alice", 0)).toMatchObject([{ list: LIST, role: "owner", seq: 3 }]);
    expect(world.listsOf("bob", 0)).toEqual([]);
  });

  test("that the log refuses is refused, and the list goes on with all it had", () => {
    const { world, alice, bob } = watched();
    alice.ask({ type: "delete_list" });
    bob.ask({ type: "list" });
    world.refuse("read_only");
    expect([alice.take(), bob.take()]).toEqual([["delete_list read_only"], ["list @3"]]);
    alice.add("Eggs");
    world.commit();
    expect(bob.take()).toEqual(["event @4"]);
  });

  test("behind a write that is refused is tried all the same", () => {
    const { world, alice, bob } = watched();
    bob.ask({ type: "add_todo", todo: { title: "Eggs" } });
    alice.ask({ type: "delete_list" });
    world.refuse("read_only");
    expect(bob.take()).toEqual(["add_todo read_only"]);
    world.commit();
    expect([alice.take(), bob.take()]).toEqual([["delete_list done"], ["gone deleted"]]);
  });

  test("decided on a share that the log refuses is decided again, on what there is", () => {
    for (const reason of ["limit", "read_only", "constraint"] as const) {
      const { world, alice, bob } = watched();
      alice.ask({ type: "share", user: "bob", role: "owner" });
      const deletion = bob.ask({ type: "delete_list" });
      world.refuse(reason);
      world.commit();
      expect(kindOf(deletion)).toBe("forbidden");
      expect(alice.result({ type: "list" })).toMatchObject({ seq: 3 });
    }
  });

  test("is known to the process that comes after a crash", () => {
    const { world, alice, bob } = watched();
    alice.ask({ type: "delete_list" });
    exitProcess(world.directory.find(LIST) as Pid, "kill");
    world.commit();
    expect(alice.take()).toEqual(["delete_list crashed"]);
    expect(kindOf(bob.ask({ type: "list" }))).toBe("not_found");
    alice.ask({ type: "restore_list" });
    world.commit();
    expect(alice.take()).toEqual(["restore_list @3"]);
  });

  test("leaves no process behind", () => {
    const { world, alice } = watched();
    alice.ask({ type: "delete_list" });
    world.commit();
    expect(world.directory.whereis(LIST)).toBeUndefined();
  });
});

describe("restore_list", () => {
  test("brings back title, todos, members and seq, with a new epoch, once", () => {
    const { world, alice, bob } = watched();
    const before = alice.result<List>({ type: "list" });
    alice.ask({ type: "delete_list" });
    world.commit();
    const restored = alice.ask({ type: "restore_list" });
    alice.ask({ type: "restore_list" });
    const early = bob.ask({ type: "list" });
    expect(early.answer).toBeUndefined();
    world.commit();
    expect(resultOf(restored)).toEqual({ seq: 3 });
    expect(alice.take().slice(-2)).toEqual(["restore_list @3", "restore_list not_found"]);
    const { epoch, ...after } = resultOf<List>(early);
    expect({ ...after, epoch: before.epoch }).toEqual(before);
    expect(epoch).not.toBe(before.epoch);
    expect(world.listsOf("bob")).toMatchObject([{ list: LIST, role: "editor" }]);
    expect(world.listsOf("alice", 0)).toEqual([]);
    world.pass(2 * IDLE_MS);
    expect(alice.result<List>({ type: "list" }).epoch).toBe(epoch);
    alice.add("Eggs");
    world.commit();
    expect(alice.result({ type: "list" })).toMatchObject({ seq: 4, next: 3 });
  });

  test("in the same life of the process tells those who join of the new epoch", () => {
    const { world, alice, bob } = watched();
    alice.askSoon({ type: "delete_list" });
    alice.askSoon({ type: "restore_list" });
    world.settle();
    const joined = bob.askSoon({ type: "subscribe" });
    world.settle();
    world.commit();
    world.commit();
    const { epoch } = alice.result<List>({ type: "list" });
    expect(resultOf(joined)).toMatchObject({ mode: "snapshot", epoch });
  });

  test("is for whoever owned it, and only for thirty days", () => {
    const { world, alice, bob } = watched();
    expect(kindOf(alice.ask({ type: "restore_list" }))).toBe("not_found");
    alice.ask({ type: "delete_list" });
    world.commit();
    expect(kindOf(bob.ask({ type: "restore_list" }))).toBe("not_found");
    expect(kindOf(world.caller("eve").ask({ type: "restore_list" }))).toBe("not_found");
    world.pass(RESTORE_MS + 1);
    expect(kindOf(alice.ask({ type: "restore_list" }))).toBe("not_found");
  });

  test("of a list that was deleted in another epoch sends its subscribers a snapshot", () => {
    const { world, alice, bob } = watched();
    const { epoch, seq } = alice.result<List>({ type: "list" });
    for (const type of ["delete_list", "restore_list"] as const) {
      alice.ask({ type });
      world.commit();
    }
    expect(bob.result({ type: "subscribe", epoch, seq })).toMatchObject({
      mode: "snapshot",
      reason: "epoch",
      seq: 3,
    });
  });
});
