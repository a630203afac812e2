/**
 * TodoDirectory: one process for a list, started on demand, and no message between two of them.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Supervisor, spawn, type Waiting } from "../../server/runtime/index.ts";
import type { ListsPage } from "../../server/storage/event_log.ts";
import * as TodoCalls from "../../server/todo/todo_calls.ts";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import { Inbox } from "../storage/inbox.ts";
import { LIST, ListWorld } from "./list_world.ts";

describe("find", () => {
  test("starts a list's process once; whereis starts none", () => {
    const world = new ListWorld();
    world.shared();
    world.pass(2 * IDLE_MS);
    const { directory } = world;
    expect([directory.whereis(LIST), directory.size]).toEqual([undefined, 0]);
    const server = directory.find(LIST);
    expect(directory.find(LIST)).toBe(server);
    expect(directory.whereis(LIST)).toBe(server);
    expect(directory.find("other")).not.toBe(server);
    expect(directory.size).toBe(2);
  });

  test("finds nothing when the lists' supervisor is gone", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    Supervisor.stop(world.supervisor);
    world.settle();
    expect(world.directory.find(LIST)).toBeUndefined();
    expect([world.directory.size, alice.ask({ type: "list" }).server]).toEqual([0, undefined]);
  });
});

test("lists asks the log for a page of the user's lists", () => {
  const world = new ListWorld();
  const { alice } = world.shared();
  alice.add("a");
  const inbox = new Inbox<ListsPage>(world.runtime);
  world.directory.lists({ user: "bob", limit: 9 }, inbox.pid, "ref");
  world.settle();
  const entry = { list: LIST, title: "Groceries", role: "editor", seq: 2, count: 0 };
  expect(inbox.left).toEqual([{ type: "lists", ref: "ref", lists: [entry], more: false }]);
});

test("a thousand idle lists go in one sweep, and leave no process behind", () => {
  const world = new ListWorld();
  const alice = world.caller("alice");
  const before = world.runtime.processCount;
  for (let n = 0; n < 1000; n++) alice.askSoon({ type: "start" }, { list: `l${n}` });
  world.settle();
  world.commit();
  expect(world.directory.size).toBe(1000);
  world.pass(IDLE_MS + 10_000);
  expect([world.directory.size, world.runtime.processCount]).toEqual([0, before]);
});

/** What happens in one moment, in that order; what a process does, so many turns later. */
interface Act {
  readonly act: "ask" | "sweep" | "process asks" | "process sweeps";
  readonly turns: number;
}

const anAct: fc.Arbitrary<Act> = fc.record({
  act: fc.constantFrom("ask", "sweep", "process asks", "process sweeps"),
  turns: fc.nat(4),
});
const moments = fc.array(fc.array(anAct, { maxLength: 12, size: "max" }), {
  minLength: 1,
  maxLength: 4,
});

describe("a request in the moment in which its list falls asleep", () => {
  test.each([LIST, "none"])("is answered in every interleaving: %s", (list) => {
    let slept = 0;
    fc.assert(
      fc.property(moments, (all) => {
        const world = new ListWorld();
        world.shared();
        world.pass(5000); // Between two sweeps, and so at every moment below.
        for (const acts of all) slept += moment(world, list, acts);
        world.pass(3 * IDLE_MS);
        expect(world.directory.size).toBe(0);
      }),
      { numRuns: 300 },
    );
    expect(slept).toBeGreaterThan(20); // Or nothing was tried.
  });
});

/** Lets the acts happen when the list may sleep; tells how often one of its processes went. */
function moment(world: ListWorld, list: string, acts: readonly Act[]): number {
  const { directory, runtime } = world;
  const alice = world.caller("alice");
  const asked = { directory, list, user: "alice" };
  const outcomes: TodoCalls.Outcome<unknown>[] = [];
  const ask = function* () {
    outcomes.push(yield* TodoCalls.list(asked));
  };
  const sweep = function* () {
    for (const _portion of directory.sweep());
  };
  let gone = 0;
  const off = runtime.telemetry.attach("process_exited", ({ label, reason }) => {
    if (label === "todo_server" && reason === "normal") gone += 1;
  });
  alice.ask({ type: "list" }, { list });
  world.pass(IDLE_MS);
  for (const { act, turns } of acts) {
    if (act === "ask") alice.askSoon({ type: "list" }, { list });
    else if (act === "sweep") for (const _portion of directory.sweep());
    else runtime.spawn(later(turns, act === "process asks" ? ask : sweep));
  }
  world.settle();
  off();
  const count = (wanted: Act["act"]) => acts.filter(({ act }) => act === wanted).length;
  const answer = list === LIST ? "list @2" : "list not_found";
  expect(alice.take()).toEqual(new Array(count("ask") + 1).fill(answer));
  const oks = outcomes.map(({ ok }) => ok);
  expect(oks).toEqual(new Array(count("process asks")).fill(list === LIST));
  return gone;
}

/** A process body that does `work` after so many turns of the run queue. */
function later(turns: number, work: () => Waiting<void>): () => Waiting<void> {
  if (turns === 0) return work;
  return function* () {
    spawn(later(turns - 1, work));
  };
}
