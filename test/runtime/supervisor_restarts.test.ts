/** Supervisor: restarts what fails, gives up in time, starts more children when asked. */
import { describe, expect, test } from "vitest";
import {
  exitProcess,
  GenServer,
  isAlive,
  Supervisor,
  self,
  send,
  spawn,
  spawnLink,
} from "../../server/runtime/index.ts";
import { child, childrenOf, supervised, up } from "./children.ts";
import { downOf, forever, newWorld, pass, take } from "./world.ts";

describe("restarting", () => {
  test("139 sup-one-for-one, 142 sup-restarted-child-has-a-fresh-state", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const ids = ["a", "b", "c"];
      const sup = up(
        runtime,
        ids.map((id) => spec(id)),
      );
      const before = ids.map((id) => child(sup, id));
      yield* log();
      GenServer.cast(child(sup, "b"), "crash");
      const events = yield* log(60);
      return [events, ids.map((id, place) => child(sup, id) === before[place])];
    });
    expect(got).toEqual([
      ["stop b crash", "start b"],
      [true, false, true],
    ]);
  });

  test("143 sup-restart-kinds", () => {
    const reasons = ["normal", "shutdown", { shutdown: "x" }, "crash", "kill"] as const;
    const table: unknown[] = [];
    for (const restart of ["permanent", "transient", "temporary"] as const) {
      for (const reason of reasons) {
        const after = supervised(function* ({ runtime, spec, log }) {
          const sup = up(runtime, [spec("a", "plain", { restart })]);
          yield* log();
          const pid = child(sup, "a");
          if (reason === "kill") exitProcess(pid, "kill");
          else GenServer.cast(pid, reason);
          const again = (yield* log(30)).includes("start a");
          const [left] = Supervisor.whichChildren(sup);
          if (left === undefined) return [again, "removed"];
          return [again, left.pid === undefined ? "kept_undefined" : "running"];
        });
        table.push([restart, reason, ...after]);
      }
    }
    expect(table).toEqual([
      ...reasons.map((reason) => ["permanent", reason, true, "running"]),
      ...reasons.slice(0, 3).map((reason) => ["transient", reason, false, "kept_undefined"]),
      ...reasons.slice(3).map((reason) => ["transient", reason, true, "running"]),
      ...reasons.map((reason) => ["temporary", reason, false, "removed"]),
    ]);
  });

  test("144 sup-intensity-reached-ends-the-supervisor, 145 by default at 3 in 5 seconds", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const sup = up(runtime, [spec("a"), spec("b")]);
      const reasons: unknown[] = [];
      spawn(function* () {
        reasons.push(yield* downOf(sup, 60_000));
      });
      for (const _ of [1, 2, 3]) {
        GenServer.cast(child(sup, "a"), "crash");
        yield* pass(1600);
      }
      const alive = isAlive(sup);
      yield* log();
      GenServer.cast(child(sup, "a"), "crash");
      return [alive, yield* log(40), reasons];
    });
    expect(got).toEqual([true, ["stop a crash", "stop b shutdown"], ["shutdown"]]);
  });

  test("restarts that lie further apart than the period do not add up", () => {
    const got = supervised(function* ({ runtime, spec }) {
      const sup = up(runtime, [spec("a")], { intensity: { restarts: 1, withinMs: 100 } });
      for (const _ of Array(20)) {
        GenServer.cast(child(sup, "a"), "crash");
        yield* pass(101);
      }
      return isAlive(sup);
    });
    expect(got).toBe(true);
  });

  test("a child that fails to start again uses up the intensity", () => {
    const got = supervised(function* ({ runtime, spec }) {
      let starts = 0;
      const flaky: Supervisor.ChildSpec = {
        id: "flaky",
        start: () => {
          starts += 1;
          if (starts > 1) return { ok: false, reason: "not today" };
          return spec("flaky").start();
        },
      };
      const sup = up(runtime, [flaky]);
      GenServer.cast(child(sup, "flaky"), "crash");
      const reason = yield* downOf(sup);
      return [reason, starts];
    });
    expect(got).toEqual(["shutdown", 4]);
  });
});

describe("startChild", () => {
  test("starts at once: the child can be sent to in the same turn", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const sup = up(runtime, []);
      const started = Supervisor.startChild(sup, spec("a"));
      if (started.ok) GenServer.cast(started.pid, "asked");
      return [started.ok && child(sup, "a") === started.pid, yield* log(10)];
    });
    expect(got).toEqual([true, ["start a", "stop a asked", "start a"]]);
  });

  test("works from outside any process, and its child is the supervisor's", () => {
    const world = newWorld();
    const spec = childrenOf(world.runtime, world.runtime.spawn<unknown>(forever));
    const sup = Supervisor.start(world.runtime, { name: "sup", children: [] });
    const started = sup.ok ? Supervisor.startChild(sup.pid, spec("a")) : sup;
    expect([started.ok, world.runtime.processCount]).toEqual([true, 3]);
    if (sup.ok) Supervisor.stop(sup.pid);
    world.clock.settle();
    expect(world.runtime.processCount).toBe(1);
  });

  test("152 sup-duplicate-child-id; of a dead supervisor noproc", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const sup = up(runtime, [spec("a")]);
      const again = Supervisor.startChild(sup, spec("a"));
      exitProcess(sup, "kill");
      return [again, Supervisor.startChild(sup, spec("b")), yield* log(1)];
    });
    expect(got).toEqual([
      { ok: false, reason: "already_present" },
      { ok: false, reason: "noproc" },
      ["start a", "stop a killed"],
    ]);
  });

  test("a temporary child's id is free at its end, and its news harms no successor", () => {
    const got = supervised(function* ({ runtime, spec }) {
      const temporary = spec("list", "plain", { restart: "temporary" });
      const sup = up(runtime, [temporary]);
      exitProcess(child(sup, "list"), "kill");
      const second = Supervisor.startChild(sup, temporary);
      yield* pass(10);
      return [second.ok && child(sup, "list") === second.pid, second.ok && isAlive(second.pid)];
    });
    expect(got).toEqual([true, true]);
  });

  test("while the supervisor ends it is refused", () => {
    const got = supervised(function* ({ runtime, spec }) {
      const sup = up(runtime, [spec("a", "stubborn", { shutdownMs: 100 })]);
      yield* pass(1);
      Supervisor.stop(sup);
      yield* pass(1);
      return Supervisor.startChild(sup, spec("b"));
    });
    expect(got).toEqual({ ok: false, reason: "shutdown" });
  });

  test("a child that its start did not link is supervised all the same", () => {
    const got = supervised(function* ({ runtime, log }) {
      const me = self<unknown>();
      const start = (): GenServer.Started => {
        send(me, "start");
        return { ok: true, pid: runtime.spawn(forever) };
      };
      const sup = up(runtime, [{ id: "a", start }]);
      exitProcess(child(sup, "a"), "crash");
      const events = yield* log(10);
      const second = child(sup, "a");
      Supervisor.stop(sup);
      yield* pass(1);
      return [events, isAlive(second)];
    });
    expect(got).toEqual([["start", "start"], false]);
  });

  test("a start that ends its own supervisor leaves neither behind", () => {
    const got = supervised(function* ({ runtime }) {
      const sup = up(runtime, []);
      const start = (): GenServer.Started => {
        exitProcess(sup, "kill");
        return { ok: true, pid: spawnLink(forever) };
      };
      Supervisor.startChild(sup, { id: "a", start });
      yield* take();
      return [isAlive(sup), runtime.processCount];
    });
    expect(got).toEqual([false, 1]);
  });
});
