/** DynamicSupervisor: children on demand, restarted alone, ended together. */
import { expect, test } from "vitest";
import {
  type Down,
  DynamicSupervisor,
  exit,
  exitProcess,
  GenServer,
  isAlive,
  monitor,
  on,
  type Pid,
  type Runtime,
  receive,
  trapExits,
} from "../../server/runtime/index.ts";
import { supervised } from "./children.ts";
import { dead, downOf, pass, sorted } from "./world.ts";

type Options = Partial<DynamicSupervisor.DynamicSupervisorOptions>;

function up(runtime: Runtime, options: Options = {}): Pid {
  trapExits(true);
  const started = DynamicSupervisor.start(runtime, { name: "lists", link: true, ...options });
  if (!started.ok) throw new Error("the supervisor did not start");
  return started.pid;
}

function startChild(sup: Pid, spec: DynamicSupervisor.ChildSpec): Pid<unknown> {
  const started = DynamicSupervisor.startChild(sup, spec);
  if (!started.ok) throw new Error("the child did not start");
  return started.pid;
}

test("154 dynsup-start-crash-terminate", () => {
  const got = supervised(function* ({ runtime, spec, log }) {
    const sup = up(runtime, { intensity: { restarts: 10, withinMs: 5000 } });
    const a = startChild(sup, spec("a", "plain"));
    const b = startChild(sup, spec("b", "plain", { restart: "temporary" }));
    yield* log();
    for (const pid of [a, b]) exitProcess(pid, "kill");
    const events = yield* log(60);
    const { active } = DynamicSupervisor.countChildren(sup);
    const [left] = DynamicSupervisor.whichChildren(sup);
    if (left?.pid === undefined) return;
    const first = yield* DynamicSupervisor.terminateChild(sup, left.pid);
    const second = yield* DynamicSupervisor.terminateChild(sup, left.pid);
    return [events, active, first, second, DynamicSupervisor.whichChildren(sup)];
  });
  const second = { ok: false, reason: "not_found" };
  expect(got).toEqual([["start a"], 1, { ok: true }, second, []]);
});

test("max_children refuses one more, and takes one again when one has ended", () => {
  const got = supervised(function* ({ runtime, spec }) {
    const sup = up(runtime, { childrenMax: 1 });
    const a = startChild(sup, spec("a", "plain", { restart: "temporary" }));
    const refused = DynamicSupervisor.startChild(sup, spec("b"));
    const counts = DynamicSupervisor.countChildren(sup);
    exitProcess(a, "kill");
    yield* pass(1);
    return [refused, counts, DynamicSupervisor.startChild(sup, spec("b")).ok];
  });
  const counts = { specs: 1, active: 1, supervisors: 0, workers: 1 };
  expect(got).toEqual([{ ok: false, reason: "max_children" }, counts, true]);
});

test("restart kinds are those of a Supervisor; one that ended for good is forgotten", () => {
  const got = supervised(function* ({ runtime, spec }) {
    const sup = up(runtime, { intensity: { restarts: 10, withinMs: 5000 } });
    const table: unknown[] = [];
    for (const restart of ["permanent", "transient", "temporary"] as const) {
      for (const reason of ["normal", "crash"]) {
        const pid = startChild(sup, spec("a", "plain", { restart }));
        GenServer.cast(pid, reason);
        yield* pass(1);
        const [left] = DynamicSupervisor.whichChildren(sup);
        table.push([restart, reason, left !== undefined && left.pid !== pid]);
        if (left?.pid !== undefined) yield* DynamicSupervisor.terminateChild(sup, left.pid);
      }
    }
    return table;
  });
  expect(got).toEqual([
    ["permanent", "normal", true],
    ["permanent", "crash", true],
    ["transient", "normal", false],
    ["transient", "crash", true],
    ["temporary", "normal", false],
    ["temporary", "crash", false],
  ]);
});

test("it ends all at once, each within its own time, then itself; its timers with it", () => {
  const got = supervised(function* ({ runtime, clock, spec, log }) {
    const sup = up(runtime);
    const slow = startChild(sup, spec("slow", "stubborn", { shutdownMs: 80 }));
    const quick = startChild(sup, spec("quick", "stubborn", { shutdownMs: 30 }));
    startChild(sup, spec("a"));
    startChild(sup, spec("killed", "trap", { shutdownMs: 0 }));
    const refs = [quick, slow, sup].map(monitor);
    yield* log();
    const from = clock.now();
    DynamicSupervisor.stop(sup);
    const ends: unknown[] = [];
    for (const ref of refs) {
      const end = on({ type: "DOWN", ref }, ({ reason }: Down) => reason);
      ends.push(yield* receive(end), clock.now() - from);
    }
    const told = sorted(yield* log());
    return [ends, told, runtime.timers.size, runtime.processCount];
  });
  const told = ["quick refuses shutdown", "slow refuses shutdown", "stop a shutdown"];
  expect(got).toEqual([["killed", 30, "killed", 80, "shutdown", 80], told, 0, 1]);
});

test("more restarts than its intensity end it and all its children, with shutdown", () => {
  const got = supervised(function* ({ runtime, spec, log }) {
    const sup = up(runtime, { intensity: { restarts: 1, withinMs: 1000 } });
    startChild(sup, spec("other"));
    for (const pid of [startChild(sup, spec("a", "plain")), startChild(sup, spec("b", "plain"))]) {
      exitProcess(pid, "crash");
    }
    return [yield* log(20), isAlive(sup), DynamicSupervisor.startChild(sup, spec("c"))];
  });
  const told = ["start other", "start a", "start b", "start a", "stop other shutdown"];
  expect(got).toEqual([told, false, { ok: false, reason: "noproc" }]);
});

test("a restart that fails is tried again until the intensity is reached", () => {
  const got = supervised(function* ({ runtime, spec }) {
    let starts = 0;
    const start = (): GenServer.Started => {
      starts += 1;
      if (starts > 1) return { ok: false, reason: "not today" };
      return spec("flaky", "plain").start();
    };
    const sup = up(runtime);
    exitProcess(startChild(sup, { start }), "crash");
    return [yield* downOf(sup), starts];
  });
  expect(got).toEqual(["shutdown", 4]);
});

test("a start that fails or ignores leaves nothing", () => {
  const got = supervised(function* ({ runtime, spec }) {
    const sup = up(runtime);
    const failed = DynamicSupervisor.startChild(sup, spec("f", "failing"));
    const ignored = DynamicSupervisor.startChild(sup, spec("i", "ignoring"));
    const { specs } = DynamicSupervisor.countChildren(sup);
    return [failed, ignored, specs, yield* DynamicSupervisor.terminateChild(yield* dead(), sup)];
  });
  const failed = { ok: false, reason: "bad_child" };
  const ignored = { ok: false, reason: "ignore" };
  expect(got).toEqual([failed, ignored, 0, { ok: false, reason: "noproc" }]);
});

test("the end of its parent ends it, with its children", () => {
  const got = supervised(function* ({ runtime, spec, log }) {
    const pids: Pid[] = [];
    const parent = runtime.spawn(function* () {
      pids.push(up(runtime));
      for (const sup of pids) startChild(sup, spec("a"));
      yield* pass(10);
      exit("leaves");
    });
    yield* pass(1);
    const reasons = [yield* downOf(pids[0] ?? parent), yield* downOf(parent)];
    return [reasons, yield* log()];
  });
  expect(got).toEqual([
    ["leaves", "noproc"],
    ["start a", "stop a shutdown"],
  ]);
});

test("a child that is dead when it is taken over is started again once", () => {
  const got = supervised(function* ({ runtime }) {
    const sup = up(runtime, { intensity: { restarts: 10, withinMs: 5000 } });
    const pids: Pid<unknown>[] = [];
    let starts = 0;
    const module: GenServer.Module<number, number> = { name: "child", init: (n) => ["ok", n] };
    startChild(sup, {
      start() {
        starts += 1;
        if (starts === 2) return { ok: false, reason: "busy" };
        const started = GenServer.start(runtime, module, { args: 0, link: true });
        if (!started.ok) return started;
        pids.push(started.pid);
        if (starts === 1) exitProcess(started.pid, "kill");
        return started;
      },
    });
    yield* pass(60);
    const known = DynamicSupervisor.whichChildren(sup).length;
    return [starts, pids.filter(isAlive).length, known];
  });
  expect(got).toEqual([3, 1, 1]);
});
