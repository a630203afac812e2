/** GenServer: calls, casts, starts, continues and timeouts; beside what Elixir's does. */
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import {
  type Down,
  exit,
  exitProcess,
  type From,
  GenServer,
  isAlive,
  monitor,
  type Pid,
  self,
  send,
  spawn,
  spawnLink,
  trapExits,
} from "../../server/runtime/index.ts";
import {
  call,
  type Do,
  get,
  later,
  puppet,
  put,
  type State,
  started,
  stopWith,
  tell,
  up,
} from "./puppet.ts";
import { dead, downOf, drain, forever, newWorld, pass, runSharing as run, take } from "./world.ts";

describe("call, cast and messages", () => {
  test("95 gs-call-and-cast, 96 gs-casts-before-a-call-are-seen-in-order", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime, "zero");
      const cast = GenServer.cast(server, (state: State) => [
        "noreply",
        { ...state, value: "one" },
      ]);
      const old = yield* call(server, put([]));
      for (const n of [1, 2, 3]) {
        GenServer.cast(server, (state: State) => {
          return ["noreply", { ...state, value: [...(state.value as number[]), n] }];
        });
      }
      return [cast, old, yield* call(server, get)];
    });
    const answers = [
      { ok: true, value: "one" },
      { ok: true, value: [1, 2, 3] },
    ];
    expect(got).toEqual([true, ...answers]);
  });

  test("101 gs-unknown-message-goes-to-handle-info, 102 gs-default-handle-info-ignores", () => {
    const got = run(function* ({ runtime }) {
      tell(up(runtime), { who: "knows" });
      const silent = GenServer.start(
        runtime,
        { name: "silent", init: () => ["ok", 1] },
        { args: 0 },
      );
      if (!silent.ok) return;
      tell(silent.pid, "whatever");
      return [yield* take(), isAlive(silent.pid)];
    });
    expect(got).toEqual([{ info: { who: "knows" } }, true]);
  });

  test("103 gs-unknown-cast-or-call-by-default-crashes", () => {
    const got = run(function* ({ runtime }) {
      const silent = { name: "silent", init: () => ["ok", 1] as const };
      const reasons: unknown[] = [];
      for (const how of ["call", "cast"]) {
        const result = GenServer.start(runtime, silent, { args: 0 });
        if (!result.ok) return;
        monitor(result.pid);
        if (how === "call") yield* GenServer.call(result.pid, "huh");
        else GenServer.cast(result.pid, "huh");
        reasons.push(((yield* take()) as Down).reason);
      }
      return reasons;
    });
    expect(got).toMatchObject([
      { message: "silent: no handleCall" },
      { message: "silent: no handleCast" },
    ]);
  });

  test("116 gs-cast-to-dead-is-ok; a cast to a full mailbox is false", () => {
    const got = run(function* ({ runtime }) {
      const full = runtime.spawn(forever, { mailbox: { max: 0 } });
      return [GenServer.cast(yield* dead(), "x"), GenServer.cast(full, "x")];
    });
    expect(got).toEqual([true, false]);
  });

  test("119 gs-call-itself", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime);
      // A callback cannot wait, so the only call a server could make is one that fails at once;
      // not even that one in a turn whose messages are spent.
      const itself: Do = (state) => {
        const { value } = GenServer.call(self(), get).next();
        return ["reply", value, state];
      };
      const answers: unknown[] = [];
      for (let n = 0; n < 20; n++) answers.push(yield* call(server, itself));
      return answers.filter((answer) => !isDeepStrictEqual(answer, { ok: true, value: undefined }));
    });
    const itself = { ok: true, value: { ok: false, error: "calling_self" } };
    expect(got.length).toBeGreaterThan(0);
    expect(got).toEqual(got.map(() => itself));
  });

  test("121 gs-concurrent-calls-each-get-their-own-answer, though answered in reverse", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime, []);
      const me = self<unknown>();
      const keep =
        (n: number): Do =>
        (state, from) => {
          return ["noreply", { ...state, value: [[n, from], ...(state.value as unknown[])] }];
        };
      for (const n of [1, 2, 3])
        spawn(function* () {
          send(me, [n, yield* call(server, keep(n))]);
        });
      yield* pass(1);
      const waiting = yield* call(server, get);
      if (!waiting.ok) return;
      for (const [n, from] of waiting.value as [number, From][]) GenServer.reply(from, n);
      return ((yield* drain(1)) as [number, unknown][]).toSorted(([a], [b]) => a - b);
    });
    expect(got).toEqual([1, 2, 3].map((n) => [n, { ok: true, value: n }]));
  });

  test("120 gs-noreply-and-reply-later", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime);
      const me = self<unknown>();
      spawn(function* () {
        send(me, yield* call(server, later));
      });
      yield* pass(30);
      GenServer.cast(server, (state: State) => {
        GenServer.reply(state.value as From, "answered_later");
        return ["noreply", state];
      });
      return yield* take();
    });
    expect(got).toEqual({ ok: true, value: "answered_later" });
  });

  test("a call that waits behind a crash is told why", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime);
      GenServer.cast(server, stopWith("my_reason"));
      return [yield* call(server, get), yield* call(server, get)];
    });
    expect(got).toEqual([
      { ok: false, error: "my_reason" },
      { ok: false, error: "noproc" },
    ]);
  });
});

describe("start", () => {
  test("122 gs-init-stop-gives-error; 123 a linked starter is told by the answer alone", () => {
    const got = run(function* ({ runtime }) {
      trapExits(true);
      const args = (): GenServer.Init<State> => ["stop", "no_luck"];
      return [GenServer.start(runtime, puppet, { args, link: true }), yield* drain(10)];
    });
    expect(got).toEqual([{ ok: false, reason: "no_luck" }, []]);
  });

  test("a start that fails ends what init had linked with it, and keeps no name", () => {
    const got = run(function* ({ runtime }) {
      const helpers: Pid[] = [];
      const args = (): GenServer.Init<State> => {
        helpers.push(spawnLink(forever));
        return ["stop", "no_luck"];
      };
      GenServer.start(runtime, puppet, { args, link: true, register: "puppet" });
      yield* pass(1);
      return [helpers.map((pid) => isAlive(pid)), runtime.names.whereis("puppet")];
    });
    expect(got).toEqual([[false], undefined]);
  });

  test("124 gs-init-ignore, 125 gs-init-raise, 126 gs-init-bad-return, exit and throw", () => {
    const got = run(function* ({ runtime }) {
      const inits: (() => unknown)[] = [
        () => ["ignore"],
        () => {
          throw new TypeError("no init");
        },
        () => ["nonsense"],
        () => undefined,
        () => exit("left"),
        () => {
          throw "ball";
        },
        () => exitProcess(self(), "own signal"),
      ];
      return inits.map((init) => {
        const args = init as () => GenServer.Init<State>;
        return GenServer.start(runtime, puppet, { args });
      });
    });
    const stack = expect.any(String);
    expect(got).toEqual(
      [
        "ignore",
        { error: "TypeError", message: "no init", stack },
        { bad_return_value: "nonsense" },
        { bad_return_value: "undefined" },
        "left",
        { nocatch: "ball" },
        "own signal",
      ].map((reason) => ({ ok: false, reason })),
    );
  });

  test("no start that fails leaves a process behind", () => {
    const world = newWorld();
    for (const reason of ["normal", "no_luck"]) {
      const args = (): GenServer.Init<State> => ["stop", reason];
      GenServer.start(world.runtime, puppet, { args });
    }
    expect(world.runtime.processCount).toBe(0);
  });

  test("127 gs-start-waits-for-init, which runs as the new process", () => {
    const got = run(function* ({ runtime }) {
      const me = self<unknown>();
      const seen: unknown[] = [];
      const server = started(runtime, () => {
        seen.push(self());
        return ["ok", { tell: me, value: 0 }];
      });
      return [seen[0] === server, self() === me];
    });
    expect(got).toEqual([true, true]);
  });

  test("134 gs-already-started, 135 gs-name-free-after-stop", () => {
    const got = run(function* ({ runtime }) {
      const tell = self<unknown>();
      const args = (): GenServer.Init<State> => ["ok", { tell, value: 0 }];
      const start = () => GenServer.start(runtime, puppet, { args, register: "one_of_a_kind" });
      const [first, second] = [start(), start()];
      if (!first.ok) return;
      const held = runtime.names.whereis("one_of_a_kind") === first.pid;
      yield* GenServer.stop(first.pid);
      return [second, held, start().ok];
    });
    expect(got).toEqual([{ ok: false, reason: "already_started" }, true, true]);
  });
});

describe("continue", () => {
  const withContinue = (tell: Pid<unknown>) => (): GenServer.Init<State> => {
    send(self<unknown>(), "message");
    return ["ok", { tell, value: 0 }, { continue: "c" }];
  };

  test("129 gs-continue-runs-before-waiting-messages, though not inside start", () => {
    const got = run(function* ({ runtime }) {
      started(runtime, withContinue(self()));
      const atStart = yield* drain();
      return [atStart, yield* drain(10)];
    });
    expect(got).toEqual([[], [{ continued: "c" }, { info: "message" }]]);
  });

  test("of init runs in the first turn, also when no message is there", () => {
    const got = run(function* ({ runtime }) {
      const tell = self<unknown>();
      started(runtime, () => ["ok", { tell, value: 0 }, { continue: "c" }]);
      return yield* drain(10);
    });
    expect(got).toEqual([{ continued: "c" }]);
  });

  test("a crash in it is the server's end, not a failure of its start", () => {
    const got = run(function* ({ runtime }) {
      const broken: GenServer.Module<number, number> = {
        name: "broken",
        init: () => ["ok", 1, { continue: "x" }],
        handleContinue: () => exit("in_continue"),
      };
      const result = GenServer.start(runtime, broken, { args: 0 });
      return [result.ok, result.ok && (yield* downOf(result.pid))];
    });
    expect(got).toEqual([true, "in_continue"]);
  });

  test("130 gs-continue-after-reply, before the messages that wait", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime, 0);
      const more: Do = (state) => ["reply", "first", state, { continue: "more" }];
      tell(server, "waits?");
      const answer = yield* call(server, (state) => {
        send(self<unknown>(), "waiting");
        return more(state);
      });
      return [answer, yield* drain(10)];
    });
    expect(got).toEqual([
      { ok: true, value: "first" },
      [{ info: "waits?" }, { continued: "more" }, { info: "waiting" }],
    ]);
  });

  test("100,000 in a row keep no stack", () => {
    const got = run(function* ({ runtime }) {
      const module: GenServer.Module<number, number, "get"> = {
        name: "stepper",
        init: () => ["ok", 0, { continue: 0 }],
        handleCall: (_request, _from, state) => ["reply", state, state],
        handleContinue: (_argument, state) =>
          state < 100_000 ? ["noreply", state + 1, { continue: 0 }] : ["noreply", state],
      };
      const result = GenServer.start(runtime, module, { args: 0 });
      return result.ok ? yield* GenServer.call(result.pid, "get") : undefined;
    });
    expect(got).toEqual({ ok: true, value: 100_000 });
  });
});
