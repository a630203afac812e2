/**
 * ListProcess, to its subscribers: every event once, from the seq that the reply spoke of.
 */
import { describe, expect, test } from "vitest";
import type { List, Subscribed } from "../../shared/protocol/results.ts";
import { type Caller, LIST, ListWorld, resultOf } from "./list_world.ts";

describe("subscribe", () => {
  test("during a commit has neither gap nor duplicate", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("a");
    alice.add("b");
    const asked = bob.ask({ type: "subscribe" });
    alice.add("c");
    world.commit(1);
    expect(bob.take()).toEqual([]); // It was decided behind b, which is not durable.
    world.commit();
    expect(bob.take()).toEqual(["subscribe @4", "event @5"]);
    expect(resultOf(asked)).toMatchObject({ mode: "snapshot", seq: 4, next: 3 });
    expect(resultOf<List>(asked).todos.map(({ title }) => title)).toEqual(["a", "b"]);
  });

  test("again replaces the first: each event comes once", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    bob.ask({ type: "subscribe" });
    alice.add("a");
    world.commit();
    expect(bob.take()).toEqual(["subscribe @2", "subscribe @2", "event @3"]);
    bob.ask({ type: "unsubscribe" });
    alice.add("b");
    world.commit();
    expect(bob.take()).toEqual(["unsubscribe done"]);
  });

  test("answers a first page whole, with more to come", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    for (let n = 0; n < 40; n++) {
      alice.ask({ type: "add_todo", todo: { title: "x", notes: "n".repeat(10_000) } });
    }
    world.commit();
    const page = alice.result<List>({ type: "subscribe" });
    expect(page.more).toBe(true);
    const after = page.todos.at(-1)?.id;
    const rest = alice.result<List>({ type: "list", after });
    expect([...page.todos, ...rest.todos].map(({ id }) => id)).toEqual(upTo(40));
  });
});

describe("unsubscribe", () => {
  test("is answered in its place: what was decided before it still comes, nothing after", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    alice.add("a");
    bob.ask({ type: "unsubscribe" });
    alice.add("b");
    world.commit();
    expect(bob.take()).toEqual(["subscribe @2", "event @3", "unsubscribe done"]);
  });

  test("is well for whoever was never subscribed, and for a list that is not there", () => {
    const world = new ListWorld();
    world.shared();
    const eve = world.caller("eve");
    expect(eve.result({ type: "unsubscribe" })).toEqual({});
    expect(eve.result({ type: "unsubscribe" }, { list: "none" })).toEqual({});
  });
});

describe("a subscriber that dies", () => {
  test("is forgotten, and the others get their events", () => {
    const world = new ListWorld();
    const { alice, bob, carol } = world.shared();
    bob.ask({ type: "subscribe" });
    carol.ask({ type: "subscribe" });
    bob.die();
    alice.add("a");
    world.commit();
    expect(carol.take()).toEqual(["subscribe @2", "event @3"]);
    expect(bob.take()).toEqual(["subscribe @2"]);
    carol.die();
    world.pass(200_000);
    expect(world.directory.size).toBe(0); // With nobody left to tell, the list sleeps.
  });

  test("before its subscription is said is not kept", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.add("a");
    bob.ask({ type: "subscribe" });
    bob.die();
    world.commit();
    world.pass(200_000);
    expect(world.directory.size).toBe(0);
  });
});

describe("a revocation", () => {
  test("gives the one revoked `gone` in place of the event, and nothing after", () => {
    const world = new ListWorld();
    const { alice, bob, carol } = world.shared();
    const second = world.caller("carol");
    for (const caller of [bob, carol, second]) caller.ask({ type: "subscribe" });
    alice.ask({ type: "unshare", user: "carol" });
    alice.add("a");
    const read = carol.ask({ type: "list" });
    world.commit();
    expect(bob.take()).toEqual(["subscribe @2", "event @3", "event @4"]);
    expect(carol.take()).toEqual(["subscribe @2", "gone revoked", "list not_found"]);
    expect(second.take()).toEqual(["subscribe @2", "gone revoked"]);
    expect(JSON.parse(carol.pushes[0]?.text ?? "")).toEqual({
      jsonrpc: "2.0",
      method: "gone",
      params: { list: LIST, reason: "revoked" },
    });
    expect(read.answer).toMatchObject({ kind: "not_found", details: { what: "list" } });
  });

  test("that is taken back at once still ends the subscription", () => {
    const world = new ListWorld();
    const { alice, carol } = world.shared();
    carol.ask({ type: "subscribe" });
    alice.ask({ type: "unshare", user: "carol" });
    alice.ask({ type: "share", user: "carol", role: "editor" });
    world.commit();
    expect(carol.take()).toEqual(["subscribe @2", "gone revoked"]);
    carol.add("a");
    world.commit();
    expect(carol.take()).toEqual(["add_todo @5"]);
  });

  test("of oneself is answered, then gone", () => {
    const world = new ListWorld();
    const { carol } = world.shared();
    carol.ask({ type: "subscribe" });
    carol.ask({ type: "unshare", user: "carol" });
    world.commit();
    expect(carol.take()).toEqual(["subscribe @2", "unshare @3", "gone revoked"]);
  });

  test("stops a write that was asked behind it", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.ask({ type: "unshare", user: "bob" });
    bob.add("too late");
    world.commit();
    expect(bob.take()).toEqual(["add_todo not_found"]);
    expect(world.log.seqOf(LIST)).toBe(3);
  });

  test("that is refused by the log revokes nothing", () => {
    const world = new ListWorld();
    const { alice, carol } = world.shared();
    carol.ask({ type: "subscribe" });
    alice.ask({ type: "unshare", user: "carol" });
    world.refuse("read_only");
    alice.add("a");
    world.commit();
    expect(carol.take()).toEqual(["subscribe @2", "event @3"]);
  });
});

describe("a position", () => {
  test("of the same epoch resumes with what was missed, as it was pushed", () => {
    const { alice, bob, epoch } = subscribedTo(5);
    const resumed = join(bob, epoch, 4);
    expect(resumed).toMatchObject({ mode: "resumed", list: LIST, epoch, seq: 7 });
    expect(resumed.mode === "resumed" && resumed.events).toEqual(alice.events.slice(2));
  });

  test("of the last event resumes with nothing", () => {
    const { bob, epoch } = subscribedTo(3);
    expect(join(bob, epoch, 5)).toMatchObject({ mode: "resumed", seq: 5, events: [] });
  });

  test("also from the log, after the list has slept", () => {
    const { world, alice, bob, epoch } = subscribedTo(3);
    alice.die();
    world.pass(200_000);
    expect(world.directory.size).toBe(0);
    const resumed = join(bob, epoch, 2);
    expect(resumed.mode === "resumed" && resumed.events).toEqual(alice.events);
  });

  test("of another epoch is a snapshot, with the reason", () => {
    const { world, bob } = subscribedTo(3);
    const foreign = join(bob, `other.${world.log.generation}`, 3);
    expect(foreign).toMatchObject({ mode: "snapshot", reason: "epoch", seq: 5 });
    expect(foreign.mode === "snapshot" && foreign.todos.length).toBe(3);
  });

  test("ahead of the list is a snapshot, with the reason", () => {
    const { bob, epoch } = subscribedTo(3);
    expect(join(bob, epoch, 6)).toMatchObject({ mode: "snapshot", reason: "ahead", seq: 5 });
  });

  test("500 events back resumes, 501 is a snapshot", () => {
    const { bob, epoch } = subscribedTo(600);
    const resumed = join(bob, epoch, 102);
    expect(resumed.mode === "resumed" && resumed.events.map(({ seq }) => seq)).toEqual(
      upTo(602).slice(102),
    );
    expect(join(bob, epoch, 101)).toMatchObject({ mode: "snapshot", reason: "too_many" });
  });

  test("more than 256 KiB back is a snapshot", () => {
    const { bob, epoch } = subscribedTo(30, "n".repeat(10_000));
    expect(join(bob, epoch, 31)).toMatchObject({ mode: "resumed", seq: 32 });
    expect(join(bob, epoch, 2)).toMatchObject({ mode: "snapshot", reason: "too_many" });
  });

  test("given while events wait resumes up to what was decided then", () => {
    const { world, alice, bob, epoch } = subscribedTo(3);
    alice.add("a");
    const asked = bob.ask({ type: "subscribe", epoch, seq: 5 });
    alice.add("b");
    world.commit();
    expect(resultOf(asked)).toMatchObject({ mode: "resumed", seq: 6, events: [{ seq: 6 }] });
    expect(bob.take()).toEqual(["subscribe @6", "event @7"]);
  });
});

function subscribedTo(todos: number, notes = "") {
  const world = new ListWorld();
  const { alice, bob } = world.shared();
  const { epoch } = alice.result<List>({ type: "subscribe" });
  for (let n = 0; n < todos; n++) alice.ask({ type: "add_todo", todo: { title: `t${n}`, notes } });
  world.commit();
  return { world, alice, bob, epoch };
}

function join(caller: Caller, epoch: string, seq: number): Subscribed {
  return caller.result<Subscribed>({ type: "subscribe", epoch, seq });
}

/** upTo(3) → [1, 2, 3] */
function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
