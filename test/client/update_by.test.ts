/** UpdateBy: a todo changed by a function of it; and writes that are repeated without a key. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TodoUpdater } from "../../client/call_options.ts";
import { TodoClient } from "../../client/todo_client.ts";
import { patchBetween } from "../../client/update_by.ts";
import { applyPatch, newTodo } from "../../shared/todo/patch.ts";
import type { NewTodo, Priority, Todo } from "../../shared/todo/todo.ts";
import { FakeNetwork } from "./support/fake_network.ts";

const milk: Todo = { id: 1, title: "1", date: null, done: false, rev: 5 };

async function connect() {
  const network = new FakeNetwork();
  const { environment } = network;
  const client = await TodoClient.connect({ url: "ws://test/", environment });
  return { network, client };
}

const countUp = (todo: Todo): NewTodo => ({ ...todo, title: `${Number(todo.title) + 1}` });
const page = { list: "l", title: "T", epoch: "e", seq: 5, next: 2, todos: [milk] };

describe("an updater", () => {
  test("is read, patched, and tried again with the todo of the conflict", async () => {
    const { network, client } = await connect();
    const updated = client.updateTodo("l", 1, countUp);
    expect(network.socket.last).toMatchObject({ method: "list", params: { after: 0, limit: 1 } });
    network.socket.reply(page);
    await network.settle();
    const first = network.socket.last.params;
    expect(first).toMatchObject({ id: 1, patch: { title: "2" }, if_rev: 5 });
    network.socket.refuse("conflict", { retry: false, todo: { ...milk, title: "7", rev: 9 } });
    await network.settle();
    expect(network.socket.last.params).toMatchObject({ patch: { title: "8" }, if_rev: 9 });
    network.socket.reply({ changed: true, seq: 10 });
    expect(await updated).toEqual({ changed: true, seq: 10 });
  });

  test("a followed list is not read; nothing to change is asked all the same", async () => {
    const { network, client } = await connect();
    client.follow("l", { changed: () => undefined, ended: () => undefined });
    network.socket.reply({ mode: "snapshot", ...page });
    const updated = client.updateTodo("l", 1, { update: (todo) => todo, key: "k", timeoutMs: 100 });
    await network.settle();
    expect(network.socket.told).toEqual(["subscribe l", "update_todo l"]);
    const { params } = network.socket.last;
    expect(params).toMatchObject({ patch: {}, if_rev: 5, key: "k", timeout_ms: 100 });
    network.socket.reply({ changed: false, seq: 5 });
    await updated;
  });

  test("one todo that is not there: not_found, and nothing is written", async () => {
    const { network, client } = await connect();
    const updated = client.updateTodo("l", 1, countUp);
    network.socket.reply({ ...page, todos: [{ ...milk, id: 2 }] });
    await expect(updated).rejects.toMatchObject({
      kind: "not_found",
      data: { what: "todo", applied: "no" },
    });
    expect(network.socket.told).toEqual(["list l"]);
  });

  test("its own error is thrown; conflicts end with the time", async () => {
    const { network, client } = await connect();
    const thrown = client.updateTodo("l", 1, () => {
      throw new RangeError("mine");
    });
    network.socket.reply(page);
    await expect(thrown).rejects.toThrow(RangeError);
    const late = client.updateTodo("l", 1, { update: countUp, timeoutMs: 1000 });
    network.socket.reply(page);
    await network.advance(1500);
    network.socket.refuse("conflict", { retry: false, todo: milk });
    await expect(late).rejects.toMatchObject({ kind: "conflict" });
  });

  test("one that makes no todo at once, such as an async one, changes nothing", async () => {
    const { network, client } = await connect();
    const updater = (async (todo: Todo) => countUp(todo)) as unknown as TodoUpdater;
    const updated = client.updateTodo("l", 1, updater);
    network.socket.reply(page);
    await expect(updated).rejects.toThrow(TypeError);
    expect(network.socket.told).toEqual(["list l"]);
  });

  test("all its rounds have the time of one call", async () => {
    const { network, client } = await connect();
    const updated = client.updateTodo("l", 1, countUp);
    const failing = expect(updated).rejects.toMatchObject({
      kind: "timeout",
      data: { applied: "unknown" },
    });
    await network.advance(6000, 100);
    network.socket.reply(page);
    await network.settle();
    expect(network.socket.last.params).toMatchObject({ if_rev: 5, timeout_ms: 1 });
    await network.advance(1000, 100);
    expect(network.alarms).toBe(1); // Of the silence.
    await failing;
  });

  test("a copy that is not right is not used: it may be of before a restore", async () => {
    const { network, client } = await connect();
    client.follow("l", { changed: () => undefined, ended: () => undefined });
    network.socket.reply({ mode: "snapshot", ...page });
    network.socket.end();
    client.updateTodo("l", 1, countUp).catch(() => undefined);
    await network.advance(500);
    expect(network.socket.told).toEqual(["list l", "subscribe l"]);
  });

  test("any two todos: the patch between them makes of one the other", () => {
    const arbitrary = fc.record({
      title: fc.constantFrom("a", "b"),
      date: fc.constantFrom(null, "2026-12-24"),
      done: fc.boolean(),
      notes: fc.constantFrom(null, "", "n"),
      priority: fc.constantFrom<Priority | null>(null, "high", "low"),
      tags: fc.constantFrom(null, [], ["x"], ["x", "y"], ["x,y"]),
      assignee: fc.constantFrom(null, "bob"),
    });
    fc.assert(
      fc.property(arbitrary, arbitrary, (from, to) => {
        const todo = newTodo(1, 5, from);
        const patch = patchBetween(todo, to);
        expect(applyPatch(todo, { patch })).toEqual(newTodo(1, 5, to));
        if (applyPatch(todo, { patch }) === todo) expect(patch).toEqual({});
      }),
    );
  });
});

describe("a write without a key, sent again after its connection was lost", () => {
  test("delete_list: not_found is done", async () => {
    const { network, client } = await connect();
    const deleted = client.deleteList("l");
    network.socket.end();
    await network.advance(500);
    network.socket.refuse("not_found", { retry: false, what: "list", applied: "no" });
    await deleted;
  });

  test("delete_list of the first time: not_found it is", async () => {
    const { network, client } = await connect();
    const deleted = client.deleteList("l");
    network.socket.refuse("not_found", { retry: false, what: "list", applied: "no" });
    await expect(deleted).rejects.toMatchObject({ kind: "not_found", data: { applied: "no" } });
  });

  test("restore_list: not_found is done when the list is there", async () => {
    const { network, client } = await connect();
    const restored = client.restoreList("l");
    network.socket.end();
    await network.advance(500);
    network.socket.refuse("not_found", { retry: false, what: "list", applied: "no" });
    await network.settle();
    network.socket.reply(page);
    expect(await restored).toEqual({ seq: 5 });
  });

  test.each(["refused", "silent"])(
    "restore_list, its list %s: unknown, in its time",
    async (how) => {
      const { network, client } = await connect();
      const restored = client.restoreList("l");
      const failing = expect(restored).rejects.toMatchObject({
        kind: "not_found",
        data: { applied: "unknown" },
      });
      network.socket.end();
      await network.advance(3000, 100);
      const gone = { retry: false, what: "list", applied: "no" };
      network.socket.refuse("not_found", gone);
      await network.settle();
      expect(network.socket.last.params).toMatchObject({ limit: 1, timeout_ms: 2000 });
      if (how === "refused") network.socket.refuse("not_found", gone);
      else await network.advance(4000, 100);
      await failing;
    },
  );
});
