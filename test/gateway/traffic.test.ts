/**
 * Traffic: what connections count.
 */
import { expect, test } from "vitest";
import { Traffic } from "../../server/gateway/traffic.ts";
import { exitProcess } from "../../server/runtime/index.ts";
import { GatewayWorld } from "./gateway_world.ts";

const ADD = { list: "groceries", todo: { title: "Milk" } };

test("each outcome of each method has a place of its own", () => {
  const { calls } = new Traffic();
  for (const method of ["whoami", "restore_list", "constructor", ""]) {
    calls.add(method, "ok");
    calls.add(method, "limit");
  }
  expect([...calls.entries()]).toEqual([
    { method: "whoami", outcome: "ok", count: 1 },
    { method: "whoami", outcome: "limit", count: 1 },
    { method: "restore_list", outcome: "ok", count: 1 },
    { method: "restore_list", outcome: "limit", count: 1 },
    { method: "unknown", outcome: "ok", count: 2 },
    { method: "unknown", outcome: "limit", count: 2 },
  ]);
});

test("every way in which a call or cast can end is counted once", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  const { traffic } = world.gateway.connections;
  const before = total(traffic.calls.entries());
  alice.call("whoami");
  alice.call("list", { list: "groceries" });
  alice.call("list", { list: "nowhere" });
  alice.call("list", { list: 7 });
  alice.call("no_such_method");
  alice.says("no JSON");
  alice.cast("add_todo", ADD);
  alice.cast("add_todo", {});
  alice.cast("whoami", {});
  world.lists.commit();
  const seen = [...traffic.calls.entries()].map(({ method, outcome }) => `${method} ${outcome}`);
  expect(seen.toSorted()).toEqual([
    "list bad_args",
    "list not_found",
    "list ok",
    "start ok",
    "unknown parse",
    "unknown unknown_method",
    "whoami ok",
  ]);
  expect(total(traffic.calls.entries()) - before).toBe(6);
  const casts = [...traffic.casts.entries()].map(({ method, outcome }) => `${method} ${outcome}`);
  expect(casts.toSorted()).toEqual(["add_todo bad_args", "add_todo ok", "whoami ignored"]);
});

test("pushes, closes and connections that are not read from", () => {
  const world = new GatewayWorld();
  const alice = world.withList();
  const bob = world.peer("bob");
  const { traffic } = world.gateway.connections;
  alice.call("subscribe", { list: "groceries" });
  alice.call("add_todo", ADD);
  world.lists.commit();
  expect({ opened: traffic.opened, pushes: traffic.pushes }).toEqual({ opened: 2, pushes: 1 });
  bob.ws.emit("message", Buffer.of(1), true);
  world.lists.settle();
  expect(traffic.closes.get(4400)).toBe(1);
  alice.calls(256, "add_todo", ADD);
  expect(traffic.paused).toBe(1);
  world.lists.commit();
  expect(traffic.paused).toBe(0);
  alice.calls(256, "add_todo", ADD);
  alice.vanish();
  expect(traffic.paused).toBe(0);
});

/** What is told of calls from now on. */
function toldOf(world: GatewayWorld): object[] {
  const told: object[] = [];
  for (const event of ["call_slow", "call_failed"] as const) {
    world.gateway.runtime.telemetry.attach(event, ({ pid: _pid, ms: _ms, ...call }) => {
      told.push({ event, ...call });
    });
  }
  return told;
}

test("a call that took longer than it should is told of, with its id", () => {
  const world = new GatewayWorld();
  const told = toldOf(world);
  const alice = world.withList();
  const id = alice.call("add_todo", ADD);
  world.lists.clock.advance(999);
  world.lists.commit();
  expect(told).toEqual([]);
  alice.call("add_todo", ADD);
  world.lists.clock.advance(1000);
  world.lists.commit();
  const call = { request: id + 1, method: "add_todo", list: "groceries", outcome: "ok" };
  expect(told).toEqual([{ event: "call_slow", ...call }]);
});

test("a call whose list crashed is told of, one that is refused is not", () => {
  const world = new GatewayWorld();
  const told = toldOf(world);
  const alice = world.withList();
  alice.call("list", { list: "nowhere" });
  const request = alice.call("add_todo", ADD);
  const server = world.gateway.directory.whereis("groceries");
  if (server !== undefined) exitProcess(server, "kill");
  world.lists.settle();
  const call = { request, method: "add_todo", list: "groceries", outcome: "crashed" };
  expect(told).toEqual([{ event: "call_failed", ...call }]);
});

function total(counts: Iterable<{ readonly count: number }>): number {
  let sum = 0;
  for (const { count } of counts) sum += count;
  return sum;
}
