/**
 * History and resume: what one list's process looks up in its log, and says in its place.
 */
import { describe, expect, test } from "vitest";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import { PAGE_BYTES_MAX } from "../../shared/protocol/limits.ts";
import type { EventParams, List, Results, Subscribed } from "../../shared/protocol/results.ts";
import { type Caller, kindOf, ListWorld, resultOf } from "./list_world.ts";

type History = Results<"history">;

interface Filling {
  readonly world: ListWorld;
  readonly caller: Caller;
}

function fill({ world, caller }: Filling, count: number, notes = ""): void {
  for (let n = 0; n < count; n++) {
    caller.askSoon({ type: "add_todo", todo: { title: `t${n}`, notes } });
    if (n % 50 === 49) {
      world.settle();
      world.commit();
    }
  }
  world.settle();
  world.commit();
}

/** alice's list at seq 202, of which more was said than is at hand; the log answers when told. */
function longList() {
  const world = new ListWorld();
  const { alice, bob } = world.shared();
  fill({ world, caller: alice }, 200);
  const { epoch } = alice.result<List>({ type: "list", limit: 1 });
  world.log.holdsLooks = true;
  return { world, alice, bob, epoch };
}

function seqsOf({ events }: { readonly events: readonly EventParams[] }): number[] {
  return events.map(({ seq }) => seq);
}

describe("history", () => {
  test("is the events as they were pushed, the newest first", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    fill({ world, caller: alice }, 3);
    const { events } = alice.result<History>({ type: "history", limit: 3 });
    expect(events).toEqual(bob.events.toReversed());
  });

  test("comes in pages: by number, 100 when not told, and by bytes", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    fill({ world, caller: alice }, 130, "n".repeat(9_000));
    const seqs: number[] = [];
    for (let before: number | undefined; ; before = seqs.at(-1)) {
      const page = alice.result<History>({ type: "history", before });
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(PAGE_BYTES_MAX);
      seqs.push(...seqsOf(page));
      if (page.more !== true) break;
    }
    expect(seqs).toEqual(Array.from({ length: 132 }, (_, index) => 132 - index));
    expect(alice.result({ type: "history", before: 1 })).toEqual({ events: [] });
    const page = alice.result<History>({ type: "history", before: 3, limit: 2 });
    expect(page).not.toHaveProperty("more");
  });

  test("is short: a hundred events when nothing is said", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    fill({ world, caller: alice }, 110);
    expect(alice.result<History>({ type: "history" })).toMatchObject({ more: true });
    expect(alice.result<History>({ type: "history" }).events).toHaveLength(100);
  });

  test("has the writes that were sent before it, once they are on disk", () => {
    const world = new ListWorld();
    const { alice, carol } = world.shared();
    alice.add("Milk");
    const asked = carol.ask({ type: "history" });
    expect(asked.answer).toBeUndefined();
    world.commit();
    expect(seqsOf(resultOf<History>(asked))).toEqual([3, 2, 1]);
    expect(kindOf(world.caller("eve").ask({ type: "history" }))).toBe("not_found");
  });
});

describe("history, while the log is asked", () => {
  test("is not told to one who was removed, or of a list that was deleted", () => {
    for (const end of ["unshare", "delete_list"] as const) {
      const world = new ListWorld();
      const { alice, bob } = world.shared();
      bob.ask({ type: "subscribe" });
      bob.take();
      world.log.holdsLooks = true;
      bob.ask({ type: "history" });
      alice.ask(end === "unshare" ? { type: end, user: "bob" } : { type: end });
      world.commit();
      world.log.answerLooks();
      world.settle();
      const reason = end === "unshare" ? "revoked" : "deleted";
      expect(bob.take()).toEqual([`gone ${reason}`, "history not_found"]);
    }
  });
});

describe("subscribe, from a position", () => {
  test("further back than what is at hand is answered from the log and what came since", () => {
    const { world, alice, bob, epoch } = longList();
    const asked = bob.ask({ type: "subscribe", epoch, seq: 20 });
    fill({ world, caller: alice }, 3);
    expect(bob.take()).toEqual([]);
    world.log.answerLooks();
    world.settle();
    const resumed = resultOf<Extract<Subscribed, { mode: "resumed" }>>(asked);
    expect(resumed).toMatchObject({ mode: "resumed", epoch, seq: 205 });
    expect(seqsOf(resumed)).toEqual(Array.from({ length: 185 }, (_, index) => 21 + index));
    fill({ world, caller: alice }, 1);
    expect(bob.take()).toEqual(["subscribe @205", "event @206"]);
  });

  test("gets a snapshot when too much came while the log was asked", () => {
    const { world, alice, bob, epoch } = longList();
    const asked = bob.ask({ type: "subscribe", epoch, seq: 20 });
    fill({ world, caller: alice }, 200);
    world.log.answerLooks();
    world.settle();
    expect(resultOf(asked)).toMatchObject({ mode: "snapshot", reason: "too_many", seq: 402 });
  });

  test("is answered before an unsubscribe that follows it, and by one answer alone", () => {
    const { world, alice, bob, epoch } = longList();
    bob.ask({ type: "subscribe", epoch, seq: 20 });
    bob.ask({ type: "unsubscribe" });
    expect(bob.take()).toEqual(["subscribe @202", "unsubscribe done"]);
    world.log.answerLooks();
    fill({ world, caller: alice }, 1);
    expect(bob.take()).toEqual([]);
  });

  test("by one who joins again is answered before what it asks then; by others when known", () => {
    for (const again of [true, undefined]) {
      const { world, bob, epoch } = longList();
      bob.ask({ type: "subscribe", epoch, seq: 20, ...(again && { again }) });
      bob.ask({ type: "members" });
      const told = bob.take();
      expect(told).toEqual(again ? ["subscribe @202", "members @202"] : ["members @202"]);
      world.log.answerLooks();
      world.settle();
      expect(bob.take()).toEqual(again ? [] : ["subscribe @202"]);
    }
  });

  test("of one who was removed meanwhile finds no list", () => {
    const { world, alice, bob, epoch } = longList();
    bob.ask({ type: "subscribe", epoch, seq: 20 });
    alice.ask({ type: "unshare", user: "bob" });
    world.commit();
    world.log.answerLooks();
    world.settle();
    expect(bob.take()).toEqual(["subscribe not_found"]);
  });

  test("is not found when the list is deleted meanwhile", () => {
    const { world, alice, bob, epoch } = longList();
    bob.ask({ type: "subscribe", epoch, seq: 20 });
    alice.ask({ type: "delete_list" });
    world.commit();
    expect(bob.take()).toEqual(["subscribe not_found"]);
    world.log.answerLooks();
    world.settle();
    expect(bob.take()).toEqual([]);
  });

  test("by one who joins again is answered that the list was deleted meanwhile", () => {
    const { world, alice, bob, epoch } = longList();
    const asked = bob.ask({ type: "subscribe", epoch, seq: 20, again: true });
    alice.ask({ type: "delete_list" });
    world.commit();
    expect(asked.answer).toMatchObject({ kind: "not_found", isDeleted: true });
  });

  test.each<[string, { again?: true }, (world: ListWorld, bob: Caller) => void]>([
    ["asks something else", { again: true }, (_world, bob) => bob.ask({ type: "history" })],
    ["leaves", {}, (_world, bob) => bob.ask({ type: "unsubscribe" })],
    ["is told that the log failed", {}, ({ log }) => log.answerLooks()],
  ])("one removed before the log has answered, who %s, is not let in", (_what, again, then) => {
    const { world, alice, bob, epoch } = longList();
    world.log.failsEvents = true;
    const asked = bob.ask({ type: "subscribe", epoch, seq: 20, ...again });
    alice.ask({ type: "unshare", user: "bob" });
    world.commit();
    then(world, bob);
    world.settle();
    expect(asked.answer).toMatchObject({ ok: false, kind: "not_found" });
    bob.take();
    alice.ask({ type: "rename_list", title: "Secret" });
    world.commit();
    expect(bob.take()).toEqual([]);
  });

  test("a list that has something to look up does not fall asleep over it", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    world.log.holdsLooks = true;
    const asked = alice.ask({ type: "history" });
    world.pass(3 * IDLE_MS);
    world.log.answerLooks();
    world.settle();
    expect(seqsOf(resultOf<History>(asked))).toEqual([2, 1]);
  });
});
