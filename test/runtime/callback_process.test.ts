/** Callback process: one function, message by message. */
import { describe, expect, test } from "vitest";
import { type CallbackProcess, startCallback } from "../../server/runtime/callback_process.ts";
import {
  type Down,
  demonitor,
  exit,
  exitProcess,
  GenServer,
  isAlive,
  link,
  makeRef,
  monitor,
  type Pid,
  type Runtime,
  selectOnly,
  self,
  send,
  spawn,
  trapExits,
} from "../../server/runtime/index.ts";
import { drain, forever, newWorld, pass, reasonOf, run } from "./world.ts";

test("it handles its messages in order and knows itself", () => {
  const { runtime, clock } = newWorld();
  const got: unknown[] = [];
  const process = startCallback(runtime, (message) => got.push([message, self() === process.pid]));
  for (const message of [1, 2, 3]) process.deliver(message);
  clock.settle();
  expect(got).toEqual([
    [1, true],
    [2, true],
    [3, true],
  ]);
});

test("what it throws is its exit reason; the messages behind are not handled", () => {
  const got = run(function* ({ runtime }) {
    const handled: unknown[] = [];
    const { pid } = startCallback(runtime, (message) => {
      handled.push(message);
      if (message === 2) exit("enough");
    });
    monitor(pid);
    for (const message of [1, 2, 3]) send(pid as never, message as never);
    const [down] = yield* drain(10);
    return [handled, (down as { reason: unknown }).reason, isAlive(pid)];
  });
  expect(got).toEqual([[1, 2], "enough", false]);
});

test("it gives way after 200 messages", () => {
  const { runtime, clock } = newWorld({ inOrder: true });
  const order: unknown[] = [];
  const busy = startCallback(runtime, (message) => order.push(message));
  for (let n = 0; n < 500; n++) busy.deliver(n);
  startCallback(runtime, (message) => order.push(message)).deliver("other");
  clock.settle();
  expect(order.indexOf("other")).toBe(200);
  expect(order).toHaveLength(501);
});

test("linked with its parent when asked, otherwise not", () => {
  const reasons = run(function* ({ runtime }) {
    const results: unknown[] = [];
    for (const link of [true, false]) {
      const reason = yield* reasonOf(function* () {
        const { pid } = startCallback(runtime, () => exit("boom"), { link });
        send(pid as never, "go" as never);
        yield* drain(10);
        exit("unharmed");
      });
      results.push(reason);
    }
    return results;
  });
  expect(reasons).toEqual(["boom", "unharmed"]);
});

test("selectOnly: the others wait in order, and come when it takes all again", () => {
  const { runtime, clock } = newWorld();
  const got: unknown[] = [];
  const process = startCallback(runtime, (message) => {
    got.push(message);
    if (message === "load") selectOnly((next) => next === "loaded");
    if (message === "loaded") selectOnly(undefined);
  });
  for (const message of ["a", "load", "b", "c"]) process.deliver(message);
  clock.settle();
  expect(got).toEqual(["a", "load"]);
  process.deliver("d");
  clock.settle();
  expect(got).toEqual(["a", "load"]);
  process.deliver("loaded");
  clock.settle();
  expect(got).toEqual(["a", "load", "loaded", "b", "c", "d"]);
});

test("selectOnly: a selected message that came first among others is taken at once", () => {
  const { runtime, clock } = newWorld();
  const got: unknown[] = [];
  const process = startCallback(runtime, (message) => {
    got.push(message);
    if (message === "load") selectOnly((next) => next === "loaded");
  });
  for (const message of ["load", "b", "loaded", "c", "loaded"]) process.deliver(message);
  clock.settle();
  expect(got).toEqual(["load", "loaded", "loaded"]);
  expect(process.mailboxSize).toBe(2);
});

test("selectOnly: a long backlog is not looked through again for each selected message", () => {
  const { runtime, clock } = newWorld();
  let asked = 0;
  const isNews = (message: unknown) => {
    asked += 1;
    return message === "news";
  };
  const got: unknown[] = [];
  const process = startCallback(runtime, (message) => {
    if (message !== "news") got.push(message);
    selectOnly(isNews);
  });
  for (let n = 0; n < 10_000; n++) process.deliver(n);
  clock.settle();
  for (let n = 0; n < 1000; n++) {
    process.deliver("news");
    clock.settle();
  }
  expect(process.mailboxSize).toBe(9_999);
  expect(asked).toBeLessThanOrEqual(2 * 11_000); // Once to be woken or not, once to be taken.
  expect(got).toEqual([0]);
});

test("what it does not select does not wake it: an idle loading process costs no turn", () => {
  const { runtime, clock } = newWorld();
  const process = startCallback(runtime, () => selectOnly(() => false));
  process.deliver("first");
  clock.settle();
  for (let n = 0; n < 10; n++) process.deliver(n);
  expect(process.queued).toBe(false);
});

describe("selectOnly", () => {
  /** A server that says what it hears; `inInit` is what it selects then. */
  function hearing(runtime: Runtime, inInit: () => void) {
    const heard: unknown[] = [];
    const module: GenServer.Module<undefined, undefined> = {
      name: "hearing",
      init() {
        trapExits(true);
        inInit();
        return ["ok", undefined];
      },
      handleInfo(message, state) {
        heard.push(message);
        return ["noreply", state];
      },
    };
    const started = GenServer.start(runtime, module, { args: undefined });
    if (!started.ok) throw new Error("it did not start");
    return { pid: started.pid as Pid<unknown>, heard };
  }

  /** True of messages with a todo of id 1; of what has no todo at all it throws. */
  const isFirst = (message: unknown): boolean =>
    (message as { readonly todo: { readonly id: number } }).todo.id === 1;

  test("a test that throws ends its own process in its own turn, not who sent", () => {
    const got = run(function* ({ runtime }) {
      const { pid } = hearing(runtime, () => selectOnly(isFirst));
      const me = self<unknown>();
      const sender = reasonOf(function* () {
        send(pid, "no todo");
        send(me, isAlive(pid));
      });
      const reason = yield* sender;
      yield* pass(5);
      return [reason, yield* drain(), isAlive(pid)];
    });
    expect(got).toEqual(["normal", [true], false]);
  });

  test("a test that throws at the news of an end keeps no other from that news", () => {
    const got = run(function* ({ runtime }) {
      const before = runtime.processCount;
      const one = spawn(forever);
      const picky = hearing(runtime, () => {
        link(one);
        monitor(one);
        selectOnly(isFirst);
      });
      const linked = spawn(function* () {
        link(one);
        yield* forever();
      });
      yield* pass(5);
      monitor(one);
      spawn(function* () {
        exitProcess(one, "boom");
      });
      const news = (yield* drain(10)) as Down[];
      const living = [one, picky.pid, linked].map(isAlive);
      return [news.map(({ reason }) => reason), living, runtime.processCount - before];
    });
    expect(got).toEqual([["boom"], [false, false, false], 0]);
  });

  test("taken back within an init it lets through what came meanwhile", () => {
    const { runtime, clock } = newWorld();
    const { heard } = hearing(runtime, () => {
      selectOnly(() => false);
      send(self<unknown>(), "early");
      selectOnly(undefined);
    });
    clock.settle();
    expect(heard).toEqual(["early"]);
  });

  test("changed by another's hand it wakes the process for what had waited", () => {
    const { runtime, clock } = newWorld();
    const { pid, heard } = hearing(runtime, () => selectOnly(() => false));
    send(pid, "held");
    clock.settle();
    expect(heard).toEqual([]);
    (pid.process as CallbackProcess).selectOnly(undefined);
    clock.settle();
    expect(heard).toEqual(["held"]);
  });

  test("a message is looked at twice at most, also when others are discarded in between", () => {
    const { runtime, clock } = newWorld();
    let looks = 0;
    const isNews = (message: unknown): boolean => {
      if (message === "held") looks += 1;
      return message !== "held";
    };
    const process = startCallback(runtime, () => {
      demonitor(makeRef(), { flush: true });
      selectOnly(isNews);
    });
    for (const message of ["first", "held", "a", "b", "c"]) {
      process.deliver(message);
      clock.settle();
    }
    expect([looks, process.mailboxSize]).toEqual([2, 1]);
  });

  test("a hand-written process is refused: it has receive", () => {
    const reason = run(() =>
      reasonOf(function* () {
        selectOnly(() => false);
      }),
    );
    expect(reason).toMatchObject({ message: expect.stringContaining("use receive") });
  });
});

test("messages it sends to itself are handled in the same run, after those that waited", () => {
  const { runtime, clock } = newWorld();
  const got: unknown[] = [];
  const process = startCallback(runtime, (message) => {
    got.push(message);
    if (message === "a") process.deliver("mine");
  });
  process.deliver("a");
  process.deliver("b");
  clock.settle();
  expect(got).toEqual(["a", "b", "mine"]);
});

test("a generator and a callback process exchange messages", () => {
  const got = run(function* ({ runtime }) {
    const me = self<unknown>();
    const server = startCallback(runtime, (message) => {
      spawn(function* () {
        send(me, { echoed: message });
      });
    });
    server.deliver("x");
    return yield* drain(10);
  });
  expect(got).toEqual([{ echoed: "x" }]);
});
