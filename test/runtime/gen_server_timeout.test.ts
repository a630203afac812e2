/** GenServer timeout: a server hears of its silence: after its time, once, and not too early. */
import { expect, test } from "vitest";
import {
  exitProcess,
  GenServer,
  type Pid,
  selectOnly,
  self,
  send,
  sendAfter,
} from "../../server/runtime/index.ts";
import { call, type Do, started, tell, up } from "./puppet.ts";
import { nextShuffle } from "./shuffle.ts";
import { drain, newWorld, pass, runSharing as run, take } from "./world.ts";

const arm =
  (ms: number): Do =>
  (state) => ["reply", "armed", state, { timeout: ms }];

test("131 gs-timeout-in-reply-tuple: after that many ms of silence, once", () => {
  const got = run(function* ({ runtime, clock }) {
    yield* call(up(runtime), arm(30));
    return [yield* take(), clock.now(), yield* drain(500)];
  });
  expect(got).toEqual([{ info: { type: "timeout" } }, 30, []]);
});

test("132 gs-timeout-cancelled-by-any-message", () => {
  const got = run(function* ({ runtime }) {
    const server = up(runtime);
    yield* call(server, arm(60));
    yield* pass(59);
    tell(server, "noise");
    return yield* drain(150);
  });
  expect(got).toEqual([{ info: "noise" }]);
});

test("a message that comes at its very moment comes instead of it", () => {
  const got = run(function* ({ runtime }) {
    const server = up(runtime) as Pid<unknown>;
    sendAfter(server, "noise", 60);
    yield* call(server, arm(60));
    return yield* drain(150);
  });
  expect(got).toEqual([{ info: "noise" }]);
});

test("0 is at once, but after what waits already", () => {
  const got = run(function* ({ runtime }) {
    const server = up(runtime);
    const armed = yield* call(server, arm(0));
    return [armed, yield* take()];
  });
  expect(got).toEqual([{ ok: true, value: "armed" }, { info: { type: "timeout" } }]);
});

test("init and continue may set it, and the end of the server cancels it", () => {
  const got = run(function* ({ runtime, clock }) {
    const tell = self<unknown>();
    started(runtime, () => ["ok", { tell, value: 0 }, { timeout: 20 }]);
    const first = [yield* take(), clock.now()];
    const second = started(runtime, () => ["ok", { tell, value: 0 }, { timeout: 5000 }]);
    exitProcess(second, "kill");
    return [...first, runtime.timers.size];
  });
  expect(got).toEqual([{ info: { type: "timeout" } }, 20, 0]);
});

test("a server that holds messages back hears of its silence all the same", () => {
  const got = run(function* ({ runtime, clock }) {
    const tell = self<unknown>();
    const server = started(runtime, () => {
      selectOnly((message) => (message as { readonly type?: string }).type === "timeout");
      return ["ok", { tell, value: 0 }, { timeout: 50 }];
    });
    send(server as Pid<unknown>, "held");
    return [yield* take(), clock.now(), yield* drain(500)];
  });
  expect(got).toEqual([{ info: { type: "timeout" } }, 50, []]);
});

test("a silence asked for at a message is told, in whatever order processes run", () => {
  const module: GenServer.Module<unknown[], unknown[]> = {
    name: "continuing",
    init(heard) {
      send(self<unknown>(), "first");
      return ["ok", heard, { continue: "now" }];
    },
    handleContinue: (_now, heard) => ["noreply", heard],
    handleInfo(message, heard) {
      heard.push(message);
      return message === "first" ? ["noreply", heard, { timeout: 0 }] : ["noreply", heard];
    },
  };
  const first = nextShuffle() ?? 1;
  for (let shuffle = first; shuffle < first + 300; shuffle++) {
    const { runtime, clock } = newWorld({ shuffle });
    const heard: unknown[] = [];
    GenServer.start(runtime, module, { args: heard });
    runtime.spawn(function* () {});
    clock.advance(1000);
    expect(heard).toEqual(["first", { type: "timeout" }]);
  }
});
