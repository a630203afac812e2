/**
 * TodoServer: loading, too much at once, strange messages, sleep and sudden death.
 */
import { describe, expect, test } from "vitest";
import {
  type CallResult,
  call,
  exitProcess,
  GenServer,
  type Pid,
  send,
} from "../../server/runtime/index.ts";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import { LIST_MAILBOX_MAX } from "../../shared/protocol/limits.ts";
import type { List } from "../../shared/protocol/results.ts";
import { kindOf, LIST, ListWorld, resultOf } from "./list_world.ts";

describe("while the list is loaded", () => {
  test("requests wait, and are then handled turn by turn, each caller's in order", () => {
    const { world, alice, bob } = asleep();
    world.log.holdsLoads = true;
    alice.add("a");
    bob.ask({ type: "list" });
    bob.add("b");
    alice.ask({ type: "delete_todo", id: 1 });
    expect([alice.take(), bob.take(), world.log.queued]).toEqual([[], [], 0]);
    world.log.answerLoads();
    world.settle();
    world.commit();
    expect([alice.take(), bob.take()]).toEqual([
      ["add_todo @3", "delete_todo @4"],
      ["list @3", "add_todo @5"],
    ]);
  });

  test("a list that was not born refuses those who waited, and goes", () => {
    const world = new ListWorld();
    const eve = world.caller("eve");
    world.log.holdsLoads = true;
    eve.ask({ type: "list" });
    eve.add("a");
    world.log.answerLoads();
    world.settle();
    expect(eve.take()).toEqual(["list not_found", "add_todo not_found"]);
    expect(world.directory.size).toBe(0);
  });

  test("damage in the log ends the process, and those who wait are told", () => {
    const { world, alice } = asleep();
    const reasons: unknown[] = [];
    world.runtime.telemetry.attach("process_exited", ({ reason }) => reasons.push(reason));
    world.log.breakFor(LIST);
    alice.ask({ type: "list" });
    expect(alice.take()).toEqual(["list crashed"]);
    expect(reasons).toEqual([{ load_failed: "damaged", list: LIST }]); // Which the log shows.
    world.log.mend();
    expect(world.directory.find(LIST)).toBeUndefined(); // Nobody need look again so soon.
    world.pass(60_000);
    alice.ask({ type: "list" });
    expect(alice.take()).toEqual(["list @2"]);
  });
});

describe("while too much is uncommitted", () => {
  test("at 1,000 events no command is taken, news is; a flood delays only its own caller", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    for (let n = 0; n < 1000; n++) alice.askSoon({ type: "add_todo", todo: { title: `t${n}` } });
    alice.askSoon({ type: "add_todo", todo: { title: "the next" } });
    bob.askSoon({ type: "list", limit: 1 });
    bob.askSoon({ type: "unsubscribe" });
    world.settle();
    expect(world.log.queued).toBe(1000);
    expect(world.log.appends).toBe(1003);
    world.commit(1);
    expect(alice.take()).toEqual(["add_todo @3"]);
    expect(world.log.queued).toBe(1000); // One left, one taken; then it is full again.
    world.commit();
    world.commit();
    expect(alice.take().slice(-1)).toEqual(["add_todo @1003"]);
    expect(bob.take()).toEqual(["list @3", "unsubscribe done"]);
  });

  test("at 1 MiB too", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    const notes = "n".repeat(10_000);
    for (let n = 0; n < 110; n++) alice.ask({ type: "add_todo", todo: { title: "x", notes } });
    const over = world.log.uncommittedBytes - 1024 * 1024;
    expect(over >= 0 && over < 10_200).toBe(true); // The last one taken went over it.
    world.commit();
    world.commit();
    expect(world.log.seqOf(LIST)).toBe(112);
  });

  test("a subscriber's death is noticed, and a refusal empties all", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    for (let n = 0; n < 1001; n++) alice.ask({ type: "add_todo", todo: { title: "x" } });
    bob.die();
    world.refuse("read_only");
    expect(new Set(alice.take())).toEqual(new Set(["add_todo read_only"]));
    expect(world.log.queued).toBe(1); // The one that had not been taken.
    world.commit();
    expect(alice.take()).toEqual(["add_todo @3"]);
  });

  test("a full mailbox refuses calls at once", () => {
    const { world, alice } = asleep();
    world.log.holdsLoads = true;
    for (let n = 0; n < LIST_MAILBOX_MAX; n++) alice.askSoon({ type: "unsubscribe" });
    expect(kindOf(alice.askSoon({ type: "unsubscribe" }))).toBe("overloaded");
    world.log.answerLoads();
    world.settle();
    expect(alice.take()).toHaveLength(LIST_MAILBOX_MAX);
  });
});

describe("a request whose time is over", () => {
  test("is skipped; one whose time ends now is done", () => {
    const { world, alice } = asleep();
    world.log.holdsLoads = true;
    alice.ask({ type: "add_todo", todo: { title: "too late" } }, { timeoutMs: 99 });
    alice.ask({ type: "add_todo", todo: { title: "in time" } }, { timeoutMs: 100 });
    world.pass(100);
    world.log.answerLoads();
    world.settle();
    world.commit();
    expect(alice.take()).toEqual(["add_todo @3"]);
    expect(alice.result({ type: "list" })).toMatchObject({ todos: [{ title: "in time" }] });
  });
});

describe("a message that it does not know", () => {
  const STRANGE: readonly unknown[] = [
    null,
    undefined,
    "hello",
    7,
    {},
    [],
    { type: "of_the_future" },
    { type: "DOWN" },
    { type: "EXIT", from: {}, reason: "normal" },
    12n,
  ];

  test.each(STRANGE.map((message) => [message]))("%o changes nothing", (message) => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    const server = world.directory.whereis(LIST) as Pid<unknown>;
    const before = alice.result({ type: "list" });
    send(server, message);
    GenServer.cast(server, message);
    world.settle();
    alice.add("a");
    send(server, message); // With an append under way.
    world.commit();
    expect(world.directory.whereis(LIST)).toBe(server);
    expect(bob.take()).toEqual(["subscribe @2", "event @3"]);
    expect(alice.result({ type: "list", after: 1 })).toEqual({ ...before, seq: 3, next: 2 });
  });

  test.each(STRANGE.map((message) => [message]))("%o may come while it loads", (message) => {
    const { world, alice } = asleep();
    world.log.holdsLoads = true;
    alice.ask({ type: "list" });
    send(world.directory.whereis(LIST) as Pid<unknown>, message);
    world.settle();
    world.log.answerLoads();
    world.settle();
    expect(alice.take()).toEqual(["list @2"]);
  });

  test("as a call is not answered, and changes nothing", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    const server = world.directory.whereis(LIST) as Pid;
    const answers: CallResult<unknown>[] = [];
    world.runtime.spawn(function* () {
      for (const request of STRANGE) answers.push(yield* call(server, request, 10));
    });
    world.pass(1000);
    expect(answers).toEqual(STRANGE.map(() => ({ ok: false, error: "timeout" })));
    expect(alice.result({ type: "list" })).toMatchObject({ seq: 2 });
    expect(world.directory.whereis(LIST)).toBe(server);
  });
});

describe("sleep", () => {
  test("a list that does not exist goes at once, when nobody waits any more", () => {
    const world = new ListWorld();
    const eve = world.caller("eve");
    const processes = world.runtime.processCount;
    for (let n = 0; n < 3; n++) eve.askSoon({ type: "list" });
    world.settle();
    expect(eve.take()).toEqual(new Array(3).fill("list not_found"));
    expect([world.directory.size, world.runtime.processCount]).toEqual([0, processes]);
  });

  test("an idle list goes, and comes back as it was, its pid apart", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    alice.add("a");
    world.commit();
    const before = alice.ask({ type: "list" });
    world.pass(IDLE_MS + 10_000);
    expect(world.directory.size).toBe(0);
    const after = alice.ask({ type: "list" });
    expect(after.answer).toEqual(before.answer);
    expect(after.server).not.toBe(before.server);
  });

  test("a list that was used, is watched or has something unsaid stays", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    world.pass(IDLE_MS - 10_000);
    alice.ask({ type: "list" });
    world.pass(20_000);
    expect(world.directory.size).toBe(1);
    alice.add("a"); // Never committed.
    world.pass(10 * IDLE_MS);
    expect(world.directory.size).toBe(1);
    world.commit();
    bob.ask({ type: "subscribe" });
    world.pass(10 * IDLE_MS);
    expect(world.directory.size).toBe(1);
    bob.ask({ type: "unsubscribe" });
    world.pass(2 * IDLE_MS);
    expect(world.directory.size).toBe(0);
  });
});

describe("a crash", () => {
  test("in one list is invisible to the others, and the next request finds it as it was", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    alice.ask({ type: "start" }, { list: "other" });
    world.commit();
    bob.ask({ type: "subscribe" });
    alice.ask({ type: "subscribe" }, { list: "other" });
    alice.add("a");
    alice.ask({ type: "delete_todo", id: 1 });
    world.commit();
    const before = alice.result<List>({ type: "list" });
    const others = world.directory.whereis("other");
    alice.take();

    world.log.breakFor(LIST);
    alice.add("never");
    expect(alice.take()).toEqual(["add_todo crashed"]);
    expect(world.directory.whereis(LIST)).toBeUndefined();
    world.log.mend();

    alice.add("b", { list: "other" });
    world.commit();
    expect(alice.take()).toEqual(["add_todo @1", "event @1"]);
    expect(world.directory.whereis("other")).toBe(others);
    expect(alice.result<List>({ type: "list" })).toEqual(before);
    const added = alice.add("b");
    world.commit();
    expect(resultOf(added)).toEqual({ id: 2, rev: 5, seq: 5 });
  });

  test("answers those who wait at once, and those who call the dead", () => {
    const world = new ListWorld();
    world.shared();
    const server = world.directory.whereis(LIST) as Pid;
    const at = world.clock.now();
    const answers: unknown[] = [];
    const question = {
      user: "alice",
      deadline: at + 5000,
      request: { type: "add_todo", todo: { title: "never said" } },
    };
    world.runtime.spawn(function* () {
      answers.push(yield* call(server, question));
      answers.push(yield* call(server, question));
    });
    world.settle();
    expect(answers).toEqual([]);
    exitProcess(server, "kill");
    world.settle();
    expect(answers).toEqual([
      { ok: false, error: "killed" },
      { ok: false, error: "noproc" },
    ]);
    expect(world.clock.now()).toBe(at);
  });

  test("with appends in the queue: the next process waits for them and has them", () => {
    const world = new ListWorld();
    const { alice, bob } = world.shared();
    bob.ask({ type: "subscribe" });
    alice.add("a");
    alice.add("b");
    exitProcess(world.directory.whereis(LIST) as Pid, "kill");
    const read = alice.ask({ type: "list" });
    expect(read.answer).toBeUndefined();
    world.commit();
    expect(alice.take()).toEqual(["add_todo crashed", "add_todo crashed", "list @4"]);
    expect(resultOf<List>(read).todos.map(({ title }) => title)).toEqual(["a", "b"]);
    expect(bob.take()).toEqual(["subscribe @2"]); // A connection joins again by its position.
  });

  test("as often as it likes: its supervisor goes on", () => {
    const world = new ListWorld();
    const { alice } = world.shared();
    for (let n = 0; n < 50; n++) {
      alice.ask({ type: "list" });
      exitProcess(world.directory.whereis(LIST) as Pid, { bug: n });
      world.settle();
    }
    expect(alice.result({ type: "list" })).toMatchObject({ seq: 2 });
  });
});

/** alice's and bob's list, its process asleep. */
function asleep() {
  const world = new ListWorld();
  const { alice, bob } = world.shared();
  world.pass(2 * IDLE_MS);
  expect(world.directory.size).toBe(0);
  return { world, alice, bob };
}
