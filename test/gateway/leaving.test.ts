/**
 * Leaving: a connection of a server that goes away: what is answered yet, and who is waited for.
 */
import { expect, test } from "vitest";
import { GatewayWorld, type Peer } from "./gateway_world.ts";

const LIST = "groceries";
const HALF = 512 * 1024;

/** After how many milliseconds from now it is let go; 5,000 when it is not by then. */
function msUntilLetGo(world: GatewayWorld, { ws }: Peer): number {
  let ms = 0;
  while (!ws.isTerminated && ms < 5_000) {
    world.lists.pass(50);
    ms += 50;
  }
  return ms;
}

test("what was read before is answered, what comes after is not, then 4100", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.call("add_todo", { list: LIST, todo: { title: "t" } });
  world.gateway.connections.tellAll({ type: "goaway", withinMs: 1500, jitterMs: 1000 });
  world.gateway.connections.tellAll({ type: "leave" });
  world.lists.settle();
  alice.call("whoami");
  expect(alice.heard()).toEqual(["goaway"]);
  expect(alice.ws.closed).toBeUndefined();
  world.lists.commit();
  expect(alice.heard()).toEqual(["2 ok", "bye"]);
  expect(alice.ws.closed).toMatchObject({ code: 4100 });
});

test("calls that were read and not begun are answered too", () => {
  const world = new GatewayWorld({ in_flight: 2, messages_per_s: 4 });
  const alice = world.withList();
  world.lists.pass(1_000);
  alice.calls(7, "add_todo", { list: LIST, todo: { title: "t" } });
  world.gateway.connections.tellAll({ type: "leave" });
  world.lists.settle();
  for (let round = 0; round < 20 && alice.ws.closed === undefined; round++) {
    world.lists.commit();
    world.lists.pass(250); // For the message rate.
  }
  const ids = [2, 3, 4, 5, 6, 7, 8];
  expect(alice.heard()).toEqual([...ids.map((id) => `${id} ok`), "bye"]);
  expect(alice.ws.closed).toMatchObject({ code: 4100 });
});

test("calls that wait for the message rate alone are answered too", () => {
  const world = new GatewayWorld({ messages_per_s: 2 });
  const alice = world.peer("alice");
  alice.take();
  alice.calls(4, "whoami");
  world.gateway.connections.tellAll({ type: "leave" });
  world.lists.pass(1_000);
  expect(alice.heard()).toEqual(["1 ok", "2 ok", "3 ok", "4 ok", "bye"]);
});

test("one that has taken all and does not say its close is let go after 300 ms", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  world.gateway.connections.tellAll({ type: "leave" });
  world.lists.settle();
  expect(alice.ws.closed).toMatchObject({ code: 4100 });
  expect(msUntilLetGo(world, alice)).toBe(300);
});

test("one that still says something is waited for: the system would reset the connection", () => {
  const world = new GatewayWorld();
  const alice = world.peer("alice");
  world.gateway.connections.tellAll({ type: "leave" });
  for (let said = 0; said < 5; said++) {
    alice.tcp.bytesRead += 10;
    world.lists.pass(250);
  }
  expect(alice.ws.isTerminated).toBe(false);
  expect(msUntilLetGo(world, alice)).toBeLessThanOrEqual(600);
});

test("one that takes nothing is let go within 1 s, one that takes it soon after", () => {
  const world = new GatewayWorld();
  const [slow, slower] = [world.peer("alice"), world.peer("bob")];
  for (const peer of [slow, slower]) peer.stall(1_000);
  world.gateway.connections.tellAll({ type: "leave" });
  world.lists.pass(400);
  slow.drain();
  expect(msUntilLetGo(world, slow)).toBe(200);
  expect(msUntilLetGo(world, slower)).toBe(300);
});

test("one that takes none of the answers it waits for is let go after 1 s", () => {
  const world = new GatewayWorld();
  const [deaf, reader] = [world.withList(), world.peer("alice")];
  for (const peer of [deaf, reader]) peer.stall(HALF);
  deaf.calls(3, "list", { list: LIST }); // They wait for room.
  reader.call("add_todo", { list: LIST, todo: { title: "t" }, timeout_ms: 60_000 });
  world.gateway.connections.tellAll({ type: "leave" });
  world.lists.pass(900);
  reader.drain();
  reader.stall(HALF);
  expect(msUntilLetGo(world, deaf)).toBeLessThanOrEqual(350);
  expect(deaf.ws.closed).toMatchObject({ code: 4100 });
  expect(reader.ws.closed).toBeUndefined();
  world.lists.commit();
  expect(reader.heard()).toEqual(["welcome", "1 ok", "bye"]);
});

test("one that takes its answers is waited for, however long they are in coming", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  alice.call("add_todo", { list: LIST, todo: { title: "t" }, timeout_ms: 60_000 });
  world.gateway.connections.tellAll({ type: "leave" });
  world.lists.pass(10_000);
  expect(alice.ws.closed).toBeUndefined();
  world.lists.commit();
  expect(alice.heard()).toEqual(["2 ok", "bye"]);
});

test("one that was closed before, for whatever reason, is let go as soon", () => {
  const world = new GatewayWorld();
  const [rude, bad] = [world.peer("alice"), world.peer("bob")];
  rude.says("x\ny\nz");
  bad.errs(1002);
  world.gateway.connections.tellAll({ type: "leave" });
  for (const peer of [rude, bad]) expect(msUntilLetGo(world, peer)).toBeLessThanOrEqual(300);
});
