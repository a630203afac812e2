/**
 * Conflation: a connection that reads slowly gets one fresh state in place of many events.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { GatewayWorld, type Peer, type Said } from "./gateway_world.ts";

const LIST = "groceries";
const ADD = { list: LIST, todo: { title: "Milk" } };
const KIB = 1024;

/** alice writes; bob, who is an editor, follows. The list is at seq 1. */
function setUp(): { world: GatewayWorld; alice: Peer; bob: Peer } {
  const world = new GatewayWorld();
  return { world, ...world.withFollower(LIST) };
}

function add(world: GatewayWorld, peer: Peer, times = 1): void {
  peer.calls(times, "add_todo", ADD);
  world.lists.commit();
}

/** The list's process dies of a bug; the log is well, and the new process waits for it. */
function crash(world: GatewayWorld, peer: Peer): void {
  world.lists.log.holdsLoads = true;
  world.lists.log.breakFor(LIST);
  peer.call("add_todo", ADD);
  world.lists.log.mend();
}

function revive(world: GatewayWorld): void {
  world.lists.log.answerLoads();
  world.lists.settle();
}

test("with more than 256 KiB queued, events become one snapshot, sent when there is room", () => {
  const { world, alice, bob } = setUp();
  bob.stall(256 * KIB);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @2"]);
  add(world, alice, 3);
  add(world, alice);
  expect(bob.heard()).toEqual([]);
  bob.drain();
  const [snapshot, ...rest] = bob.take();
  expect(rest).toEqual([]);
  expect(snapshot).toMatchObject({
    method: "snapshot",
    params: { list: LIST, reason: "slow", seq: 6 },
  });
  expect(world.gateway.connections.conflated).toBe(1);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @7"]);
});

test("a snapshot holds the list as it is after its last event", () => {
  const { world, alice, bob } = setUp();
  bob.stall(300 * KIB);
  add(world, alice, 4);
  alice.call("delete_todo", { list: LIST, id: 1 });
  world.lists.commit();
  bob.drain();
  const [snapshot] = bob.take();
  alice.take();
  alice.call("list", { list: LIST });
  expect(snapshot?.params).toEqual({ ...alice.take()[0]?.result, reason: "slow" });
  expect(snapshot?.params?.todos).toHaveLength(3);
});

test("up to three events of a list are sent as they are: a snapshot would be longer", () => {
  const { world, alice, bob } = setUp();
  bob.stall(300 * KIB);
  add(world, alice, 3);
  expect(bob.heard()).toEqual([]);
  bob.drain();
  expect(bob.heard()).toEqual(["event @2", "event @3", "event @4"]);
  expect(world.gateway.connections.conflated).toBe(0);
});

test("a slow writer is sent its own events, and no snapshot for each", () => {
  const { world, bob } = setUp();
  bob.calls(5, "add_todo", ADD);
  bob.stall(300 * KIB);
  world.lists.commit();
  const said = [2, 3, 4, 5].flatMap((id) => [`${id} ok`, `event @${id}`]);
  expect(bob.heard()).toEqual([...said, "6 ok"]);
});

test("nobody else waits, and nobody else is conflated", () => {
  const { world, alice, bob } = setUp();
  const carol = world.peer("alice");
  carol.call("subscribe", { list: LIST });
  carol.take();
  bob.stall(300 * KIB);
  add(world, alice, 2);
  expect(carol.heard()).toEqual(["event @2", "event @3"]);
});

test("more than that in one turn is all sent to one who reads", () => {
  const { world, alice, bob } = setUp();
  alice.calls(100, "add_todo", { list: LIST, todo: { title: "t", notes: "n".repeat(9_000) } });
  world.lists.commit();
  expect(bob.heard()).toEqual(Array.from({ length: 100 }, (_, index) => `event @${index + 2}`));
});

test("a reply about the list does not overtake what it speaks of", () => {
  const { world, alice, bob } = setUp();
  alice.calls(4, "add_todo", ADD);
  bob.call("add_todo", ADD);
  bob.stall(300 * KIB);
  world.lists.commit();
  expect(bob.heard()).toEqual(["snapshot @5", "2 ok"]);
  bob.drain();
  expect(bob.heard()).toEqual(["event @6"]);
});

test("a reply about another list waits for nothing", () => {
  const { world, alice, bob } = setUp();
  add(world, alice);
  bob.take();
  alice.call("add_todo", ADD);
  bob.call("start", { list: "other" });
  bob.stall(300 * KIB);
  world.lists.commit();
  expect(bob.heard()).toEqual(["2 ok"]);
  bob.drain();
  expect(bob.heard()).toEqual(["event @3"]);
});

test("who subscribes again gets the answer, and nothing that is older", () => {
  const { world, alice, bob } = setUp();
  alice.call("add_todo", ADD);
  bob.call("subscribe", { list: LIST });
  bob.stall(300 * KIB);
  world.lists.commit();
  expect(bob.heard()).toEqual(["2 snapshot"]);
  bob.drain();
  expect(bob.heard()).toEqual([]);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @3"]);
});

test("nothing is remembered of a list one has left", () => {
  const { world, alice, bob } = setUp();
  alice.call("add_todo", ADD);
  bob.call("unsubscribe", { list: LIST });
  bob.stall(300 * KIB);
  world.lists.commit();
  expect(bob.heard()).toEqual(["2 ok"]);
  bob.drain();
  expect(bob.heard()).toEqual([]);
});

test("one who is shut out hears gone in place of what was remembered", () => {
  const { world, alice, bob } = setUp();
  bob.stall(300 * KIB);
  add(world, alice, 2);
  alice.call("unshare", { list: LIST, user: "bob" });
  world.lists.commit();
  expect(bob.heard()).toEqual(["gone"]);
  bob.drain();
  expect(bob.heard()).toEqual([]);
});

test("a list that crashes while one is behind tells what was missed, once", () => {
  const { world, alice, bob } = setUp();
  bob.stall(300 * KIB);
  add(world, alice, 2);
  crash(world, alice);
  revive(world);
  expect(bob.heard()).toEqual(["event @2", "event @3"]);
  bob.drain();
  expect(bob.heard()).toEqual([]);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @4"]);
});

test("what is remembered of a crashed list may be sent before it is back, then the rest", () => {
  const { world, alice, bob } = setUp();
  bob.stall(300 * KIB);
  add(world, alice, 2);
  crash(world, alice);
  bob.drain();
  expect(bob.heard()).toEqual(["event @2", "event @3"]);
  alice.call("add_todo", ADD);
  revive(world);
  world.lists.commit();
  expect(bob.heard()).toEqual(["event @4"]);
});

test("of many lists each is sent, as far as there is room, in turn", () => {
  const { world, alice, bob } = setUp();
  const notes = "n".repeat(10_000);
  const lists = ["a", "b", "c"];
  for (const list of lists) {
    alice.call("start", { list });
    alice.call("share", { list, user: "bob", role: "viewer" });
    alice.calls(20, "add_todo", { list, todo: { title: "t", notes } });
    world.lists.commit();
    bob.call("subscribe", { list });
  }
  alice.take();
  bob.take();
  bob.stall(300 * KIB);
  for (const list of lists) alice.calls(4, "add_todo", { list, todo: { title: "t" } });
  world.lists.commit();
  bob.drain(); // There is room until 256 KiB are exceeded, by two of 200 KB.
  expect(bob.heard()).toEqual(["snapshot @25", "snapshot @25"]);
  bob.drain();
  expect(bob.heard()).toEqual(["snapshot @25"]);
  expect(bob.ws.closed).toBeUndefined();
});

test("whatever happens, in order and without a gap: events, snapshots and own writes", () => {
  const writes = ["alice", "bob", "commit", "commit one"];
  const step = fc.constantFrom(...writes, "stall", "drain", "crash", "revive");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { world, alice, bob } = setUp();
      const said: Said[] = [];
      for (const what of [...steps, "revive", "commit", "drain"]) {
        if (what === "alice") alice.call("add_todo", ADD);
        else if (what === "bob") bob.call("add_todo", ADD);
        else if (what === "stall") bob.stall(300 * KIB);
        else if (what === "drain") bob.drain();
        else if (what === "commit") world.lists.commit();
        else if (what === "commit one") world.lists.commit(1);
        else if (what === "revive") revive(world);
        else if (!steps.includes("bob")) crash(world, alice);
        said.push(...bob.take());
      }
      // For one that waits to join again: a list that crashed thrice is left alone for a minute.
      for (let second = 0; second < 70; second++) world.lists.pass(1_000);
      world.lists.commit(); // It joins behind what was decided before.
      said.push(...bob.take());
      expect(toldUpTo(said)).toBe(world.lists.log.seqOf(LIST));
    }),
  );
});

/** What a client that heard all this is at; throws where the order or a gap would mislead it. */
function toldUpTo(said: readonly Said[]): number {
  let told = 1;
  for (const { method, params, result } of said) {
    if (method === "event") expect(params?.seq).toBe(told + 1);
    if (method === "snapshot") expect(params?.seq).toBeGreaterThan(told);
    if (method === "event" || method === "snapshot") told = params?.seq ?? told;
    if (result?.seq !== undefined) expect(result.seq).toBe(told + 1);
  }
  return told;
}
