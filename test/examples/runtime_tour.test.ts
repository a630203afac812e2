/** Tour: the examples of docs/runtime.md do what it says of them. */
import { expect, test } from "vitest";
import {
  type Counter,
  lengthOf,
  next,
  startAdder,
  startCounter,
  startPonger,
  startTree,
  startWatcher,
} from "../../examples/runtime_tour.ts";
import {
  call,
  GenServer,
  isAlive,
  processInfo,
  Runtime,
  Supervisor,
  self,
  send,
} from "../../server/runtime/index.ts";
import { newWorld, pass, run, take } from "../runtime/world.ts";

test("the ponger answers, and ends when told to", () => {
  const got = run(function* ({ runtime }) {
    const ponger = startPonger(runtime);
    send(ponger, { type: "ping", from: self() });
    const answer = yield* take();
    send(ponger, "stop");
    yield* pass(1);
    return [answer, isAlive(ponger)];
  });
  expect(got).toEqual(["pong", false]);
});

test("the watcher hears of the end", () => {
  const { runtime, clock } = newWorld();
  const lines: string[] = [];
  startWatcher(runtime, (line) => lines.push(line));
  clock.advance(10);
  expect(lines).toEqual(["it has ended"]);
});

test("the adder adds up to the stop", () => {
  const { runtime, clock } = newWorld();
  const sums: number[] = [];
  const adder = startAdder(runtime, (sum) => sums.push(sum));
  for (const by of [5, 70_000]) send(adder, { type: "add", by });
  send(adder, { type: "stop" });
  clock.settle();
  expect([sums, isAlive(adder)]).toEqual([[70_005], false]);
});

test("a counter answers each request by its own type, and says what it takes", () => {
  const got = run(function* ({ runtime }) {
    const started = startCounter(runtime, 7);
    if (!started.ok) throw new Error("it did not start");
    const answers = [
      yield* call(started.pid, { type: "next" }),
      yield* call(started.pid, { type: "name" }),
    ];
    return [answers, processInfo(started.pid)?.mailboxMax];
  });
  const answers = [7, "counter at 8"].map((value) => ({ ok: true, value }));
  expect(got).toEqual([answers, 1000]);
});

test("work outside gives its length, or -1 when it fails", async () => {
  const runtime = new Runtime();
  const lengths = await new Promise((resolve) => {
    runtime.spawn(function* () {
      const good = yield* lengthOf(async () => "four");
      resolve([good, yield* lengthOf(() => Promise.reject(new Error("no")))]);
    });
  });
  expect(lengths).toEqual([4, -1]);
});

test("a counter that crashes begins again, the other goes on", async () => {
  const { runtime, clock } = newWorld();
  const started = startTree(runtime);
  if (!started.ok) throw new Error("it did not start");
  const ask = (place: number) => {
    const { pid } = Supervisor.whichChildren(started.pid)[place] ?? {};
    if (pid === undefined) throw new Error("it does not run");
    return { pid, answer: next(runtime, pid as Counter) };
  };
  const before = [ask(0), ask(0), ask(1)];
  clock.advance(1);
  GenServer.cast(ask(0).pid as Counter, { type: "crash" });
  clock.advance(1);
  const after = [ask(0), ask(1)];
  clock.advance(1);
  const values = await Promise.all([...before, ...after].map(({ answer }) => answer));
  const wanted = [1, 2, 100, 1, 101].map((value) => ({ ok: true, value }));
  expect(values).toEqual(wanted);
});
