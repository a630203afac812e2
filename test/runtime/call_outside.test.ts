/** Call outside: a call from outside any process is always answered, whatever happens. */
import { expect, test } from "vitest";
import {
  type Call,
  exitProcess,
  type Pid,
  type Runtime,
  receive,
  reply,
} from "../../server/runtime/index.ts";
import { downOf, forever, newWorld, pass, run } from "./world.ts";

/** A server that answers each question after `ms` with the question itself. */
function echo(runtime: Runtime, ms = 0): Pid<unknown> {
  return runtime.spawn<unknown>(function* () {
    for (;;) {
      const { from, request } = yield* receive<Call>();
      if (ms > 0) yield* pass(ms);
      reply(from, request);
    }
  });
}

test("is answered, times out, or learns of a dead server, and never rejects", async () => {
  const { runtime, clock } = newWorld();
  const [server, slow] = [echo(runtime, 10), echo(runtime, 20)];
  const gone = runtime.spawn(function* () {});
  clock.settle();
  const answers = [
    runtime.call(server, "hello"),
    runtime.call(slow, "too slow", 15),
    runtime.call(gone, "anyone?"),
  ];
  clock.advance(100);
  expect(await Promise.all(answers)).toEqual([
    { ok: true, value: "hello" },
    { ok: false, error: "timeout" },
    { ok: false, error: "noproc" },
  ]);
  expect(runtime.processCount).toBe(2);
  for (const pid of [server, slow]) exitProcess(pid, "kill");
  expect(runtime.timers.size).toBe(0);
});

test("its process ends with it", () => {
  const left = run(function* ({ runtime }) {
    const before = runtime.processCount;
    void runtime.call(echo(runtime), "x");
    yield* pass(1);
    const server = echo(runtime);
    exitProcess(server, "kill");
    return [runtime.processCount - before, yield* downOf(server)];
  });
  expect(left).toEqual([1, "noproc"]);
});

test("a question that is no data is answered by why it was not asked", async () => {
  const { runtime } = newWorld();
  const answer = runtime.call(echo(runtime), { updater: () => 1 });
  runtime.runUntilIdle();
  const error = { error: "TypeError", message: expect.stringContaining("plain data") };
  expect(await answer).toEqual({ ok: false, error: expect.objectContaining(error) });
});

test("a time that is no number is answered by that", async () => {
  const { runtime } = newWorld();
  const answer = runtime.call(echo(runtime), "?", Number.NaN);
  runtime.runUntilIdle();
  const error = { message: expect.stringContaining("want a number") };
  expect(await answer).toEqual({ ok: false, error: expect.objectContaining(error) });
});

test("one whose process is killed is answered by that", async () => {
  const { runtime } = newWorld();
  const pids: Pid[] = [];
  const off = runtime.telemetry.attach("process_spawned", ({ pid }) => pids.push(pid));
  const answer = runtime.call(runtime.spawn(forever), "?");
  off();
  runtime.runUntilIdle();
  for (const pid of pids) exitProcess(pid, "kill");
  expect(await answer).toEqual({ ok: false, error: "killed" });
});
