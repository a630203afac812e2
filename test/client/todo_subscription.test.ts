/** TodoSubscription: lists that are followed, on sockets and time of the test's. */
import { describe, expect, test } from "vitest";
import * as TodoReplica from "../../client/todo_replica.ts";
import type { SubscriptionEnd } from "../../client/todo_subscription.ts";
import type { Sent } from "./support/fake_network.ts";
import { connect, event, follow, followed, resumed, snapshot } from "./support/followed.ts";
import { uncaught } from "./support/uncaught.ts";

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
    const { network, client, told } = await followed();
    const old = network.socket;
    old.push("goaway", { within_ms: 1000, jitter_ms: 100 });
    old.push("event", event(2));
    void client.whoami(); // For which the old one stays a while.
    await network.advance(200);
    expect(network.sockets).toHaveLength(2);
    old.push("event", event(9));
    old.push("gone", { list: "l", reason: "revoked" });
    old.reply({}, old.last);
    network.socket.reply(resumed(3, 3));
    expect(network.socket.told).toEqual(["subscribe l"]);
    network.socket.push("event", event(4));
    expect(told).toEqual(["=1", "2", "3", "4"]);
  });

  test("goaway while it is asked: the answer of the old one is none for the new", async () => {
    const { network, told } = await followed();
    const old = network.socket;
    old.push("event", event(3));
    old.push("goaway", { within_ms: 1000, jitter_ms: 100 });
    await network.advance(50);
    expect([old.told.length, network.socket.told]).toEqual([2, ["subscribe l"]]);
    old.reply(resumed(3, 2, 3));
    network.socket.reply(resumed(4, 2, 3, 4));
    expect(told).toEqual(["=1", "2", "3", "4"]);
  });
});

describe("`gone` before the answer to a subscribe", () => {
  test("is about the one before: the list may be there again", async () => {
    const { network, client } = await connect();
    const former = follow(client);
    network.socket.reply(snapshot(1, [1]));
    former.following.stop();
    const { told } = follow(client);
    expect(network.socket.told).toEqual(["subscribe l", "unsubscribe l", "subscribe l"]);
    network.socket.push("gone", { list: "l", reason: "deleted" });
    network.socket.reply({ ...snapshot(2, [1, 2]), epoch: "f" });
    network.socket.push("event", { ...event(3), epoch: "f" });
    expect(told).toEqual(["=2", "3"]);
  });

  test("tells why it is not there, when it is not", async () => {
    const { network, told } = await followed();
    network.socket.push("event", event(3)); // A gap: it is subscribed again.
    network.socket.push("gone", { list: "l", reason: "revoked" });
    expect(told).toEqual(["=1"]);
    network.socket.refuse("not_found", { retry: false, what: "list" });
    expect(told).toEqual(["=1", "revoked"]);
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

  test("a page that was asked for before another snapshot came is not folded in", async () => {
    const { network, client } = await connect();
    const { told, following } = follow(client);
    network.socket.reply(snapshot(5, [1, 2], { more: true }));
    const page = network.socket.last;
    network.socket.push("snapshot", snapshot(5, [1], { more: true }));
    network.socket.reply(snapshot(5, [3]), page);
    expect([told, following.replica]).toEqual([[], undefined]);
    expect(network.socket.last).toMatchObject({ method: "list", params: { after: 1 } });
    network.socket.reply(snapshot(5, [2, 3]));
    expect(following.replica && TodoReplica.todos(following.replica)).toHaveLength(3);
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

describe("what may pass is waited for", () => {
  test("also the first time, and while it is offline", async () => {
    const { network, client } = await connect();
    network.accept = (socket) => socket.deny(503);
    network.socket.end();
    const { told } = follow(client);
    await network.advance(20_000, 100);
    network.accept = (socket) => socket.welcome();
    while (network.socket.told.length === 0) await network.advance(50);
    network.socket.refuse("crashed");
    await network.advance(500);
    network.socket.reply(snapshot(1, [1]));
    expect(told).toEqual(["=1"]);
    expect(network.socket.told).toEqual(["subscribe l", "subscribe l"]);
  });

  test("also when the copy was of no use before", async () => {
    const { network, told } = await followed();
    network.socket.push("event", event(9));
    network.socket.reply(resumed(5));
    for (const ms of [500, 500]) {
      network.socket.refuse("crashed");
      await network.advance(ms);
    }
    network.socket.reply(snapshot(9, [1]));
    expect(told).toEqual(["=1", "=9"]);
  });

  test("an answer begins the count of failures anew", async () => {
    const { network, client } = await connect();
    const { told } = follow(client);
    network.random = 0.99;
    for (const ms of [500, 1000, 2000]) {
      network.socket.refuse("crashed");
      await network.advance(ms);
    }
    network.socket.reply(snapshot(1, [1]));
    network.socket.push("event", event(3));
    network.socket.refuse("crashed");
    await network.advance(500);
    network.socket.reply(resumed(3, 2, 3));
    expect(told).toEqual(["=1", "2", "3"]);
  });

  test("as is a token whose time is over while it is asked", async () => {
    const { network, told, states } = await followed({ token: () => "t" });
    network.socket.push("event", event(3));
    network.socket.end(4401, "expired");
    await network.advance(500);
    network.socket.reply(resumed(3, 2, 3));
    expect(told).toEqual(["=1", "2", "3"]);
    expect(states.at(-1)).toBe("live");
  });

  test("as is a frame of others' calls that was too large", async () => {
    const { network, client, told } = await followed();
    network.socket.push("event", event(2));
    network.socket.push("event", event(4));
    const call = expect(client.whoami()).rejects.toMatchObject({ kind: "too_large" });
    network.socket.end(1009);
    await call;
    await network.advance(500);
    network.socket.reply(resumed(4, 3, 4));
    expect(told).toEqual(["=1", "2", "3", "4"]);
  });

  test("till it is stopped: nothing is asked after that", async () => {
    const { network, client } = await connect();
    const { following } = follow(client);
    network.socket.refuse("overloaded", { after_ms: 100 });
    following.stop();
    expect(network.alarms).toBe(2); // Of the silence, and of the deadline of `unsubscribe`.
    await network.advance(1000);
    expect(network.socket.told).toEqual(["subscribe l", "unsubscribe l"]);
  });
});

describe("a list that cannot be followed", () => {
  test.each([
    ["close", "closed"],
    ["4403", "unauthenticated"],
    ["4400", "closed"],
  ])("as the client is over by %s: that is told", async (how, kind) => {
    const { network, client } = await connect();
    if (how === "close") client.close();
    else network.socket.end(Number(how), "For good.");
    const { told, following } = follow(client);
    expect(told).toEqual([]); // Whoever follows has what `follow` gives by then.
    await network.settle();
    expect(told).toEqual([kind]);
    following.stop();
    await expect(client.subscribe("l").next()).rejects.toMatchObject({ kind });
  });

  test("as the only connection was lost: that is told to all who do", async () => {
    const { network, client, told } = await followed({ reconnect: false });
    network.socket.end(4100);
    const { told: late } = follow(client);
    await network.settle();
    expect([told.at(-1), late]).toEqual(["closed", ["closed"]]);
  });

  test("as its id is longer than a message: too_large", async () => {
    const { network, client } = await connect();
    const ended: SubscriptionEnd[] = [];
    const changed = (): void => undefined;
    client.follow("x".repeat(70_000), { changed, ended: (reason) => ended.push(reason) });
    await network.settle();
    expect(ended).toMatchObject([{ kind: "too_large" }]);
  });

  test("as 10,000 calls wait: it is asked for when they do not", async () => {
    const { network, client } = await connect();
    network.socket.end();
    network.random = 0.999;
    for (let n = 0; n < 10_000; n++) client.whoami({ timeoutMs: 1 }).catch(() => undefined);
    const { told } = follow(client);
    while (!network.socket.sent.some(isSubscribe)) await network.advance(50);
    expect(told).toEqual([]);
    network.socket.reply(snapshot(1, [1]), network.socket.sent.find(isSubscribe));
    expect(told).toEqual(["=1"]);
  });
});

test("a listener with a bug breaks nothing: its errors are thrown outside", async () => {
  let isBad = true;
  const { network, client, states } = await connect();
  const told: string[] = [];
  const errors = await uncaught(async () => {
    client.follow("l", {
      changed({ state }) {
        told.push(`=${state.seq}`);
        if (isBad) throw new Error("a bug");
      },
      ended: () => undefined,
    });
    network.socket.reply(snapshot(1, [1]));
    isBad = false;
    network.socket.push("event", event(3));
    expect(network.socket.told).toEqual(["subscribe l", "subscribe l"]);
    network.socket.end();
    await network.advance(500);
    network.socket.reply(resumed(3, 2, 3));
  });
  expect(told).toEqual(["=1", "=2", "=3"]);
  expect(states.at(-1)).toBe("live");
  expect(errors).toMatchObject([{ message: "a bug" }]);
});

test("a late answer after it was stopped is told to nobody", async () => {
  const { network, client } = await connect();
  const { told, following } = follow(client);
  const [asked] = network.socket.sent;
  following.stop();
  const second = follow(client);
  network.socket.reply(snapshot(1, [1], { more: true }), asked);
  expect(network.socket.told).toEqual(["subscribe l", "unsubscribe l", "subscribe l"]);
  network.socket.reply(snapshot(2, [1]));
  expect([told, second.told]).toEqual([[], ["=2"]]);
  const third = follow(client, [], "m");
  third.following.stop();
  const alarms = network.alarms;
  network.socket.refuse("crashed", {}, network.socket.sent.at(-2));
  expect(network.alarms).toBe(alarms);
});

function isSubscribe({ method }: Sent): boolean {
  return method === "subscribe";
}
