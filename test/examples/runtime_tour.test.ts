/** Tour: the examples of docs/runtime.md do what it says of them. */
import { expect, test } from "vitest";
import { next, startCounters, startPonger, startWatcher } from "../../examples/runtime_tour.ts";
import { GenServer, isAlive, Supervisor, self, send } from "../../server/runtime/index.ts";
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

test("a counter that crashes begins again, the other goes on", async () => {
  const { runtime, clock } = newWorld();
  const started = startCounters(runtime);
  if (!started.ok) throw new Error("it did not start");
  const ask = (place: number) => {
    const { pid } = Supervisor.whichChildren(started.pid)[place] ?? {};
    if (pid === undefined) throw new Error("it does not run");
    return { pid, answer: next(runtime, pid) };
  };
  const before = [ask(0), ask(0), ask(1)];
  clock.advance(1);
  GenServer.cast(ask(0).pid, "crash");
  clock.advance(1);
  const after = [ask(0), ask(1)];
  clock.advance(1);
  const values = await Promise.all([...before, ...after].map(({ answer }) => answer));
  const wanted = [1, 2, 100, 1, 101].map((value) => ({ ok: true, value }));
  expect(values).toEqual(wanted);
});
