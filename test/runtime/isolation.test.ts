/** Isolation: what is sent is data and frozen, in a runtime that asks for it, and what is not. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DATA,
  exit,
  exitProcess,
  GenServer,
  isAlive,
  Runtime,
  reply,
  self,
  send,
} from "../../server/runtime/index.ts";
import { drain, forever, newWorld, reasonOf, run } from "./world.ts";

class Point {
  readonly x = 1;
}

class Marked {
  static readonly [DATA] = true;
  readonly parts = [1];
}

/** An object whose member is another one at each look. */
function bareLive() {
  let looks = 0;
  return {
    get now() {
      looks += 1;
      return looks;
    },
  };
}

/** What an isolated runtime says to sending this; undefined: it is sent. */
function refusalOf(message: unknown): string | undefined {
  const { runtime } = newWorld();
  const pid = runtime.spawn<unknown>(function* () {});
  try {
    send(pid, message);
    return undefined;
  } catch (thrown) {
    return String(thrown);
  }
}

describe("an isolated runtime", () => {
  test.each([
    ["a function", () => 1, "the message is a function"],
    ["a function inside", { todo: { updater: () => 1 } }, "the message.todo.updater is a function"],
    ["a class instance", [new Point()], "the message.0 is an instance of Point"],
    ["a function in a map", new Map([["a", () => 1]]), "the message.a is a function"],
    ["a date", { at: new Date() }, "the message.at is an instance of Date"],
    ["a promise", { a: Promise.resolve() }, "the message.a is an instance of Promise"],
    ["a symbol", Symbol("a"), "the message is a symbol"],
    ["a getter", { at: bareLive() }, "the message.at.now is a getter"],
    ["a key of a map", new Map([[new Point(), 1]]), "a key of the message is an instance of Point"],
    [
      "what no class has made",
      [Object.create(Object.create(null))],
      "the message.0 is an instance of an unknown class",
    ],
  ])("refuses %s", (_what, message, why) => {
    expect(refusalOf(message)).toBe(`TypeError: ${why}; what is sent has to be plain data`);
  });

  test("refuses again what it has refused once", () => {
    const message = { todo: { updater: () => 1 } };
    const why = refusalOf(message);
    expect(why).toContain("the message.todo.updater is a function");
    expect(refusalOf(message)).toBe(why);
  });

  test("takes JSON values, bytes, bigints, pids, and classes that say that they are data", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => refusalOf(value) === undefined));
    const { runtime } = newWorld();
    const pid = runtime.spawn(function* () {});
    const bare = Object.assign(Object.create(null), { a: 1 });
    for (const message of [new Uint8Array(3), 1n, pid, new Set([pid]), bare, new Marked()]) {
      expect(refusalOf(message)).toBeUndefined();
    }
  });

  test("freezes what is sent, through and through", () => {
    const message = { todo: { tags: ["a"] }, marked: new Marked() };
    refusalOf(message);
    expect(() => message.todo.tags.push("b")).toThrow(TypeError);
    expect(() => Object.assign(message, { todo: 1 })).toThrow(TypeError);
    expect(() => message.marked.parts.push(2)).toThrow(TypeError);
  });

  test("takes maps and sets, looked into and what they hold frozen, though not they", () => {
    const held = { tags: ["a"] };
    const map = new Map([[held, new Set([held.tags])]]);
    expect(refusalOf(map)).toBeUndefined();
    expect(() => held.tags.push("b")).toThrow(TypeError);
    expect(Object.isFrozen(held)).toBe(true);
    expect(map.set(held, new Set()).size).toBe(1); // Nothing could forbid it.
  });

  test("looks through and freezes data of any depth, without a stack", () => {
    let deep: unknown[] = [];
    const innermost = deep;
    for (let n = 0; n < 20_000; n++) deep = [deep];
    expect([refusalOf(deep), refusalOf(deep)]).toEqual([undefined, undefined]);
    expect([deep, innermost].map(Object.isFrozen)).toEqual([true, true]);
    const odd: unknown[] = [];
    let around = odd;
    for (let n = 0; n < 20_000; n++) around = [around];
    odd.push(() => 1);
    expect(refusalOf(around)).toContain("is a function");
  });

  test("looks at exit reasons too, one's own and those for others", () => {
    const got = run(function* ({ runtime }) {
      const other = runtime.spawn(forever);
      const reason = { updater: () => 1 };
      const reasons = [
        yield* reasonOf(function* () {
          exit(reason);
        }),
        yield* reasonOf(function* () {
          exitProcess(other, reason);
        }),
      ];
      return [reasons.map((one) => (one as { readonly error: string }).error), isAlive(other)];
    });
    expect(got).toEqual([["TypeError", "TypeError"], true]);
  });

  test("takes a message that holds itself", () => {
    const message: { self?: unknown } = {};
    message.self = message;
    expect(refusalOf(message)).toBeUndefined();
  });

  test("the sender alone ends; casts, calls and replies are looked at too", () => {
    const echo: GenServer.Module<undefined, undefined, unknown, unknown> = {
      name: "echo",
      init: () => ["ok", undefined],
      handleCall(_request, from, state) {
        reply(from, () => 1);
        return ["noreply", state];
      },
    };
    const got = run(function* ({ runtime }) {
      const started = GenServer.start(runtime, echo, { args: undefined });
      if (!started.ok) throw new Error("it did not start");
      const { pid } = started;
      const reasons = [
        yield* reasonOf(function* () {
          send(pid, new Point());
        }),
        yield* reasonOf(function* () {
          GenServer.cast(pid, new Point());
        }),
        yield* reasonOf(function* () {
          yield* GenServer.call(pid, new Point());
        }),
      ];
      const named = reasons.map((reason) => (reason as { readonly error: string }).error);
      return [named, (yield* GenServer.call(pid, "a good one")).ok, yield* drain()];
    });
    expect(got).toEqual([["TypeError", "TypeError", "TypeError"], false, []]);
  });
});

test("another runtime looks at nothing and freezes nothing", () => {
  const message = { point: new Point(), go: () => 1 };
  const runtime = new Runtime();
  runtime.spawn(function* () {
    send(self<unknown>(), message);
  });
  runtime.runUntilIdle();
  expect(Object.isFrozen(message)).toBe(false);
});
