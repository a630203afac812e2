/** ListChanges: a followed list as an async iterable. */
import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import type { TodoClient } from "../../client/todo_client.ts";
import { connect, event, snapshot } from "./support/followed.ts";

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
  expect(getEventListeners(aborter.signal, "abort")).toEqual([]);
  await take(client.subscribe("l", { signal: AbortSignal.abort() }), []);
});

test("a client that is stopped throws why", async () => {
  const { network, client } = await connect();
  const taken = take(client.subscribe("l"), []);
  network.socket.end(4403, "revoked");
  await expect(taken).rejects.toMatchObject({ kind: "unauthenticated" });
});

test("`return` ends it while a `next` waits, and unsubscribes", async () => {
  const { network, client } = await connect();
  const changes = client.subscribe("l");
  const first = changes.next();
  network.socket.reply(snapshot(1, [1]));
  expect((await first).value?.replica.state.seq).toBe(1);
  const waiting = changes.next();
  const over = { done: true, value: undefined };
  expect(await changes.return?.()).toEqual(over);
  expect(await waiting).toEqual(over);
  expect(await changes.next()).toEqual(over);
  expect(network.socket.told).toEqual(["subscribe l", "unsubscribe l"]);
});

test("one that was never begun follows nothing", async () => {
  const { network, client } = await connect();
  const changes = client.subscribe("l");
  await changes.return?.();
  expect(await changes.next()).toEqual({ done: true, value: undefined });
  expect(network.socket.told).toEqual([]);
});

test("several `next` at once get a change each; why it ended is thrown once", async () => {
  const { network, client } = await connect();
  const changes = client.subscribe("l");
  const [first, second, third, fourth] = [1, 2, 3, 4].map(() => changes.next());
  network.socket.reply(snapshot(1, [1]));
  network.socket.push("event", event(2));
  const thrown = expect(third).rejects.toMatchObject({ kind: "not_found" });
  network.socket.push("gone", { list: "l", reason: "deleted" });
  expect((await first)?.value?.event).toBeUndefined();
  expect((await second)?.value?.event).toMatchObject({ seq: 2 });
  await thrown;
  expect(await fourth).toEqual({ done: true, value: undefined });
});
