/** TodoSubscription and ListChanges: lists that are followed, on sockets and time of the test's. */
import { describe, expect, test } from "vitest";
import type { ClientState } from "../../client/reconnecting_client.ts";
import { TodoClient } from "../../client/todo_client.ts";
import * as TodoReplica from "../../client/todo_replica.ts";
import type { SubscriptionEnd } from "../../client/todo_subscription.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import { FakeNetwork } from "./support/fake_network.ts";

const PLACE = { list: "l", epoch: "e" };

function todo(id: number, title = `t${id}`): Todo {
  return { id, title, date: null, done: false, rev: id };
}
function snapshot(seq: number, ids: readonly number[], more: object = {}) {
  const todos = ids.map((id) => todo(id));
  return { mode: "snapshot", ...PLACE, title: "T", seq, next: 99, todos, ...more };
}
function event(seq: number) {
  const change = { op: "todo_added", todo: todo(seq) };
  return { ...PLACE, ...change, seq, at: 0, by: "a", pid: "<0.1.0>" };
}
function resumed(seq: number, ...seqs: number[]) {
  return { mode: "resumed", ...PLACE, seq, events: seqs.map(event) };
}

async function connect() {
  const network = new FakeNetwork();
  const states: ClientState[] = [];
  const client = await TodoClient.connect({
    url: "ws://test/",
    environment: network.environment,
    stateChanged: (state) => states.push(state),
  });
  return { network, client, states };
}

/** Follows list "l"; `told` is "seq" of each event, "=seq" of what is told anew, then the end. */
function follow(client: TodoClient, told: string[] = []) {
  const following = client.follow("l", {
    changed: ({ state }, event) =>
      told.push(event === undefined ? `=${state.seq}` : `${event.seq}`),
    ended: (reason: SubscriptionEnd) =>
      told.push(typeof reason === "string" ? reason : reason.kind),
    stopped: () => told.push("stopped"),
  });
  return { told, following };
}

async function followed() {
  const connected = await connect();
  const { network, client } = connected;
  const { told, following } = follow(client);
  network.socket.reply(snapshot(1, [1]));
  return { ...connected, told, following };
}

describe("after a lost connection", () => {
  test("it is resumed from its position, each seq once, and only then is it live", async () => {
    const { network, told, states } = await followed();
    network.socket.push("event", event(2));
    network.socket.end();
    await network.advance(500);
    expect(network.socket.last).toMatchObject({
      method: "subscribe",
      params: { list: "l", epoch: "e", seq: 2 },
    });
    expect(states).toEqual(["live", "offline", "catching up"]);
    network.socket.reply(resumed(4, 3, 4));
    network.socket.push("event", event(5));
    expect(told).toEqual(["=1", "2", "3", "4", "5"]);
    expect(states.at(-1)).toBe("live");
  });

  test("a snapshot in place of the events is told anew", async () => {
    const { network, told, states } = await followed();
    network.socket.end();
    await network.advance(500);
    network.socket.reply({ ...snapshot(900, [900]), epoch: "f", reason: "epoch" });
    expect(told).toEqual(["=1", "=900"]);
    expect(states.at(-1)).toBe("live");
  });

  test("one that was being read by pages is read on", async () => {
    const { network, client, states } = await connect();
    const { told, following } = follow(client);
    network.socket.reply(snapshot(5, [1, 2], { more: true }));
    expect(network.socket.last).toMatchObject({ method: "list", params: { list: "l", after: 2 } });
    network.socket.end();
    await network.advance(500);
    expect(network.socket.last.params).toEqual({ list: "l", epoch: "e", seq: 5 });
    network.socket.reply(resumed(6, 6));
    expect(states.at(-1)).toBe("catching up");
    expect(network.socket.last).toMatchObject({ method: "list", params: { after: 2 } });
    network.socket.reply(snapshot(6, [3, 6]));
    expect(told).toEqual(["=6"]);
    expect(states.at(-1)).toBe("live");
    const { replica } = following;
    expect(replica && TodoReplica.todos(replica).map(({ id }) => id)).toEqual([1, 2, 3, 6]);
  });

  test("a list that went away meanwhile ends it, and the client is live", async () => {
    const { network, told, states } = await followed();
    network.socket.end();
    await network.advance(500);
    network.socket.refuse("not_found", { retry: false, what: "list" });
    expect(told).toEqual(["=1", "not_found"]);
    expect(states.at(-1)).toBe("live");
  });

  test("a server that cannot serve the list is asked again", async () => {
    const { network, told } = await followed();
    network.socket.end();
    await network.advance(500);
    network.socket.refuse("crashed", { after_ms: 1000 });
    await network.advance(1500);
    network.socket.refuse("crashed", { after_ms: 60_000 });
    expect(network.socket.told).toEqual(["subscribe l", "subscribe l"]);
    network.socket.ping();
    await network.advance(30_000, 500);
    network.socket.ping();
    await network.advance(31_000, 500);
    expect(network.socket.told).toHaveLength(3);
    network.socket.reply(resumed(2, 2));
    expect(told).toEqual(["=1", "2"]);
  });

  test("goaway: it moves to the new connection, and the old one is heard no more", async () => {
    const { network, told } = await followed();
    const old = network.socket;
    old.push("goaway", { within_ms: 1000, jitter_ms: 100 });
    old.push("event", event(2));
    await network.advance(200);
    expect(network.sockets).toHaveLength(2);
    old.push("event", event(3));
    network.socket.reply(resumed(3, 3));
    network.socket.push("event", event(4));
    expect(told).toEqual(["=1", "2", "3", "4"]);
  });
});

describe("what does not follow", () => {
  test("a gap is asked for once, and what comes meanwhile is not lost", async () => {
    const { network, told } = await followed();
    network.socket.push("event", event(3));
    network.socket.push("event", event(4));
    expect(network.socket.told).toEqual(["subscribe l", "subscribe l"]);
    network.socket.reply(resumed(4, 2, 3, 4));
    network.socket.push("event", event(5));
    expect(told).toEqual(["=1", "2", "3", "4", "5"]);
    expect(network.socket.told).toHaveLength(2);
  });

  test("an answer that does not lead there is not asked for again: a snapshot is", async () => {
    const { network, told } = await followed();
    network.socket.push("event", event(3));
    network.socket.reply(resumed(5, 4, 5));
    expect(network.socket.last.params).toEqual({ list: "l" });
    network.socket.reply(snapshot(5, [1, 2, 3, 4, 5]));
    expect(told).toEqual(["=1", "=5"]);
  });

  test("a page of another seq is not folded in: it begins anew", async () => {
    const { network, client } = await connect();
    const { told } = follow(client);
    network.socket.reply(snapshot(5, [1, 2], { more: true }));
    network.socket.reply(snapshot(7, [3]));
    expect(network.socket.last).toMatchObject({ method: "subscribe", params: { list: "l" } });
    network.socket.reply(snapshot(7, [1, 2, 3]));
    expect(told).toEqual(["=7"]);
  });

  test("a pushed snapshot of several pages takes the place of the copy", async () => {
    const { network, told, following } = await followed();
    network.socket.push("snapshot", { ...snapshot(50, [1, 2], { more: true }), reason: "slow" });
    expect(following.replica).toBeUndefined();
    network.socket.push("event", event(51));
    network.socket.reply(snapshot(51, [3, 51]));
    const { replica } = following;
    expect(replica && TodoReplica.todos(replica).map(({ id }) => id)).toEqual([1, 2, 3, 51]);
    expect(told).toEqual(["=1", "=51"]);
  });
});

describe("several who follow one list", () => {
  test("share one subscription; the last one to stop unsubscribes", async () => {
    const { network, client, told, following } = await followed();
    const second = follow(client);
    expect(network.socket.told).toEqual(["subscribe l"]);
    await network.settle();
    network.socket.push("event", event(2));
    expect([told, second.told]).toEqual([
      ["=1", "2"],
      ["=1", "2"],
    ]);
    following.stop();
    network.socket.push("event", event(3));
    expect([told.length, second.told.at(-1)]).toEqual([2, "3"]);
    second.following.stop();
    second.following.stop();
    expect(network.socket.told).toEqual(["subscribe l", "unsubscribe l"]);
  });

  test("one that comes in the midst of events is told first of what the list is", async () => {
    const { network, client } = await followed();
    const { told } = follow(client);
    network.socket.push("event", event(2));
    network.socket.push("event", event(3));
    await network.settle();
    expect(told).toEqual(["=2", "3"]);
  });

  test.each(["unsubscribe", "close"] as const)("%s ends it for all", async (what) => {
    const { network, client, told } = await followed();
    const second = follow(client);
    if (what === "close") client.close();
    else void client.unsubscribe("l");
    network.socket.push("event", event(2));
    expect([told.at(-1), second.told.at(-1)]).toEqual(["stopped", "stopped"]);
  });
});

test("a first subscribe that fails ends it, also when the reason may pass", async () => {
  const { network, client } = await connect();
  const { told } = follow(client);
  network.socket.refuse("crashed");
  await network.advance(500);
  network.socket.refuse("crashed");
  expect(told).toEqual(["crashed"]);
});

describe("as an async iterable", () => {
  /** Takes what there is for it, as `follow` tells it. */
  async function take(changes: AsyncIterable<unknown>, told: string[], max = 99): Promise<void> {
    const iterable = changes as ReturnType<TodoClient["subscribe"]>;
    for await (const { replica, event: change } of iterable) {
      told.push(change === undefined ? `=${replica.state.seq}` : `${change.seq}`);
      if (told.length === max) break;
    }
  }

  test("first the list, then each change; break unsubscribes", async () => {
    const { network, client } = await connect();
    const told: string[] = [];
    const taken = take(client.subscribe("l"), told, 3);
    network.socket.reply(snapshot(1, [1]));
    network.socket.push("event", event(2));
    network.socket.push("event", event(3));
    await taken;
    expect(told).toEqual(["=1", "2", "3"]);
    expect(network.socket.told).toEqual(["subscribe l", "unsubscribe l"]);
  });

  test("a reader who falls 1000 changes behind gets one state in their place", async () => {
    const { network, client } = await connect();
    const told: string[] = [];
    const changes = client.subscribe("l");
    const first = changes.next();
    network.socket.reply(snapshot(0, []));
    await first;
    for (let seq = 1; seq <= 1003; seq++) network.socket.push("event", event(seq));
    const taken = take(changes, told, 3);
    await taken;
    expect(told).toEqual(["=1001", "1002", "1003"]);
  });

  test.each(["deleted", "revoked"])("a list that is %s throws", async (reason) => {
    const { network, client } = await connect();
    const told: string[] = [];
    const taken = take(client.subscribe("l"), told);
    network.socket.reply(snapshot(1, [1]));
    network.socket.push("event", event(2));
    network.socket.push("gone", { list: "l", reason });
    await expect(taken).rejects.toMatchObject({ kind: "not_found", data: { gone: reason } });
    expect(told).toEqual(["=1", "2"]);
  });

  test.each(["signal", "close", "unsubscribe"])("%s ends it quietly", async (what) => {
    const { network, client } = await connect();
    const aborter = new AbortController();
    const taken = take(client.subscribe("l", { signal: aborter.signal }), []);
    network.socket.reply(snapshot(1, [1]));
    await network.settle();
    if (what === "signal") aborter.abort();
    else if (what === "close") client.close();
    else void client.unsubscribe("l");
    await taken;
    await take(client.subscribe("l", { signal: AbortSignal.abort() }), []);
  });

  test("a client that is stopped throws why", async () => {
    const { network, client } = await connect();
    const taken = take(client.subscribe("l"), []);
    network.socket.end(4403, "revoked");
    await expect(taken).rejects.toMatchObject({ kind: "unauthenticated" });
  });
});
