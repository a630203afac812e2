/** TodoClient and TodoSubscription: what methods send, a list followed through gaps and pages. */
import { afterEach, expect, test } from "vitest";
import { TodoClient, type TodoClientOptions } from "../../client/todo_client.ts";
import type * as TodoReplica from "../../client/todo_replica.ts";
import type { SubscriptionEnd } from "../../client/todo_subscription.ts";
import type { EventParams } from "../../shared/protocol/results.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { FakeNetwork } from "./support/fake_network.ts";
import { FakeServer, type FakeServerOptions } from "./support/fake_server.ts";
import { TodoWorld } from "./support/todo_world.ts";

const servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function connect(options: FakeServerOptions, more: Partial<TodoClientOptions> = {}) {
  const server = await FakeServer.start(options);
  servers.push(server);
  const client = await TodoClient.connect({ url: server.url, token: "token-of-alice", ...more });
  return { server, client, connection: server.connection };
}

/** A listener whose news can be awaited. */
function follower() {
  const changes: (EventParams | undefined)[] = [];
  let replica: TodoReplica.T | undefined;
  let ended: SubscriptionEnd | undefined;
  let wake: () => void = () => undefined;
  return {
    changes,
    changed(now: TodoReplica.T, event: EventParams | undefined) {
      replica = now;
      changes.push(event);
      wake();
    },
    ended(reason: SubscriptionEnd) {
      ended = reason;
      wake();
    },
    titles: (): string[] =>
      replica === undefined
        ? []
        : [...TodoList.page(replica.state.todos, 0)].map(({ title }) => title),
    end: () => ended,
    async until(met: () => boolean): Promise<void> {
      while (!met())
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}

test("methods send params as the protocol names them and leave out what is not given", async () => {
  const { client, connection } = await connect({ answer: () => ({ result: {} }) });
  await Promise.all([
    client.whoami(),
    client.start({ title: "T" }, { key: "k" }),
    client.lists({ after: "a", limit: 2, timeoutMs: 9 }),
    client.addTodo("l", { title: "Milk", date: null }),
    client.updateTodo("l", 1, {
      patch: { done: true },
      addTags: ["x"],
      removeTags: ["y"],
      ifRev: 3,
      key: "k",
    }),
    client.deleteTodo("l", 1, { ifRev: 2 }),
    client.todos("l", null, { after: 4 }),
    client.list("l"),
    client.call("subscribe", { list: "l", epoch: "e", seq: 1 }),
    client.unsubscribe("l"),
    client.share("l", "bob", { role: "viewer" }),
    client.unshare("l", "bob"),
    client.members("l"),
    client.renameList("l", "U"),
    client.tx("l", [
      { op: "add_todo", todo: { title: "Milk" } },
      { op: "update_todo", id: 1, patch: { done: true }, addTags: ["x"], ifRev: 4 },
      { op: "delete_todo", id: 2, ifRev: 5 },
    ]),
    client.agenda({ from: "2026-12-01", after: "l", afterId: 3, limit: 2 }, { timeoutMs: 9 }),
    client.history("l", { before: 9, limit: 2 }),
    client.deleteList("l"),
    client.restoreList("l"),
    client.describe(),
  ]);
  client.cast("delete_todo", { list: "l", id: 1 });
  await client.whoami();
  const sent = connection.frames
    .join("\n")
    .split("\n")
    .map((text) => JSON.parse(text));
  const made = sent.map(({ params }) => params.key).filter((key) => key?.length > 1);
  expect(made).toHaveLength(6);
  expect(new Set(made).size).toBe(6);
  for (const { params } of sent) if (params.key?.length > 1) params.key = "made";
  const key = "made";
  expect(sent.map(({ method, params }) => [method, params])).toEqual([
    ["whoami", {}],
    ["start", { title: "T", key: "k" }],
    ["lists", { after: "a", limit: 2, timeout_ms: 9 }],
    ["add_todo", { list: "l", todo: { title: "Milk", date: null }, key }],
    [
      "update_todo",
      {
        list: "l",
        id: 1,
        patch: { done: true },
        add_tags: ["x"],
        remove_tags: ["y"],
        if_rev: 3,
        key: "k",
      },
    ],
    ["delete_todo", { list: "l", id: 1, if_rev: 2, key }],
    ["todos", { list: "l", date: null, after: 4 }],
    ["list", { list: "l" }],
    ["subscribe", { list: "l", epoch: "e", seq: 1 }],
    ["unsubscribe", { list: "l" }],
    ["share", { list: "l", user: "bob", role: "viewer", key }],
    ["unshare", { list: "l", user: "bob", key }],
    ["members", { list: "l" }],
    ["rename_list", { list: "l", title: "U", key }],
    [
      "tx",
      {
        list: "l",
        ops: [
          { op: "add_todo", todo: { title: "Milk" } },
          { op: "update_todo", id: 1, patch: { done: true }, add_tags: ["x"], if_rev: 4 },
          { op: "delete_todo", id: 2, if_rev: 5 },
        ],
        key,
      },
    ],
    ["agenda", { from: "2026-12-01", after: "l", after_id: 3, limit: 2, timeout_ms: 9 }],
    ["history", { list: "l", before: 9, limit: 2 }],
    ["delete_list", { list: "l" }],
    ["restore_list", { list: "l" }],
    ["describe", {}],
    ["delete_todo", { list: "l", id: 1 }],
    ["whoami", {}],
  ]);
});

test("by `call` a write has a key too; what is not known is not sent again", async () => {
  const network = new FakeNetwork();
  const { environment } = network;
  const client = await TodoClient.connect({ url: "ws://test/", environment });
  const add = client.call("add_todo", { list: "l", todo: { title: "Milk" } });
  const own = client.call("add_todo", { list: "l", todo: { title: "Milk" }, key: "own" });
  const given = client.call("share", { list: "l", user: "bob" }, { key: "given" });
  const newer = client.call("brand_new" as "whoami", { list: "l" });
  const [made] = network.socket.sent;
  const lost = expect(newer).rejects.toMatchObject({ kind: "closed" });
  network.socket.end();
  await lost;
  await network.advance(500);
  const keys = network.socket.sent.map(({ params }) => params.key);
  expect(keys).toEqual([expect.stringMatching(/^.{21}$/), "own", "given"]);
  expect(keys[0]).toBe(made?.params.key);
  for (const call of network.socket.sent) network.socket.refuse("forbidden", {}, call);
  for (const call of [add, own, given]) {
    await expect(call).rejects.toMatchObject({ kind: "forbidden", data: { applied: "unknown" } });
  }
});

test("allLists reads on while there is more", async () => {
  const pages: Record<string, object> = {
    "": { lists: [{ list: "a" }, { list: "b" }], more: true },
    b: { lists: [{ list: "c" }] },
  };
  const { client } = await connect({
    answer: ({ params }) => ({ result: pages[String(params.after ?? "")] }),
  });
  expect((await client.allLists()).map(({ list }) => list)).toEqual(["a", "b", "c"]);
});

test("a followed list is read page by page while it changes, then event by event", async () => {
  const world = new TodoWorld(2);
  const { client } = await connect({
    answer(message, connection) {
      const answer = world.answer(message, connection);
      // A change on the heels of each page: its push comes before the next page is asked for.
      if (message.method === "list" && world.page("list-1").seq < 9) {
        queueMicrotask(() =>
          world.change("list-1", { op: "todo_updated", todo: todo(5, "changed") }),
        );
      }
      return answer;
    },
  });
  const { list } = await client.start({ title: "T" });
  for (const n of [1, 2, 3, 4, 5]) await client.addTodo(list, { title: `t${n}` });
  const seen = follower();
  client.follow(list, seen);
  await seen.until(() => seen.changes.length > 0);
  await client.addTodo(list, { title: "t6" });
  await seen.until(() => seen.titles().length === 6);
  expect(seen.titles()).toEqual(["t1", "t2", "t3", "t4", "changed", "t6"]);
  expect(seen.changes[0]).toBeUndefined();
  expect(seen.changes.at(-1)).toMatchObject({ op: "todo_added", by: "alice" });
});

test("a gap is healed by subscribing again from the last position", async () => {
  const world = new TodoWorld();
  const { client, connection } = await connect({ answer: world.answer });
  const { list, epoch } = await client.start({ title: "T" });
  const seen = follower();
  client.follow(list, seen);
  await seen.until(() => seen.changes.length === 1);
  const subscribers = world.lists.get(list)?.subscribers;
  subscribers?.delete(connection);
  await client.addTodo(list, { title: "missed" });
  subscribers?.add(connection);
  await client.addTodo(list, { title: "seen" });
  await seen.until(() => seen.titles().length === 2);
  const asked = connection.frames.filter((frame) => frame.includes('"subscribe"'));
  expect(asked).toHaveLength(2);
  expect(JSON.parse(asked[1] ?? "").params).toEqual({ list, epoch, seq: 0 });
});

test("a snapshot that is pushed takes the place of the copy; what is old is ignored", async () => {
  const world = new TodoWorld();
  const { client, connection } = await connect({ answer: world.answer });
  const { list } = await client.start({ title: "T" });
  const seen = follower();
  client.follow(list, seen);
  await seen.until(() => seen.changes.length === 1);
  await client.addTodo(list, { title: "one" });
  connection.push("snapshot", {
    ...world.page(list),
    seq: 7,
    todos: [todo(9, "nine")],
    reason: "slow",
  });
  connection.push("event", { list, epoch: `e-${list}`, seq: 7, op: "todo_deleted", id: 9 });
  connection.push("no_such_push", { list });
  await seen.until(() => seen.titles()[0] === "nine");
  expect(seen.changes).toHaveLength(3);
});

test.each(["deleted", "revoked"] as const)("gone ends it: %s", async (reason) => {
  const world = new TodoWorld();
  const { client, connection } = await connect({ answer: world.answer });
  const { list } = await client.start({ title: "T" });
  const seen = follower();
  client.follow(list, seen);
  await seen.until(() => seen.changes.length === 1);
  connection.push("gone", { list, reason });
  await seen.until(() => seen.end() !== undefined);
  expect(seen.end()).toBe(reason);
});

test("a refused subscribe and a server that closes for good end it with the error", async () => {
  const world = new TodoWorld();
  const { client, connection } = await connect({ answer: world.answer });
  const refused = follower();
  client.follow("none", refused);
  await refused.until(() => refused.end() !== undefined);
  expect(refused.end()).toMatchObject({ kind: "not_found" });
  const { list } = await client.start({ title: "T" });
  const lost = follower();
  client.follow(list, lost);
  await lost.until(() => lost.changes.length === 1);
  connection.close(4403, "revoked");
  await lost.until(() => lost.end() !== undefined);
  expect(lost.end()).toMatchObject({ kind: "unauthenticated" });
});

test("pushes that nobody follows go to `pushed`", async () => {
  const names: string[] = [];
  let came: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    came = resolve;
  });
  const pushed = (name: string) => {
    names.push(name);
    if (name === "tick") came();
  };
  const { connection } = await connect({}, { pushed });
  connection.push("event", { list: "other" });
  connection.push("tick", { now: 1 });
  await arrived;
  expect(names).toEqual(["event", "tick"]);
});

function todo(id: number, title: string): Todo {
  return { id, title, date: null, done: false, rev: 0 };
}
