/** Spawn: a generator becomes a process. */
import { expect, test } from "vitest";
import {
  exitProcess,
  isAlive,
  receive,
  self,
  send,
  spawn,
  spawnLink,
  type Waiting,
} from "../../server/runtime/index.ts";
import { scaled } from "./shuffle.ts";
import { collector, drain, forever, newWorld, pass, run, sorted } from "./world.ts";

test("spawning is asynchronous: the body begins after the spawner has given way", () => {
  const order = run(function* () {
    const seen: string[] = [];
    spawn(function* () {
      seen.push("child");
    });
    seen.push("spawner");
    yield* pass(1);
    return seen;
  });
  expect(order).toEqual(["spawner", "child"]);
});

test("outside of any process self and spawn throw: only processes may ask", () => {
  expect(() => self()).toThrow("only inside a process");
  expect(() => spawn(function* () {})).toThrow("only inside a process");
});

test("processes run in the order in which they were spawned", () => {
  const { runtime, clock } = newWorld({ inOrder: true });
  const order: number[] = [];
  for (let n = 0; n < 100; n++) {
    runtime.spawn(function* () {
      order.push(n);
    });
  }
  clock.settle();
  expect(order).toEqual([...Array(100).keys()]);
});

test("a loop that waits 100,000 times in a helper keeps no stack", () => {
  const world = newWorld();
  const times = scaled(100_000);
  const { pid, inbox } = collector(world);
  const counter = world.runtime.spawn<number>(function* () {
    let sum = 0;
    function* next(): Waiting<number> {
      return yield* receive<number>();
    }
    for (let n = 0; n < times; n++) sum += yield* next();
    send(pid, sum);
  });
  for (let n = 0; n < times; n++) send(counter, 1);
  world.clock.settle();
  expect(inbox).toEqual([times]);
});

test("a finally runs at no signal of another, also not a kill, but at one to oneself", () => {
  const answers = run(function* () {
    const me = self<unknown>();
    const marked = (name: string, body: () => Waiting<void>) =>
      spawn(function* () {
        try {
          yield* body();
        } finally {
          send(me, name);
        }
      });
    const killed = marked("killed while it waited", forever);
    yield* pass(20);
    exitProcess(killed, "kill");
    marked("reached while it ran", function* () {
      exitProcess(spawnLink(forever), "boom"); // Back over the link it reaches this one.
      send(me, "to its next wait");
      yield* forever();
    });
    marked("killed itself", function* () {
      exitProcess(self(), "kill");
      yield* forever();
    });
    return [isAlive(killed), sorted(yield* drain(20))];
  });
  expect(answers).toEqual([false, ["killed itself", "to its next wait"]]);
});
