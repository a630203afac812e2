/** GenServer: each way in which a server ends, and who is told what. */
import { describe, expect, test } from "vitest";
import {
  type CallResult,
  type Down,
  exit,
  exitProcess,
  GenServer,
  isAlive,
  monitor,
  type Pid,
  selectOnly,
  self,
  send,
  spawn,
  spawnLink,
  trapExits,
} from "../../server/runtime/index.ts";
import { call, type Do, get, started, stopWith, tell, up } from "./puppet.ts";
import { downOf, drain, pass, reasonOf, runSharing as run, take } from "./world.ts";

describe("ends", () => {
  /** What the server says last, what the monitor says, what a caller hears. */
  function ending(how: "call" | "cast", what: Do): unknown {
    return run(function* ({ runtime }) {
      const server = up(runtime);
      monitor(server);
      let heard: CallResult<unknown> | undefined;
      if (how === "cast") GenServer.cast(server, what);
      else heard = yield* call(server, what);
      const [words, down] = (yield* drain(10)) as [unknown, Down | undefined];
      return { words, reason: down?.reason, heard };
    });
  }
  const crash = { error: "RangeError", message: "too far", stack: expect.any(String) };
  const raise: Do = () => {
    throw new RangeError("too far");
  };

  test("104 gs-stop-normal-calls-terminate, 105 gs-stop-reason-calls-terminate", () => {
    for (const reason of ["normal", "my_reason"]) {
      const wanted = { words: { terminate: reason }, reason, heard: undefined };
      expect(ending("cast", stopWith(reason))).toEqual(wanted);
    }
  });

  test("106 gs-stop-with-reply", () => {
    expect(ending("call", (state) => ["stop", "normal", "bye", state])).toEqual({
      words: { terminate: "normal" },
      reason: "normal",
      heard: { ok: true, value: "bye" },
    });
  });

  test("107 gs-stop-without-reply: the caller hears the reason as a value", () => {
    expect(ending("call", stopWith("normal"))).toEqual({
      words: { terminate: "normal" },
      reason: "normal",
      heard: { ok: false, error: "normal" },
    });
  });

  test("108 gs-raise-in-cast, 109 gs-raise-in-call: all are told of the crash", () => {
    expect(ending("cast", raise)).toMatchObject({ words: { terminate: crash }, reason: crash });
    expect(ending("call", raise)).toEqual({
      words: { terminate: crash },
      reason: crash,
      heard: { ok: false, error: crash },
    });
  });

  test("110 gs-exit-in-call", () => {
    expect(ending("call", () => exit("own_reason"))).toEqual({
      words: { terminate: "own_reason" },
      reason: "own_reason",
      heard: { ok: false, error: "own_reason" },
    });
  });

  test("111 a throw is a crash, where Elixir takes what was thrown for the answer", () => {
    const thrower: Do = () => {
      throw "ball";
    };
    expect(ending("call", thrower)).toMatchObject({ reason: { nocatch: "ball" } });
  });

  test("112 gs-bad-return-value, and a reply to a cast", () => {
    const bad: Do = () => ["not_a_valid_answer"];
    expect(ending("call", bad)).toMatchObject({
      reason: { bad_return_value: "not_a_valid_answer" },
    });
    expect(ending("cast", get)).toMatchObject({ reason: { bad_return_value: "reply" } });
    for (const value of [undefined, null, 42, "reply", {}]) {
      const reason = { bad_return_value: String(value) };
      expect(ending("call", () => value)).toMatchObject({ reason, words: { terminate: reason } });
    }
  });

  test("an async callback is a bad return; its rejection ends nothing else", async () => {
    const reason = { bad_return_value: "[object Promise]" };
    expect(ending("cast", () => Promise.reject(new Error("late")))).toMatchObject({ reason });
    await new Promise((resolve) => setImmediate(resolve)); // An unhandled one would fail the run.
  });

  test("118 gs-killed-server-runs-no-terminate, nor one that a signal ended", () => {
    for (const [signal, reason] of [
      ["kill", "killed"],
      ["go_away", "go_away"],
    ] as const) {
      const got = run(function* ({ runtime }) {
        const server = up(runtime);
        monitor(server);
        exitProcess(server, signal);
        return (yield* drain(40)).map((message) => (message as Down).reason);
      });
      expect(got).toEqual([reason]);
    }
  });

  test("an exit signal to itself in a callback ends it without last words", () => {
    expect(ending("cast", () => exitProcess(self(), "selfie"))).toMatchObject({
      words: { type: "DOWN", reason: "selfie" },
    });
  });

  test("a crash in terminate is the reason then", () => {
    const got = run(function* ({ runtime }) {
      const module: GenServer.Module<number, number, never, string> = {
        name: "clumsy",
        init: () => ["ok", 1],
        handleCast: () => ["stop", "first", 1],
        terminate: () => exit("second"),
      };
      const result = GenServer.start(runtime, module, { args: 0 });
      if (!result.ok) return;
      GenServer.cast(result.pid, "x");
      return yield* downOf(result.pid);
    });
    expect(got).toBe("second");
  });
});

describe("stop", () => {
  test("113 gs-stop-function: after what waits, with last words; the dead are noproc", () => {
    const got = run(function* ({ runtime }) {
      const server = up(runtime);
      tell(server, "before");
      const first = yield* GenServer.stop(server);
      return [first, yield* drain(), isAlive(server), yield* GenServer.stop(server)];
    });
    const words = [{ info: "before" }, { terminate: "normal" }];
    expect(got).toEqual(["ok", words, false, "noproc"]);
  });

  test("one that does not end in time is a timeout, and its later end tells nobody", () => {
    const got = run(function* ({ runtime }) {
      const tell = self<unknown>();
      const server = started(runtime, () => {
        selectOnly(() => false);
        return ["ok", { tell, value: 0 }];
      });
      const answer = yield* GenServer.stop(server, "normal", 50);
      exitProcess(server, "kill");
      return [answer, yield* drain(50)];
    });
    expect(got).toEqual(["timeout", []]);
  });
});

describe("the end of others", () => {
  test("136 gs-parent-exit-calls-terminate-only-if-trapping", () => {
    const got = run(function* ({ runtime }) {
      const me = self<unknown>();
      const results: unknown[] = [];
      for (const trap of [true, false]) {
        const parent = spawn(function* () {
          const server = started(
            runtime,
            () => {
              trapExits(trap);
              return ["ok", { tell: me, value: 0 }];
            },
            true,
          );
          send(me, server);
          yield* pass(10);
          exit("parent_leaves");
        });
        const server = (yield* take()) as Pid;
        results.push(yield* downOf(server), yield* drain(10), isAlive(parent));
      }
      return results;
    });
    const words = [{ terminate: "parent_leaves" }];
    expect(got).toEqual(["parent_leaves", words, false, "parent_leaves", [], false]);
  });

  test("137 gs-exit-of-a-linked-stranger-is-info-if-trapping", () => {
    const got = run(function* ({ runtime }) {
      const tell = self<unknown>();
      const server = started(runtime, () => {
        trapExits(true);
        spawnLink(function* () {
          exit("stranger");
        });
        return ["ok", { tell, value: 0 }];
      });
      const { info } = (yield* take()) as { info: { type: string; reason: string } };
      return [info.type, info.reason, isAlive(server)];
    });
    expect(got).toEqual(["EXIT", "stranger", true]);
  });

  test("its crash takes a linked starter, but not one that is not linked", () => {
    const reasons = run(function* ({ runtime }) {
      const results: unknown[] = [];
      for (const link of [true, false]) {
        const reason = yield* reasonOf(function* () {
          const tell = self<unknown>();
          const server = started(runtime, () => ["ok", { tell, value: 0 }], link);
          GenServer.cast(server, stopWith("boom"));
          yield* pass(10);
          exit("unharmed");
        });
        results.push(reason);
      }
      return results;
    });
    expect(reasons).toEqual(["boom", "unharmed"]);
  });
});
