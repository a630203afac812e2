/** Supervisor: telling of its children, ending, restarting and forgetting one of them. */
import { expect, test } from "vitest";
import {
  exitProcess,
  GenServer,
  isAlive,
  Supervisor,
  self,
  send,
  spawn,
} from "../../server/runtime/index.ts";
import { child, supervised, up } from "./children.ts";
import { dead, downOf, pass, sorted } from "./world.ts";

test("150 sup-count-and-which-children, the first one first", () => {
  const got = supervised(function* ({ runtime, spec }) {
    const inner = (): GenServer.Started =>
      Supervisor.start(runtime, { name: "inner", children: [], link: true });
    const sub: Supervisor.ChildSpec = { id: "sub", start: inner, type: "supervisor" };
    const sup = up(runtime, [spec("a", "plain"), sub, spec("i", "ignoring")]);
    const list = Supervisor.whichChildren(sup);
    const told = list.map(({ id, pid, type }) => [id, pid !== undefined && isAlive(pid), type]);
    const counts = Supervisor.countChildren(sup);
    exitProcess(sup, "kill");
    return [told, counts, Supervisor.countChildren(sup).specs];
  });
  const told = [
    ["a", true, "worker"],
    ["sub", true, "supervisor"],
    ["i", false, "worker"],
  ];
  expect(got).toEqual([told, { specs: 3, active: 2, supervisors: 1, workers: 2 }, 0]);
});

test("151 sup-terminate-restart-delete-child", () => {
  const got = supervised(function* ({ runtime, spec }) {
    const sup = up(runtime, [spec("a", "plain")]);
    return [
      Supervisor.deleteChild(sup, "a"),
      yield* Supervisor.terminateChild(sup, "a"),
      Supervisor.countChildren(sup).active,
      Supervisor.restartChild(sup, "a").ok,
      Supervisor.restartChild(sup, "a"),
      yield* Supervisor.terminateChild(sup, "a"),
      Supervisor.deleteChild(sup, "a"),
      Supervisor.restartChild(sup, "a"),
    ];
  });
  const ok = { ok: true };
  const running = { ok: false, reason: "running" };
  const notFound = { ok: false, reason: "not_found" };
  expect(got).toEqual([running, ok, 0, true, running, ok, ok, notFound]);
});

test("terminating: of a dead child ok, of an unknown one not_found, of the dead noproc", () => {
  const got = supervised(function* ({ runtime, spec }) {
    const temporary = spec("t", "plain", { restart: "temporary" });
    const sup = up(runtime, [spec("i", "ignoring"), temporary]);
    const ended = yield* Supervisor.terminateChild(sup, "i");
    const forgotten = yield* Supervisor.terminateChild(sup, "t");
    const ids = Supervisor.whichChildren(sup).map(({ id }) => id);
    const unknown = yield* Supervisor.terminateChild(sup, "x");
    exitProcess(sup, "kill");
    const ofTheDead = yield* Supervisor.terminateChild(sup, "i");
    const stranger = yield* Supervisor.terminateChild(yield* dead(), "i");
    return [ended, forgotten, ids, unknown, ofTheDead, stranger, Supervisor.deleteChild(sup, "i")];
  });
  const ok = { ok: true };
  const noproc = { ok: false, reason: "noproc" };
  const notFound = { ok: false, reason: "not_found" };
  expect(got).toEqual([ok, ok, ["i"], notFound, noproc, noproc, noproc]);
});

test("terminating waits for the end; what others ask meanwhile waits behind it", () => {
  const got = supervised(function* ({ runtime, clock, spec, log }) {
    const sup = up(runtime, [spec("a"), spec("b", "stubborn", { shutdownMs: 50 })]);
    const me = self<unknown>();
    yield* log();
    const from = clock.now();
    spawn(function* () {
      yield* Supervisor.terminateChild(sup, "b");
      send(me, `b has ended after ${clock.now() - from}`);
    });
    yield* pass(10);
    GenServer.cast(child(sup, "a"), "crash");
    const early = yield* log(30);
    return [early, sorted(yield* log(30)), runtime.timers.size];
  });
  const early = ["b refuses shutdown", "stop a crash"];
  expect(got).toEqual([early, ["b has ended after 50", "start a"], 0]);
});

test("a terminated child is not restarted, and no restart is counted", () => {
  const got = supervised(function* ({ runtime, spec, log }) {
    const sup = up(runtime, [spec("a")], { intensity: { restarts: 0, withinMs: 1000 } });
    yield* Supervisor.terminateChild(sup, "a");
    return [yield* log(50), isAlive(sup)];
  });
  expect(got).toEqual([["start a", "stop a shutdown"], true]);
});

test("a restart that fails leaves the child as it was", () => {
  const got = supervised(function* ({ runtime, spec }) {
    let failing = false;
    const start = (): GenServer.Started => spec("a", failing ? "failing" : "plain").start();
    const sup = up(runtime, [{ id: "a", start }]);
    yield* Supervisor.terminateChild(sup, "a");
    failing = true;
    const failed = Supervisor.restartChild(sup, "a");
    failing = false;
    return [failed, Supervisor.restartChild(sup, "a").ok];
  });
  expect(got).toEqual([{ ok: false, reason: "bad_child" }, true]);
});

test("a supervisor as a child has as long to end as it needs", () => {
  const got = supervised(function* ({ runtime, clock, spec }) {
    const slow = spec("slow", "stubborn", { shutdownMs: 60_000 });
    const start = (): GenServer.Started =>
      Supervisor.start(runtime, { name: "inner", children: [slow], link: true });
    const sup = up(runtime, [{ id: "inner", start, type: "supervisor" }]);
    yield* pass(1);
    const from = clock.now();
    Supervisor.stop(sup);
    const reason = yield* downOf(child(sup, "inner"), 100_000);
    return [reason, clock.now() - from];
  });
  expect(got).toEqual(["shutdown", 60_000]);
});

test("what is no order leaves the supervisor as it is", () => {
  const got = supervised(function* ({ runtime, spec }) {
    const sup = up(runtime, [spec("a")]);
    for (const message of [null, "text", 42, { type: "EXIT" }])
      send(sup as never, message as never);
    const answer = yield* GenServer.call(sup, "what?", 10);
    return [answer, isAlive(sup)];
  });
  expect(got).toEqual([{ ok: false, error: "timeout" }, true]);
});
