/**
 * Connection: what is read when, and how a connection ends.
 */
import { expect, test } from "vitest";
import { GatewayWorld } from "./gateway_world.ts";

const LIST = "groceries";
const MIB = 1024 * 1024;
const HALF = 512 * 1024;

test("says who it is before anything else", () => {
  const alice = new GatewayWorld().peer("alice");
  const [welcome] = alice.take();
  expect(welcome).toMatchObject({
    method: "welcome",
    params: { user: "alice", node: "todo@test", protocol: 1, limits: { in_flight: 256 } },
  });
});

test("with 256 requests in flight it is not read, and again when one is answered", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.calls(255, "add_todo", { list: LIST, todo: { title: "t" } });
  expect(alice.ws.isPaused).toBe(false);
  alice.calls(345, "add_todo", { list: LIST, todo: { title: "t" } });
  expect(alice.ws.isPaused).toBe(true);
  expect(world.lists.log.appends).toBe(1 + 256);
  world.lists.commit();
  expect(alice.take()).toHaveLength(256);
  expect(alice.ws.isPaused).toBe(true); // The next 256 are in flight now.
  world.lists.commit();
  world.lists.commit();
  expect(alice.take()).toHaveLength(600 - 256);
  expect(alice.ws.isPaused).toBe(false);
});

test("a cast counts until its list has answered for it", () => {
  const world = new GatewayWorld({ in_flight: 2 });
  const alice = world.withList();
  alice.cast("add_todo", { list: LIST, todo: { title: "a" } });
  alice.cast("add_todo", { list: LIST, todo: { title: "b" } });
  expect(alice.ws.isPaused).toBe(true);
  world.lists.commit();
  expect(alice.ws.isPaused).toBe(false);
  expect(alice.heard()).toEqual([]);
});

test("above the message rate it is read later, each call answered once, with one timer", () => {
  const world = new GatewayWorld({ messages_per_s: 100 });
  const alice = world.peer("alice");
  alice.take();
  alice.calls(250, "whoami");
  expect(alice.take()).toHaveLength(100);
  expect(alice.ws.isPaused).toBe(true);
  world.lists.pass(500);
  expect(alice.take()).toHaveLength(50);
  world.lists.pass(1_000);
  expect(alice.take()).toHaveLength(100);
  expect(alice.ws.isPaused).toBe(false);
});

test("ten thousand answers to one frame close nobody who reads", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  alice.take();
  alice.calls(10_000, "whoami");
  world.lists.pass(100);
  expect(alice.take()).toHaveLength(10_000);
  expect(alice.ws.closed).toBeUndefined();
});

test("who does not read its replies is not read either, until it does", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  alice.tcp.holds = true;
  alice.calls(10_000, "whoami");
  world.lists.pass(100);
  expect(alice.tcp.writableLength).toBeGreaterThan(256 * 1024);
  expect(alice.tcp.writableLength).toBeLessThan(MIB);
  expect(alice.ws.isPaused).toBe(true);
  alice.tcp.holds = false;
  alice.drain();
  world.lists.pass(100);
  expect(alice.take()).toHaveLength(1 + 10_000);
  expect(alice.ws.isPaused).toBe(false);
});

test("with more than 1 MiB queued it is closed 4108, and nobody else", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.call("add_todo", { list: LIST, todo: { title: "t", notes: "n".repeat(9_000) } });
  world.lists.commit();
  const slow = world.peer("alice");
  slow.calls(200, "update_todo", { list: LIST, id: 1, patch: {} });
  slow.take();
  slow.tcp.holds = true;
  // Replies are never dropped; 200 of 9 KB each were asked for before any was queued.
  slow.calls(200, "update_todo", { list: LIST, id: 1, patch: { done: true } });
  world.lists.commit();
  expect(slow.ws.closed).toMatchObject({ code: 4108 });
  expect(slow.take().at(-1)).toMatchObject({ method: "bye", params: { code: 4108 } });
  expect(alice.ws.closed).toBeUndefined();
});

test("more than 1 MiB in one turn closes nobody who reads", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.call("subscribe", { list: LIST });
  const todo = { title: "t", notes: "n".repeat(9_000) };
  alice.calls(100, "add_todo", { list: LIST, todo });
  alice.take();
  world.lists.commit();
  expect(alice.take()).toHaveLength(200);
  expect(alice.ws.closed).toBeUndefined();
});

test("more than 256 KiB queued for 30 s closes 4108", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  alice.tcp.writableLength = HALF;
  world.lists.pass(34_999);
  expect(alice.ws.closed).toBeUndefined();
  world.lists.pass(1);
  expect(alice.ws.closed).toMatchObject({ code: 4108 });
});

test("a reader that always has much queued, but goes on reading, is not closed", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  for (let beat = 0; beat < 20; beat++) {
    alice.drain();
    alice.tcp.writableLength = HALF; // As each beat sees it.
    world.lists.pass(5_000);
    alice.ws.emit("pong");
  }
  expect(alice.ws.closed).toBeUndefined();
});

test("three texts in a row that are no JSON close 4400; what lies between starts anew", () => {
  const alice = new GatewayWorld().peer("alice");
  alice.take();
  alice.says("x\ny");
  alice.says("{}");
  expect(alice.heard()).toEqual(["null parse", "null parse", "null invalid_request"]);
  alice.says("x\ny\nz\n{}");
  expect(alice.heard()).toEqual(["null parse", "null parse", "null parse", "bye"]);
  expect(alice.ws.closed).toMatchObject({ code: 4400 });
});

test("a binary frame closes 4400", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  alice.ws.emit("message", Buffer.from("{}"), true);
  world.lists.settle();
  expect(alice.ws.closed).toMatchObject({ code: 4400 });
});

test("without a subprotocol a frame is one message, over several lines or not", () => {
  const alice = new GatewayWorld().peer("alice", { onePerFrame: true });
  alice.take();
  alice.says('{"jsonrpc":"2.0",\n"id":1,\n"method":"whoami"}');
  expect(alice.heard()).toEqual(["1 ok"]);
});

test("its token ends: 4401", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice", { tokenMs: 60_000 });
  world.lists.pass(59_999);
  expect(alice.ws.closed).toBeUndefined();
  world.lists.pass(5_000);
  expect(alice.ws.closed).toMatchObject({ code: 4401 });
});

test("two pings without an answer: 4109; a pong begins anew", () => {
  const world = new GatewayWorld();
  const [deaf, well] = [world.peer("alice"), world.peer("bob")];
  well.ws.ping = () => well.ws.emit("pong");
  world.lists.pass(50_000);
  expect(deaf.ws.pings).toBe(2);
  expect(deaf.ws.closed).toBeUndefined();
  world.lists.pass(25_000);
  expect(deaf.ws.closed).toMatchObject({ code: 4109 });
  expect(well.ws.closed).toBeUndefined();
});

test("a tick after 25 s in which nothing was sent, also while a call waits", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.call("add_todo", { list: LIST, todo: { title: "t" }, timeout_ms: 60_000 });
  world.lists.pass(35_000);
  expect(alice.heard()).toEqual(["tick"]);
});

test("a peer that vanishes with calls in flight leaves nothing behind", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  const before = world.lists.runtime.processCount;
  const bob = world.peer("alice");
  bob.call("subscribe", { list: LIST });
  bob.calls(500, "add_todo", { list: LIST, todo: { title: "t" } });
  expect(bob.ws.isPaused).toBe(true);
  bob.vanish();
  expect(world.lists.runtime.processCount).toBe(before);
  expect(world.gateway.connections.size).toBe(1);
  world.lists.commit();
  alice.call("list", { list: LIST });
  expect(alice.take()[0]?.result?.todos).toHaveLength(256);
});

test("a bug in one connection ends its socket alone", () => {
  const world = new GatewayWorld();
  const [alice, bob] = [world.peer("alice"), world.peer("bob")];
  bob.take();
  alice.ws.pause = () => {
    throw new Error("a bug");
  };
  alice.calls(300, "start", {});
  expect(alice.ws.isTerminated).toBe(true);
  expect(world.gateway.connections.size).toBe(1);
  bob.call("whoami");
  expect(bob.heard()).toEqual(["1 ok"]);
});

test("nothing is said when bad frames have closed the socket", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.call("add_todo", { list: LIST, todo: { title: "t" } });
  alice.socket.outbox.send("{}"); // It is gathered, and not written yet.
  alice.errs(1002);
  world.lists.commit();
  expect(alice.heard()).toEqual([]);
});

test("nothing is said when the peer has closed: its close was answered already", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.call("add_todo", { list: LIST, todo: { title: "t" } });
  alice.ws.close(1000, "");
  world.lists.commit();
  expect(alice.heard()).toEqual([]);
});

test("one that is closed as slow or lost is let go soon, another a little later", () => {
  const world = new GatewayWorld();
  const [lost, rude, bad] = [world.peer("alice"), world.peer("bob"), world.peer("carol")];
  rude.says("x\ny\nz");
  bad.errs(1002);
  world.lists.pass(4_999);
  for (const { ws } of [rude, bad]) expect(ws.isTerminated).toBe(false);
  world.lists.pass(1);
  for (const { ws } of [rude, bad]) expect(ws.isTerminated).toBe(true);
  world.lists.pass(70_000);
  expect(lost.ws.closed).toMatchObject({ code: 4109 });
  world.lists.pass(1_499);
  expect(lost.ws.isTerminated).toBe(false);
  world.lists.pass(1);
  expect(lost.ws.isTerminated).toBe(true);
});

test("one whose close has come is not let go by force, and no timer stays", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  const { timers } = world.lists.runtime;
  const before = timers.size;
  alice.says("x\ny\nz");
  expect(timers.size).toBe(before + 1);
  alice.vanish();
  expect(timers.size).toBe(before);
});

test("frames without a message count for the message rate", () => {
  const world = new GatewayWorld({ messages_per_s: 100 });
  const alice = world.peer("alice");
  alice.take();
  for (let n = 0; n < 100; n++) alice.says(n % 2 === 0 ? "" : "\n\n");
  expect(alice.ws.isPaused).toBe(false);
  alice.says("\n");
  expect(alice.ws.isPaused).toBe(true);
  alice.call("whoami");
  expect(alice.heard()).toEqual([]);
  world.lists.pass(20);
  expect(alice.heard()).toEqual(["1 ok"]);
  expect(alice.ws.isPaused).toBe(false);
});

test("frames without a message are no parse errors, nor do they end a row of them", () => {
  const alice = new GatewayWorld().peer("alice");
  alice.take();
  for (const text of ["", "x", "", "", "", "y", "", "z"]) alice.says(text);
  expect(alice.heard()).toEqual(["null parse", "null parse", "null parse", "bye"]);
});

test("frames that come faster than they are taken are left in the socket", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  alice.take();
  const whoami = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"whoami"}');
  for (let n = 0; n < 999; n++) alice.ws.emit("message", whoami, false);
  expect(alice.ws.isPaused).toBe(false);
  alice.ws.emit("message", whoami, false);
  expect(alice.ws.isPaused).toBe(true);
  alice.ws.emit("message", whoami, false); // One that was read already.
  world.lists.settle();
  expect(alice.take()).toHaveLength(1_001);
  expect(alice.ws.isPaused).toBe(false);
});

test("a frame of very many messages lets others have their turn", () => {
  const world = new GatewayWorld();
  const [alice, bob] = [world.peer("alice"), world.peer("bob")];
  alice.take();
  bob.take();
  const whoami = '{"jsonrpc":"2.0","id":1,"method":"whoami"}';
  alice.ws.emit("message", Buffer.from(`${whoami}\n`.repeat(5_000)), false);
  bob.ws.emit("message", Buffer.from(whoami), false);
  let before = 0;
  bob.tcp.write = (bytes) => {
    before = alice.take().length;
    return bob.tcp.written.push(bytes) > 0;
  };
  world.lists.pass(1_000);
  expect(before).toBeLessThan(5_000);
  expect(bob.heard()).toEqual(["1 ok"]);
  expect(before + alice.take().length).toBe(5_000);
});

test("nothing is said after the bye, and what comes then is not read", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.call("add_todo", { list: LIST, todo: { title: "t" } });
  alice.says("x\ny\nz");
  alice.take();
  world.lists.commit();
  alice.call("whoami");
  expect(alice.heard()).toEqual([]);
});
