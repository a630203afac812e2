/** Sys: a server's state, pause and trace; beside what OTP's sys does. */
import { describe, expect, test } from "vitest";
import {
  exit,
  exitProcess,
  GenServer,
  isAlive,
  type Pid,
  processInfo,
  type Runtime,
  selectOnly,
  self,
  send,
  spawn,
  startCallback,
  sys,
  type TraceEvent,
} from "../../server/runtime/index.ts";
import { dead, downOf, drain, idle, pass, run, take } from "./world.ts";

const counter: GenServer.Module<number, number, "next", number> = {
  name: "counter",
  init: (first) => ["ok", first],
  handleCall: (_next, _from, count) => ["reply", count, count + 1],
  handleCast: (add, count) => ["noreply", count + add],
  handleInfo: (message, count) => (message === "die" ? exit("died") : ["noreply", count + 1000]),
};

function up(runtime: Runtime, first: number): Pid<unknown> {
  const started = GenServer.start(runtime, counter, { args: first });
  if (!started.ok) throw new Error("it did not start");
  return started.pid;
}

describe("get_state", () => {
  test("comes in its order behind the messages sent before", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime, 1);
      GenServer.cast(server, 10);
      const state = yield* sys.getState<number>(server);
      return [state, yield* GenServer.call(server, "next")];
    });
    const eleven = { ok: true, value: 11 };
    expect(got).toEqual([eleven, eleven]);
  });

  test("what is no server, is dead, is oneself or dies meanwhile is told at once", () => {
    const got = run(function* ({ runtime }) {
      const plain = startCallback(runtime, () => {});
      const bad = [idle(), plain.pid, yield* dead(), self<unknown>()];
      const errors: unknown[] = [];
      for (const pid of bad) errors.push(yield* sys.getState(pid));
      const dying = up(runtime, 3);
      send(dying, "die");
      errors.push(yield* sys.getState(dying));
      return [errors, yield* drain()];
    });
    const errors = ["no_server", "no_server", "noproc", "calling_self", "died"];
    expect(got).toEqual([errors.map((error) => ({ ok: false, error })), []]);
  });

  test("of a server that selects other messages times out; the late answer is dropped", () => {
    const got = run(function* ({ runtime }) {
      const module: GenServer.Module<number, number> = {
        name: "loading",
        init(first) {
          selectOnly((message) => message === "loaded");
          return ["ok", first];
        },
        handleInfo(_message, state) {
          selectOnly(undefined);
          return ["noreply", state];
        },
      };
      const started = GenServer.start(runtime, module, { args: 7 });
      if (!started.ok) return;
      const early = yield* sys.getState(started.pid, 10);
      send(started.pid, "loaded");
      return [early, yield* drain(10), yield* sys.getState(started.pid)];
    });
    expect(got).toEqual([{ ok: false, error: "timeout" }, [], { ok: true, value: 7 }]);
  });

  test("a server's silence begins again after it, and is held while it is suspended", () => {
    const got = run(function* ({ runtime, clock }) {
      const me = self<unknown>();
      const module: GenServer.Module<number, number> = {
        name: "silent",
        init: (first) => ["ok", first, { timeout: 50 }],
        handleInfo(message, state) {
          send(me, [message, clock.now()]);
          return ["noreply", state, { timeout: 50 }];
        },
      };
      const started = GenServer.start(runtime, module, { args: 7 });
      if (!started.ok) return;
      yield* pass(20);
      const state = yield* sys.getState(started.pid);
      const first = yield* take();
      yield* sys.suspend(started.pid);
      const suspended = yield* drain(200);
      yield* sys.resume(started.pid);
      const at = clock.now();
      return [state, first, suspended, at, yield* take(), runtime.timers.size];
    });
    const timeout = { type: "timeout" };
    const first = [timeout, 70];
    expect(got).toEqual([{ ok: true, value: 7 }, first, [], 270, [timeout, 320], 1]);
  });
});

describe("suspend and resume", () => {
  test("system messages get into a full mailbox", () => {
    const got = run(function* ({ runtime }) {
      const started = GenServer.start(runtime, counter, { args: 1, mailbox: { max: 1 } });
      if (!started.ok) return;
      yield* sys.suspend(started.pid);
      const casts = [GenServer.cast(started.pid, 10), GenServer.cast(started.pid, 10)];
      const state = yield* sys.getState(started.pid);
      yield* sys.resume(started.pid);
      return [casts, state, yield* sys.getState(started.pid)];
    });
    const states = [1, 11].map((value) => ({ ok: true, value }));
    expect(got).toEqual([[true, false], ...states]);
  });

  test("a suspended server takes nothing but system messages; then all, in order", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime, 1);
      const paused = [yield* sys.suspend(server), yield* sys.suspend(server)];
      const status = processInfo(server)?.status;
      const early = yield* GenServer.call(server, "next", 20);
      GenServer.cast(server, 10);
      const state = yield* sys.getState(server);
      const resumed = [yield* sys.resume(server), yield* sys.resume(server)];
      const after = yield* sys.getState(server);
      return [paused, status, early, state, resumed, after, processInfo(server)?.status];
    });
    const ok = { ok: true, value: "ok" };
    const timeout = { ok: false, error: "timeout" };
    const before = { ok: true, value: 1 };
    const after = { ok: true, value: 12 };
    expect(got).toEqual([[ok, ok], "suspended", timeout, before, [ok, ok], after, "waiting"]);
  });

  test("a suspended server can be stopped and killed, and ends with its parent", () => {
    const got = run(function* ({ runtime }) {
      const stopped = up(runtime, 1);
      yield* sys.suspend(stopped);
      const stop = yield* GenServer.stop(stopped, "normal", 100);
      const killed = up(runtime, 1);
      yield* sys.suspend(killed);
      exitProcess(killed, "kill");
      const pids: Pid[] = [];
      const parent = spawn(function* () {
        const started = GenServer.start(runtime, counter, { args: 1, link: true });
        if (!started.ok) return;
        pids.push(started.pid);
        yield* sys.suspend(started.pid);
        yield* pass(10);
        exit("leaves");
      });
      yield* downOf(parent);
      return [stop, isAlive(killed), pids.map(isAlive)];
    });
    expect(got).toEqual(["ok", false, [false]]);
  });

  test("keep the turns of a fair server's senders", () => {
    const heard: string[] = [];
    const module: GenServer.Module<undefined, undefined> = {
      name: "hearing",
      init: () => ["ok", undefined],
      handleInfo(message, state) {
        heard.push(String(message));
        return ["noreply", state];
      },
    };
    run(function* ({ runtime }) {
      const mailbox = { fair: true, max: 10 };
      const started = GenServer.start(runtime, module, { args: undefined, mailbox });
      if (!started.ok) return;
      const { pid } = started;
      yield* sys.suspend(pid);
      for (const [name, count] of [
        ["a", 4],
        ["b", 2],
      ] as const) {
        spawn(function* () {
          for (let n = 0; n < count; n++) send(pid, `${name}${n}`);
        });
        yield* pass(1);
      }
      yield* sys.resume(pid);
      yield* pass(1);
    });
    expect(heard).toEqual(["a0", "b0", "a1", "b1", "a2", "a3"]);
  });

  test("what a server selects for itself comes back with resume", () => {
    const got = run(function* ({ runtime }) {
      const me = self<unknown>();
      const module: GenServer.Module<number, number> = {
        name: "choosy",
        init(first) {
          selectOnly((message) => typeof message !== "string");
          return ["ok", first];
        },
        handleInfo(message, state) {
          send(me, message);
          return ["noreply", state];
        },
      };
      const started = GenServer.start(runtime, module, { args: 7 });
      if (!started.ok) return;
      yield* sys.suspend(started.pid);
      for (const message of ["text", 42]) send(started.pid, message);
      const held = yield* drain(10);
      yield* sys.resume(started.pid);
      return [held, yield* drain(10)];
    });
    expect(got).toEqual([[], [42]]);
  });
});

test("trace tells of every message, reply and state, until it is called off", () => {
  const got = run(function* ({ runtime }) {
    const me = self<TraceEvent>();
    const server = up(runtime, 1);
    yield* sys.trace(server, me);
    yield* GenServer.call(server, "next");
    GenServer.cast(server, 10);
    send(server, "hello");
    yield* sys.getState(server);
    yield* sys.trace(server, undefined);
    yield* GenServer.call(server, "next");
    const told = (yield* drain()) as TraceEvent[];
    return told.map(({ pid, event }) => [pid === server, Object.entries(event)[0]]);
  });
  const steps = [
    ["call", "next"],
    ["reply", 1],
    ["state", 2],
    ["cast", 10],
    ["state", 12],
    ["info", "hello"],
    ["state", 1012],
  ];
  expect(got).toEqual(steps.map((step) => [true, step]));
});
