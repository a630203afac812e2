/** Callback process: one function, message by message. */
import { expect, test } from "vitest";
import { startCallback } from "../../server/runtime/callback_process.ts";
import {
  exit,
  isAlive,
  monitor,
  selectOnly,
  self,
  send,
  spawn,
} from "../../server/runtime/index.ts";
import { drain, newWorld, reasonOf, run } from "./world.ts";

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
