/** Strategies: who begins again with the one that failed, in what order. */
import { describe, expect, test } from "vitest";
import {
  exitProcess,
  GenServer,
  isAlive,
  Supervisor,
  self,
  send,
  spawn,
  unlink,
} from "../../server/runtime/index.ts";
import { groupOf } from "../../server/runtime/strategies.ts";
import { child, supervised, up } from "./children.ts";
import { downOf, forever, pass } from "./world.ts";

test("the group of the one that failed", () => {
  const children = ["a", "b", "c"];
  expect(groupOf("one_for_one", children, "b")).toEqual(["b"]);
  expect(groupOf("rest_for_one", children, "b")).toEqual(["b", "c"]);
  expect(groupOf("one_for_all", children, "b")).toEqual(children);
});

describe("rest_for_one and one_for_all", () => {
  test("140 sup-rest-for-one", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const ids = ["a", "b", "c", "d"];
      const children = ids.map((id) => spec(id));
      const sup = up(runtime, children, { strategy: "rest_for_one" });
      const before = ids.map((id) => child(sup, id));
      yield* log();
      GenServer.cast(child(sup, "b"), "crash");
      const events = yield* log(60);
      return [events, ids.map((id, place) => child(sup, id) === before[place])];
    });
    const stops = ["stop b crash", "stop d shutdown", "stop c shutdown"];
    const starts = ["start b", "start c", "start d"];
    expect(got).toEqual([
      [...stops, ...starts],
      [true, false, false, false],
    ]);
  });

  test("141 sup-one-for-all", () => {
    const events = supervised(function* ({ runtime, spec, log }) {
      const children = [spec("a"), spec("b"), spec("c")];
      const sup = up(runtime, children, { strategy: "one_for_all" });
      yield* log();
      GenServer.cast(child(sup, "b"), "crash");
      return yield* log(60);
    });
    const stops = ["stop b crash", "stop c shutdown", "stop a shutdown"];
    expect(events).toEqual([...stops, "start a", "start b", "start c"]);
  });

  test("all begin again, also one that had ended and one that was terminated; no temporary", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const transient = spec("b", "plain", { restart: "transient" });
      const temporary = spec("t", "plain", { restart: "temporary" });
      const children = [spec("a", "plain"), transient, temporary, spec("c", "plain")];
      const sup = up(runtime, children, { strategy: "one_for_all" });
      GenServer.cast(child(sup, "b"), "normal");
      yield* Supervisor.terminateChild(sup, "c");
      yield* log(1);
      exitProcess(child(sup, "a"), "crash");
      return [yield* log(50), Supervisor.whichChildren(sup).map(({ id }) => id)];
    });
    expect(got).toEqual([
      ["start a", "start b", "start c"],
      ["a", "b", "c"],
    ]);
  });

  test("one that does not end in time is killed before anything starts again", () => {
    const got = supervised(function* ({ runtime, clock, spec, log }) {
      const children = [spec("a"), spec("b", "stubborn", { shutdownMs: 50 })];
      const sup = up(runtime, children, { strategy: "one_for_all" });
      yield* log();
      const from = clock.now();
      GenServer.cast(child(sup, "a"), "crash");
      const early = yield* log(40);
      const reason = yield* downOf(child(sup, "b"));
      return [early, reason, clock.now() - from, yield* log(1), runtime.timers.size];
    });
    expect(got).toMatchObject([
      ["stop a crash", "b refuses shutdown"],
      "killed",
      expect.any(Number),
      ["start a"],
      0,
    ]);
  });

  test("a second failure while the group ends is part of the same restart", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const children = [spec("a"), spec("b", "plain"), spec("c", "stubborn", { shutdownMs: 50 })];
      const sup = up(runtime, children, {
        strategy: "one_for_all",
        intensity: { restarts: 1, withinMs: 1000 },
      });
      yield* log();
      GenServer.cast(child(sup, "a"), "crash");
      yield* pass(10);
      exitProcess(child(sup, "b"), "crash too");
      return [yield* log(100), isAlive(sup)];
    });
    expect(got).toEqual([["stop a crash", "c refuses shutdown", "start a", "start b"], true]);
  });

  test("orders given meanwhile are refused as restarting; a stop waits its turn", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const children = [spec("a"), spec("b"), spec("c", "stubborn", { shutdownMs: 50 })];
      const sup = up(runtime, children, { strategy: "one_for_all" });
      yield* log();
      GenServer.cast(child(sup, "b"), "crash");
      yield* pass(10);
      const orders = [
        Supervisor.startChild(sup, spec("d")),
        Supervisor.restartChild(sup, "b"),
        Supervisor.deleteChild(sup, "b"),
        Supervisor.restartChild(sup, "a"),
      ];
      Supervisor.stop(sup);
      return [orders.map((order) => !order.ok && order.reason), yield* log(100), isAlive(sup)];
    });
    const restarted = ["stop b crash", "c refuses shutdown", "stop a shutdown"];
    const stopped = ["c refuses shutdown", "stop b shutdown", "stop a shutdown"];
    expect(got).toEqual([
      ["restarting", "restarting", "restarting", "running"],
      [...restarted, "start a", "start b", ...stopped],
      false,
    ]);
  });

  test("a start that fails in the group is tried again with those behind it, and counted", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const me = self<unknown>();
      let tries = 0;
      const flaky: Supervisor.ChildSpec = {
        id: "b",
        start: () => {
          tries += 1;
          send(me, `try ${tries}`);
          return tries === 2 ? { ok: false, reason: "not today" } : spec("b").start();
        },
      };
      const sup = up(runtime, [spec("a"), flaky, spec("c")], { strategy: "rest_for_one" });
      yield* log();
      GenServer.cast(child(sup, "a"), "crash");
      return [yield* log(10), Supervisor.countChildren(sup).active];
    });
    const stops = ["stop a crash", "stop c shutdown", "stop b shutdown"];
    expect(got).toEqual([[...stops, "start a", "try 2", "try 3", "start b", "start c"], 3]);
  });

  test("between two tries to start again it can be told to stop", () => {
    const got = supervised(function* ({ runtime, spec }) {
      let [tries, failing] = [0, false];
      const flaky: Supervisor.ChildSpec = {
        id: "a",
        start: () => {
          tries += 1;
          if (tries === 5) Supervisor.stop(sup);
          return failing ? { ok: false, reason: "never" } : spec("a").start();
        },
      };
      const many = { restarts: 1_000_000, withinMs: 1000 };
      const sup = up(runtime, [flaky], { intensity: many });
      failing = true;
      GenServer.cast(child(sup, "a"), "crash");
      return [yield* downOf(sup), tries];
    });
    expect(got).toEqual(["shutdown", 5]);
  });

  test("a child that has cut its link to the supervisor is ended with the others", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const start = (): GenServer.Started => {
        const supervisor = self();
        const pid = spawn(function* () {
          unlink(supervisor);
          yield* forever();
        });
        return { ok: true, pid };
      };
      const sup = up(runtime, [spec("a"), { id: "u", start }], { strategy: "one_for_all" });
      const loose = child(sup, "u");
      yield* log(1);
      GenServer.cast(child(sup, "a"), "crash");
      const events = yield* log(10);
      return [isAlive(loose), events, child(sup, "u") === loose];
    });
    expect(got).toEqual([false, ["stop a crash", "start a"], false]);
  });
});
