/** Types: what does not compile. Each line below an `@ts-expect-error` is a bug at run time. */
import { expect, expectTypeOf, test } from "vitest";
import {
  type CallResult,
  call,
  cases,
  GenServer,
  type Pid,
  type Runtime,
  receive,
  self,
  send,
} from "../../server/runtime/index.ts";
import { newWorld, run } from "./world.ts";

type Request =
  | ({ readonly type: "next" } & GenServer.Asks<number>)
  | ({ readonly type: "name"; readonly long: boolean } & GenServer.Asks<string>);
type Cast = { readonly type: "reset"; readonly to: number };

const counter: GenServer.Module<number, number, Request, Cast> = {
  name: "counter",
  init: (first) => ["ok", first],
  handleCall(request, _from, count) {
    switch (request.type) {
      case "next":
        return ["reply", count, count + 1];
      case "name":
        return ["reply", request.long ? "the counter" : "counter", count];
    }
  },
  handleCast: ({ to }) => ["noreply", to],
};

function startCounter(runtime: Runtime) {
  const started = GenServer.start(runtime, counter, { args: 1 });
  if (!started.ok) throw new Error("it did not start");
  return started.pid;
}

test("a call is of a request that the server knows, its answer of that request's type", () => {
  const got = run(function* ({ runtime }) {
    const pid = startCounter(runtime);
    const next = yield* call(pid, { type: "next" });
    const name = yield* call(pid, { type: "name", long: true });
    expectTypeOf(next).toEqualTypeOf<CallResult<number>>();
    expectTypeOf(name).toEqualTypeOf<CallResult<string>>();
    // @ts-expect-error: there is no such request.
    const unknown = () => call(pid, { type: "previous" });
    // @ts-expect-error: a member is missing.
    const partial = () => call(pid, { type: "name" });
    return [next, name, typeof unknown, typeof partial];
  });
  const answers = [
    { ok: true, value: 1 },
    { ok: true, value: "the counter" },
  ];
  expect(got).toEqual([...answers, "function", "function"]);
});

test("a cast is one that the server knows; a reply is of a type that it may give", () => {
  const { runtime } = newWorld();
  const pid = startCounter(runtime);
  expect(GenServer.cast(pid, { type: "reset", to: 5 })).toBe(true);
  // @ts-expect-error: there is no such cast.
  const cast = () => GenServer.cast(pid, { type: "set", to: 5 });
  const wrong: GenServer.Module<number, number, Request> = {
    name: "wrong",
    init: (first) => ["ok", first],
    // @ts-expect-error: none of its requests is answered by a boolean.
    handleCall: (_request, _from, count) => ["reply", true, count],
  };
  expect([typeof cast, wrong.name]).toEqual(["function", "wrong"]);
});

test("send takes what the process takes; a bare pid takes nothing", () => {
  run(function* () {
    const numbers = self<number>();
    send(numbers, 1);
    // @ts-expect-error: it takes numbers.
    const text = () => send(numbers, "a");
    const bare: Pid = numbers;
    // @ts-expect-error: nothing is known of what it takes.
    const any = () => send(bare, 1);
    expect([typeof text, typeof any, yield* receive()]).toEqual(["function", "function", 1]);
  });
});

type Message = { readonly type: "add"; readonly by: number } | { readonly type: "stop" };

test("cases has a body for every message of a union; others stay in the mailbox", () => {
  const got = run(function* () {
    const me = self<unknown>();
    for (const message of ["else", { type: "add", by: 3 }, { type: "toString" }]) send(me, message);
    const added = yield* receive(cases<Message, number>({ add: ({ by }) => by, stop: () => 0 }));
    return [added, yield* receive(), yield* receive()];
  });
  expect(got).toEqual([3, "else", { type: "toString" }]);
  // @ts-expect-error: `stop` is left out.
  const partial = () => cases<Message, number>({ add: ({ by }) => by });
  expect(typeof partial).toBe("function");
});
