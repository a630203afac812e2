/**
 * Following: pushes only of what is subscribed, each once and in order, over a list's crash too.
 */
import { expect, test } from "vitest";
import { exitProcess, type Pid } from "../../server/runtime/index.ts";
import { GatewayWorld, type Peer } from "./gateway_world.ts";

const LIST = "groceries";
const ADD = { list: LIST, todo: { title: "Milk" } };

/** alice writes; bob, who is an editor, follows. The list is at seq 1. */
function setUp(): { world: GatewayWorld; alice: Peer; bob: Peer } {
  const world = new GatewayWorld();
  return { world, ...world.withFollower(LIST) };
}

function add(world: GatewayWorld, peer: Peer): void {
  peer.call("add_todo", ADD);
  world.lists.commit();
}

/** The list's process dies of a bug; the log is well. */
function crash(world: GatewayWorld, peer: Peer): void {
  world.lists.log.breakFor(LIST);
  peer.call("add_todo", ADD);
  world.lists.log.mend();
}

test("events come to subscribers, after the reply of their write, and to nobody else", () => {
  const { world, alice, bob } = setUp();
  const carol = world.peer("bob");
  carol.take();
  bob.call("add_todo", ADD);
  alice.call("add_todo", ADD);
  world.lists.commit();
  expect(bob.heard()).toEqual(["2 ok", "event @2", "event @3"]);
  expect(alice.heard()).toEqual(["3 ok"]);
  expect(carol.heard()).toEqual([]);
});

test("all subscribers get the same bytes", () => {
  const { world, alice, bob } = setUp();
  alice.call("subscribe", { list: LIST });
  alice.take();
  world.peer("bob").cast("add_todo", { list: LIST, todo: { title: "Crème brûlée 🍮" } });
  world.lists.commit();
  expect(bob.tcp.written).toHaveLength(1);
  expect(bob.tcp.written).toEqual(alice.tcp.written);
  expect(bob.take()[0]?.params?.todo?.title).toBe("Crème brûlée 🍮");
});

test("nothing of the list follows the answer to unsubscribe", () => {
  const { world, alice, bob } = setUp();
  bob.call("unsubscribe", { list: LIST });
  add(world, alice);
  expect(bob.heard()).toEqual(["2 ok"]);
  bob.call("unsubscribe", { list: "none" });
  expect(bob.heard()).toEqual(["3 ok"]);
});

test("one who is shut out hears gone, and nothing after it", () => {
  const { world, alice, bob } = setUp();
  alice.call("unshare", { list: LIST, user: "bob" });
  world.lists.commit();
  add(world, alice);
  expect(bob.heard()).toEqual(["gone"]);
  bob.call("list", { list: LIST });
  expect(bob.heard()).toEqual(["2 not_found"]);
});

test("a list that crashes is joined again; what was missed follows", () => {
  const { world, alice, bob } = setUp();
  world.lists.log.holdsLoads = true;
  crash(world, alice);
  alice.call("add_todo", ADD); // Waits in the new process, before bob's joining or behind it.
  world.lists.log.answerLoads();
  world.lists.settle();
  world.lists.commit();
  expect(bob.heard()).toEqual(["event @2"]);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @3"]);
});

test.each(["shutdown", { shutdown: "by an operator" }] as const)(
  "a list that an operator stops (%o) is joined again; what was missed follows",
  (reason) => {
    const { world, alice, bob } = setUp();
    exitProcess(world.lists.directory.whereis(LIST) as Pid, reason);
    world.lists.settle();
    add(world, alice);
    expect(bob.heard()).toEqual(["event @2"]);
  },
);

test("a list that an operator stops while it is joined again is joined once more", () => {
  const { world, alice, bob } = setUp();
  world.lists.log.holdsLoads = true;
  crash(world, alice);
  exitProcess(world.lists.directory.whereis(LIST) as Pid, "shutdown");
  world.lists.log.answerLoads();
  world.lists.pass(1_000);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @2"]);
});

test("events that were committed as the list died are sent when it is joined again", () => {
  const { world, alice, bob } = setUp();
  alice.call("add_todo", ADD);
  crash(world, alice);
  expect(bob.heard()).toEqual([]);
  world.lists.commit(); // Appended before the crash, so it is there.
  expect(bob.heard()).toEqual(["event @2"]);
});

test("a list that has gone on too far is sent as one snapshot, restarted", () => {
  const { world, alice, bob } = setUp();
  alice.calls(250, "add_todo", ADD);
  const more = world.peer("alice");
  more.calls(252, "add_todo", ADD);
  const third = world.peer("alice");
  crash(world, third);
  world.lists.commit();
  const [snapshot, ...rest] = bob.take();
  expect(rest).toEqual([]);
  expect(snapshot).toMatchObject({
    method: "snapshot",
    params: { list: LIST, reason: "restarted", seq: 503 },
  });
  expect(snapshot?.params).not.toHaveProperty("mode");
  expect(snapshot?.params?.todos).toHaveLength(502);
});

test("a list that cannot be loaded is tried again, ever later, and comes back", () => {
  const { world, alice, bob } = setUp();
  world.lists.log.breakFor(LIST);
  alice.call("add_todo", ADD);
  world.lists.pass(10_000);
  expect(bob.heard()).toEqual([]);
  world.lists.log.mend();
  world.lists.pass(60_000);
  alice.take();
  add(world, alice);
  expect(bob.heard().filter((line) => line !== "tick")).toEqual(["event @2"]);
});

test("one who was shut out while the list was down hears gone", () => {
  const { world, alice, bob } = setUp();
  alice.call("unshare", { list: LIST, user: "bob" });
  crash(world, alice);
  world.lists.commit();
  expect(bob.heard()).toEqual(["gone"]);
});

test("a list that cannot take the question of who joins again is asked later", () => {
  const { world, alice, bob } = setUp();
  crashOnce(world, alice);
  crashOnce(world, alice); // The next joining waits half a second.
  alice.call("add_todo", ADD);
  world.lists.pass(500); // bob's joining stands behind an add that another writer forestalls.
  world.lists.refuse("fence");
  expect(bob.heard()).toEqual([]);
  world.lists.pass(62_000); // After its third crash the list is left alone for a minute.
  add(world, alice);
  expect(bob.heard().filter((line) => line !== "tick")).toEqual(["event @2"]);
});

test("one who unsubscribed while a list was joined again hears nothing of it", () => {
  const { world, alice, bob } = setUp();
  alice.call("add_todo", ADD);
  world.lists.log.holdsLoads = true;
  crash(world, alice);
  bob.call("unsubscribe", { list: LIST, timeout_ms: 100 });
  world.lists.pass(500);
  expect(bob.heard()).toEqual(["2 ok"]);
  world.lists.log.answerLoads();
  world.lists.commit();
  add(world, alice);
  expect(bob.heard()).toEqual([]);
});

test("a subscribe that was given up and comes through after all is taken back", () => {
  const { world, alice, bob } = setUp();
  const late = world.peer("bob");
  late.take();
  alice.call("add_todo", ADD); // The subscribe stands behind it, and time goes by.
  late.call("subscribe", { list: LIST, timeout_ms: 100 });
  world.lists.pass(500);
  expect(late.heard()).toEqual(["1 timeout"]);
  world.lists.commit();
  add(world, alice);
  expect(late.heard()).toEqual([]);
  bob.call("unsubscribe", { list: LIST });
  world.lists.pass(80_000); // A list that somebody watches would not fall asleep.
  expect(world.lists.directory.size).toBe(0);
});

test("a second subscribe after one that was given up stands", () => {
  const { world, alice } = setUp();
  const late = world.peer("bob");
  late.take();
  alice.call("add_todo", ADD);
  late.call("subscribe", { list: LIST, timeout_ms: 100 });
  world.lists.pass(500);
  alice.call("add_todo", ADD);
  late.call("subscribe", { list: LIST });
  world.lists.commit(1); // The first joins; its event reaches one that is not subscribed.
  world.lists.commit();
  add(world, alice);
  expect(late.heard()).toEqual(["1 timeout", "2 snapshot", "event @4"]);
});

test("joining again what was joined meanwhile sends no event twice", () => {
  const { world, alice, bob } = setUp();
  crashOnce(world, alice);
  crashOnce(world, alice); // Joining waits half a second.
  alice.call("add_todo", ADD);
  bob.call("subscribe", { list: LIST }); // Behind the add, and the joining behind another.
  alice.call("add_todo", ADD);
  world.lists.pass(500);
  world.lists.commit();
  expect(bob.heard()).toEqual(["2 snapshot", "event @3"]);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @4"]);
});

/** As `crash`, and the process that takes its place is well. */
function crashOnce(world: GatewayWorld, peer: Peer): void {
  world.lists.log.holdsLoads = true;
  crash(world, peer);
  world.lists.log.answerLoads();
  world.lists.settle();
}

test("a list that crashes after each joining is joined again ever later", () => {
  const { world, alice, bob } = setUp();
  crashOnce(world, alice);
  crashOnce(world, alice);
  add(world, alice);
  expect(bob.heard()).toEqual([]);
  world.lists.pass(499);
  expect(bob.heard()).toEqual([]);
  world.lists.pass(1);
  expect(bob.heard()).toEqual(["event @2"]);
});

test("one who asks a list that it will join again is told first what it missed", () => {
  const { world, alice, bob } = setUp();
  crashOnce(world, alice);
  crashOnce(world, alice); // Joining waits half a second.
  add(world, alice);
  bob.call("members", { list: LIST });
  expect(bob.heard()).toEqual(["event @2", "2 ok"]);
  world.lists.pass(500);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @3"]);
});

test("one who asks a list before the news of its crash comes is told first what it missed", () => {
  const { world, alice, bob } = setUp();
  alice.call("add_todo", ADD);
  world.lists.log.commit(); // On disk; its list dies before it is told.
  bob.ws.emit("message", Buffer.from(frame("members")), false);
  exitProcess(world.lists.directory.whereis(LIST) as Pid, "kill");
  world.lists.settle();
  expect(bob.heard()).toEqual(["event @2", "members ok"]);
  add(world, alice);
  expect(bob.heard()).toEqual(["event @3"]);
});

function frame(method: string): string {
  return JSON.stringify({ jsonrpc: "2.0", id: method, method, params: { list: LIST } });
}

test("of a list that was left no timer stays, and of one that is waited for there is one", () => {
  const { world, alice, bob } = setUp();
  crashOnce(world, alice);
  const { timers } = world.lists.runtime;
  const before = timers.size;
  crashOnce(world, alice);
  expect(timers.size).toBe(before + 1);
  bob.call("unsubscribe", { list: LIST });
  expect(timers.size).toBe(before);
});

test("one who subscribes while joining waits is joined once", () => {
  const { world, alice, bob } = setUp();
  crashOnce(world, alice);
  crashOnce(world, alice);
  bob.call("subscribe", { list: LIST });
  const asked = countAsked(world);
  world.lists.pass(600);
  expect(asked()).toBe(0);
  add(world, alice);
  expect(bob.heard()).toEqual(["2 snapshot", "event @2"]);
});

test("of a list that is not wanted it is asked once to stop, and again when that is over", () => {
  const { world, alice } = setUp();
  const late = world.peer("bob");
  late.take();
  alice.call("add_todo", ADD);
  late.call("subscribe", { list: LIST, timeout_ms: 100 });
  world.lists.pass(500);
  for (let n = 0; n < 5; n++) alice.call("add_todo", ADD);
  const asked = countAsked(world);
  for (let n = 0; n < 5; n++) world.lists.commit(1); // All but the first are pushed to it.
  expect(asked()).toBe(1);
  world.lists.commit();
  late.call("subscribe", { list: LIST });
  late.call("unsubscribe", { list: LIST });
  add(world, alice);
  expect(late.heard()).toEqual(["1 timeout", "2 snapshot", "3 ok"]);
});

/** How often a list's process is looked for from now on. */
function countAsked(world: GatewayWorld): () => number {
  const { directory } = world.lists;
  const find = directory.find.bind(directory);
  let asked = 0;
  directory.find = (list) => {
    asked += 1;
    return find(list);
  };
  return () => asked;
}
