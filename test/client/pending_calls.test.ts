/** PendingCalls: what waits, how much of it, and what error replies do to a call. */
import { describe, expect, test } from "vitest";
import { connect } from "./support/connected.ts";

const silently = (): undefined => undefined;

describe("bounds", () => {
  test("so many calls as the server says are in flight, the rest waits in order", async () => {
    const { network, ask } = await connect({}, { in_flight: 2 });
    for (const n of [1, 2, 3, 4]) ask("list", n);
    expect(network.socket.told).toEqual(["list 1", "list 2"]);
    network.socket.reply(null, network.socket.sent[1]);
    expect(network.socket.told).toEqual(["list 1", "list 2", "list 3"]);
  });

  test("10,000 calls wait, one more is overloaded; so it is with 16 MiB", async () => {
    const { network, client, ask, outcomes } = await connect();
    network.socket.end();
    for (let n = 1; n <= 10_001; n++) ask("add_todo", n, { write: true });
    expect(outcomes).toEqual({ "add_todo 10001": "overloaded no" });
    client.close();
    expect(outcomes["add_todo 1"]).toBe("closed no");
    const second = await connect();
    second.network.socket.end();
    const pad = "x".repeat(4 * 1024 * 1024);
    for (const n of [1, 2, 3, 4, 5]) second.ask("add_todo", n, { params: { pad }, write: true });
    expect(second.outcomes).toEqual({ "add_todo 5": "overloaded no" });
  });
});

describe("error replies", () => {
  test.each(["overloaded", "noproc", "read_only", "rate_limited"])(
    "%s: again after after_ms, with the same params",
    async (kind) => {
      const { network, ask, outcomes } = await connect();
      ask("add_todo", 1, { write: true });
      network.socket.refuse(kind, { after_ms: 1000, applied: "no" });
      await network.advance(1000);
      expect(network.socket.sent).toHaveLength(1);
      await network.advance(300);
      expect(network.socket.sent.map(({ params }) => params)).toEqual([{ n: 1 }, { n: 1 }]);
      network.socket.reply("done");
      expect(outcomes).toEqual({ "add_todo 1": "done" });
    },
  );

  test("is the answer when the deadline comes before after_ms", async () => {
    const { network, ask, outcomes } = await connect();
    ask("start", 1, { write: true });
    network.socket.refuse("rate_limited", { after_ms: 20_000, applied: "no" });
    expect(outcomes).toEqual({ "start 1": "rate_limited no" });
  });

  test("crashed is tried once more", async () => {
    const { network, ask, outcomes } = await connect();
    ask("add_todo", 1, { write: true });
    network.socket.refuse("crashed", { applied: "unknown" });
    await network.advance(500);
    network.socket.refuse("crashed", { applied: "no" });
    expect(network.socket.sent).toHaveLength(2);
    expect(outcomes).toEqual({ "add_todo 1": "crashed unknown" });
  });

  test.each(["not_found", "conflict", "timeout", "internal"])("%s is not", async (kind) => {
    const { network, ask, outcomes } = await connect();
    ask("update_todo", 1, { write: true });
    network.socket.refuse(kind, { applied: "no" });
    expect(outcomes).toEqual({ "update_todo 1": `${kind} no` });
  });

  test("of a repeat, found before its key is looked at, leave the first in doubt", async () => {
    const { network, ask, outcomes } = await connect();
    ask("add_todo", 1, { write: true });
    ask("update_todo", 2, { write: true });
    network.socket.end();
    await network.advance(500);
    const [first, second] = network.socket.sent;
    network.socket.refuse("forbidden", { applied: "no" }, first);
    network.socket.refuse("conflict", { applied: "no" }, second);
    expect(outcomes).toEqual({ "add_todo 1": "forbidden unknown", "update_todo 2": "conflict no" });
  });
});

describe("close", () => {
  test("fails what waits and tells nobody; nothing is left to ring", async () => {
    const { network, client, ask, outcomes, closed } = await connect({}, { in_flight: 1 });
    ask("add_todo", 1, { write: true });
    ask("add_todo", 2, { write: true });
    client.close();
    client.close();
    expect(outcomes).toEqual({ "add_todo 1": "closed unknown", "add_todo 2": "closed no" });
    expect(network.socket.fate).toBe("closed");
    await network.advance(60_000, 1000);
    expect(network.sockets).toHaveLength(1);
    expect(closed).toEqual([]);
  });

  test("while it connects again gives that up", async () => {
    const { network, client } = await connect();
    network.accept = silently;
    network.socket.end();
    await network.advance(500);
    client.close();
    await network.settle();
    expect(network.socket.fate).toBe("terminated");
    await network.advance(60_000, 1000);
    expect(network.sockets).toHaveLength(2);
  });
});

describe("deadlines", () => {
  test("a call without a reply fails 2 s after its timeout; a write as unknown", async () => {
    const { network, ask, outcomes } = await connect();
    ask("slow", 1, { timeoutMs: 60_000 });
    ask("usual", 2, { write: true });
    ask("quick", 3, { timeoutMs: 100 });
    await network.advance(2050);
    expect(outcomes).toEqual({});
    await network.advance(100);
    expect(outcomes).toEqual({ "quick 3": "timeout" });
    await network.advance(4900);
    expect(outcomes).toEqual({ "quick 3": "timeout", "usual 2": "timeout unknown" });
    network.socket.ping();
    await network.advance(30_000, 1000);
    network.socket.ping();
    await network.advance(26_000, 1000);
    expect(outcomes["slow 1"]).toBe("timeout");
  });

  test("a reply after the deadline reaches nobody, and its place is free", async () => {
    const { network, ask, outcomes } = await connect({}, { in_flight: 1 });
    ask("list", 1, { timeoutMs: 1 });
    ask("list", 2);
    await network.advance(2100);
    network.socket.reply("late", network.socket.sent[0]);
    expect(outcomes).toEqual({ "list 1": "timeout" });
    expect(network.socket.told).toEqual(["list 1", "list 2"]);
  });

  test("calls that are over make room for others that wait", async () => {
    const { network, ask, outcomes } = await connect();
    network.socket.end();
    network.accept = silently;
    for (let n = 1; n <= 10_000; n++) ask("list", n);
    await network.advance(7100, 100);
    expect(Object.keys(outcomes)).toHaveLength(10_000);
    ask("add_todo", 10_001);
    network.accept = (socket) => socket.welcome();
    await network.advance(40_000, 500);
    expect(outcomes["add_todo 10001"]).not.toBe("overloaded");
  });

  test("1000 calls have one alarm", async () => {
    const { network, ask } = await connect();
    let alarms = 0;
    const { clock } = network;
    const alarm = clock.alarm.bind(clock);
    clock.alarm = (atMs, ring) => {
      alarms += 1;
      return alarm(atMs, ring);
    };
    for (let n = 0; n < 1000; n++) ask("list", n);
    expect(alarms).toBe(1);
  });
});
