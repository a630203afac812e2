/**
 * Dispatch: from a message's text to its one reply, whatever happens to the list.
 */
import { expect, test } from "vitest";
import { GatewayWorld, type Peer } from "./gateway_world.ts";

const LIST = "groceries";
const ADD = { list: LIST, todo: { title: "Milk" } };

function setUp(): { world: GatewayWorld; alice: Peer } {
  const world = new GatewayWorld();
  return { world, alice: world.withList() };
}

test("an id that is in flight is refused with id null, and the first call is untouched", () => {
  const { world, alice } = setUp();
  const id = alice.call("add_todo", ADD);
  alice.says(`{"jsonrpc":"2.0","id":${id},"method":"whoami"}`);
  expect(alice.take()).toMatchObject([{ id: null, error: { data: { kind: "duplicate_id", id } } }]);
  world.lists.commit();
  expect(alice.heard()).toEqual([`${id} ok`]);
  alice.says(`{"jsonrpc":"2.0","id":${id},"method":"whoami"}`); // It is free again.
  expect(alice.heard()).toEqual([`${id} ok`]);
});

test("an id of text and the same number are two", () => {
  const { world, alice } = setUp();
  const id = alice.call("add_todo", ADD);
  alice.says(`{"jsonrpc":"2.0","id":"${id}","method":"whoami"}`);
  world.lists.commit();
  expect(alice.heard()).toEqual([`${id} ok`, `${id} ok`]);
});

test.each(["nothing", "__proto__", "constructor", "toString", "sys_status", ""])(
  'there is no method "%s"',
  (method) => {
    const { alice } = setUp();
    const id = alice.call(method, ADD);
    expect(alice.heard()).toEqual([`${id} unknown_method`]);
  },
);

test("casts are never answered: done, bad, of no method, or of one that is no cast", () => {
  const { world, alice } = setUp();
  alice.cast("add_todo", ADD);
  alice.cast("add_todo", { list: LIST, todo: {} });
  alice.cast("add_todo", { list: "none", todo: { title: "t" } });
  alice.cast("whoami", {});
  alice.cast("nothing", {});
  world.lists.commit();
  alice.call("list", { list: LIST });
  const said = alice.take();
  expect(said).toHaveLength(1);
  expect(said[0]?.result?.todos).toMatchObject([{ title: "Milk" }]);
});

test("a call whose time is over is answered once; what comes later is dropped", () => {
  const { world, alice } = setUp();
  const first = alice.call("add_todo", { ...ADD, timeout_ms: 1_000 });
  world.lists.pass(1_000);
  world.lists.pass(250);
  expect(alice.take()).toMatchObject([
    { id: first, error: { data: { kind: "timeout", retry: true, applied: "unknown" } } },
  ]);
  alice.says(`{"jsonrpc":"2.0","id":${first},"method":"list","params":{"list":"${LIST}"}}`);
  world.lists.commit();
  expect(alice.heard()).toEqual([`${first} ok`]); // That of the list, not of the add.
});

test("a read may not be applied, so its refusal does not say", () => {
  const { alice } = setUp();
  alice.call("list", { list: "none" });
  alice.call("add_todo", { list: "none", todo: { title: "t" } });
  const [read, write] = alice.take();
  expect(read?.error?.data).toEqual({ kind: "not_found", retry: false, what: "list" });
  expect(write?.error?.data).toMatchObject({ kind: "not_found", applied: "no" });
});

test("a list whose mailbox is full answers overloaded, and when to come back", () => {
  const { world, alice } = setUp();
  world.lists.log.holdsLoads = true;
  const flood = Array.from({ length: 40 }, () => world.peer("alice"));
  for (const peer of flood) peer.calls(256, "list", { list: "asleep", timeout_ms: 60_000 });
  for (const peer of flood) peer.calls(256, "members", { list: "asleep", timeout_ms: 60_000 });
  const all = flood.flatMap((peer) => peer.take()).filter(({ error }) => error !== undefined);
  expect(all).toEqual([]); // 256 wait in each connection, one bulk read each in the list.
  const many = Array.from({ length: 40 }, () => world.peer("alice"));
  for (const peer of many) peer.calls(256, "members", { list: "asleep" });
  const refused = many.flatMap((peer) => peer.take()).filter(({ error }) => error !== undefined);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.error?.data).toEqual({
    kind: "overloaded",
    retry: true,
    after_ms: 100,
  });
  alice.call("list", { list: LIST }); // Other lists go on.
  expect(alice.heard()).toHaveLength(1);
});

test("calls to a list that crashes are answered crashed, at once; the next finds it again", () => {
  const { world, alice } = setUp();
  const before = alice.call("add_todo", ADD);
  world.lists.log.breakFor(LIST);
  const crashing = alice.call("add_todo", ADD);
  expect(alice.take()).toMatchObject([
    { id: before, error: { data: { kind: "crashed", retry: true, applied: "unknown" } } },
    { id: crashing, error: { data: { kind: "crashed", applied: "unknown" } } },
  ]);
  world.lists.log.mend();
  alice.call("list", { list: LIST });
  world.lists.commit();
  expect(alice.take()[0]?.result?.todos).toMatchObject([{ title: "Milk" }]);
});

test("a call that a list passed by, its time being over, is a timeout when the list sleeps", () => {
  const { world, alice } = setUp();
  world.lists.log.holdsLoads = true;
  const first = alice.call("members", { list: "none" });
  const hurried = alice.call("members", { list: "none", timeout_ms: 1 });
  world.lists.pass(2);
  world.lists.log.answerLoads();
  world.lists.settle();
  expect(alice.heard()).toEqual([`${first} not_found`, `${hurried} timeout`]);
});

test("bulk reads run one at a time, other calls go on, each list's calls in order", () => {
  const { world, alice } = setUp();
  world.lists.log.holdsLoads = true;
  const slow = alice.call("list", { list: "asleep" });
  const read = alice.call("list", { list: LIST });
  const behind = alice.call("members", { list: LIST });
  const who = alice.call("whoami");
  expect(alice.heard()).toEqual([`${who} ok`]);
  world.lists.log.answerLoads();
  world.lists.settle();
  expect(alice.heard()).toEqual([`${slow} not_found`, `${read} ok`, `${behind} ok`]);
});

test("a bulk read waits while 256 KiB are queued, and goes on when they are sent", () => {
  const { alice } = setUp();
  alice.tcp.writableLength = 256 * 1024;
  const read = alice.call("list", { list: LIST });
  const members = alice.call("members", { list: "other" });
  expect(alice.heard()).toEqual([`${members} not_found`]);
  alice.drain();
  expect(alice.heard()).toEqual([`${read} ok`]);
});

test("a bulk read that waits too long is answered timeout and is not run", () => {
  const { world, alice } = setUp();
  alice.tcp.writableLength = 256 * 1024;
  const read = alice.call("list", { list: LIST, timeout_ms: 500 });
  world.lists.pass(750);
  expect(alice.heard()).toEqual([`${read} timeout`]);
  alice.drain();
  expect(alice.heard()).toEqual([]);
});

test("lists sees the writes that the connection sent before it", () => {
  const { world, alice } = setUp();
  const made = alice.call("start", { list: "second" });
  const lists = alice.call("lists");
  const later = alice.call("start", { list: "third" });
  expect(alice.heard()).toEqual([]);
  world.lists.commit(1);
  const said = alice.take();
  expect(said.map(({ id }) => id)).toEqual([made, lists]);
  expect(said[1]?.result?.lists?.map(({ list }) => list)).toEqual([LIST, "second"]);
  world.lists.commit();
  expect(alice.heard()).toEqual([`${later} ok`]);
});

test("subscribe and unsubscribe in one frame: unsubscribed", () => {
  const { world, alice } = setUp();
  alice.says(
    [
      `{"jsonrpc":"2.0","id":"s","method":"subscribe","params":{"list":"${LIST}"}}`,
      `{"jsonrpc":"2.0","id":"u","method":"unsubscribe","params":{"list":"${LIST}"}}`,
    ].join("\n"),
  );
  expect(alice.heard()).toEqual(["s snapshot", "u ok"]);
  alice.cast("add_todo", ADD);
  world.lists.commit();
  expect(alice.heard()).toEqual([]);
});

test("subscriptions over the limit are refused one after the other, without a wait", () => {
  const { world, alice } = setUp();
  for (let n = 0; n < 1000; n++) {
    alice.call("start", { list: `l${n}` });
    world.lists.commit();
    alice.call("subscribe", { list: `l${n}` });
  }
  alice.take();
  const first = alice.calls(200, "subscribe", { list: LIST });
  expect(alice.heard()).toEqual(Array.from({ length: 200 }, (_, n) => `${first + n} limit`));
  world.lists.log.holdsLoads = true;
  const slow = alice.call("list", { list: "asleep" });
  alice.calls(200, "subscribe", { list: LIST });
  expect(alice.heard()).toEqual([]);
  world.lists.log.answerLoads();
  world.lists.settle();
  expect(alice.heard()).toEqual([
    `${slow} not_found`,
    ...Array.from({ length: 200 }, (_, n) => `${slow + 1 + n} limit`),
  ]);
  const again = alice.call("subscribe", { list: "l7" }); // It replaces its own.
  expect(alice.heard()).toEqual([`${again} snapshot`]);
});
