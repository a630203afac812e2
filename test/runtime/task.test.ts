/** Task: results, failures and times; beside what Elixir's Task does. */
import { describe, expect, test } from "vitest";
import {
  describeReason,
  exit,
  exitProcess,
  GenServer,
  isAlive,
  type Pid,
  Runtime,
  receive,
  self,
  send,
  spawn,
  Task,
  trapExits,
} from "../../server/runtime/index.ts";
import { downOf, drain, forever, newWorld, pass, reasonOf, run, take } from "./world.ts";

/** Work that takes `ms` and gives `value`. */
const work = (value: unknown, ms = 0) =>
  function* () {
    yield* pass(ms);
    return value;
  };

/** Work that fails. */
function* failing(): Generator<undefined, string, undefined> {
  yield* pass(0);
  return exit("task_died");
}

/** A task that hears of its shutdown and then does as it likes. */
function* trapping(last: () => string): Generator<undefined, string, undefined> {
  trapExits(true);
  yield* receive();
  return last();
}

test("155 task-async-await, 161 task-yield-ok", () => {
  const got = run(function* () {
    const awaited = yield* Task.await(Task.async(work(42)));
    return [awaited, yield* Task.yield(Task.async(work("fine")), 1000)];
  });
  expect(got).toEqual([
    { ok: true, value: 42 },
    { ok: true, value: "fine" },
  ]);
});

test("156 task-await-many-keeps-order", () => {
  const got = run(function* ({ clock }) {
    const from = clock.now();
    const tasks = [30, 10, 20].map((ms) => Task.async(work(ms, ms)));
    const values = yield* Task.awaitMany(tasks);
    return [values, clock.now() - from, yield* drain(10)];
  });
  expect(got).toEqual([{ ok: true, value: [30, 10, 20] }, 30, []]);
});

test("157 task-crash-takes-its-owner", () => {
  const got = run(function* () {
    return yield* reasonOf(function* () {
      yield* Task.await(Task.async(failing));
    });
  });
  expect(got).toBe("task_died");
});

test("158 task-crash-when-trapping-exits-await: a value; its EXIT stays in the mailbox", () => {
  const got = run(function* () {
    trapExits(true);
    const task = Task.async(failing);
    const outcome = yield* Task.await(task);
    return [outcome, yield* take(), task.pid.process];
  });
  const mail = { type: "EXIT", from: expect.anything(), reason: "task_died" };
  expect(got).toMatchObject([{ ok: false, error: "task_died" }, mail, undefined]);
});

test("159 task-await-timeout: a value; the late result is dropped, as by Elixir's alias", () => {
  const got = run(function* () {
    const task = Task.async(work("late", 50));
    const outcome = yield* Task.await(task, 20);
    const late = yield* drain(100);
    const slow = Task.async(work("later", 500));
    yield* Task.await(slow, 20);
    const ended = yield* Task.shutdown(slow, 0);
    return [outcome, late, ended, isAlive(slow.pid), yield* drain(1000)];
  });
  expect(got).toEqual([{ ok: false, error: "timeout" }, [], undefined, false, []]);
});

test("160 task-yield-then-shutdown", () => {
  const got = run(function* () {
    const task = Task.async(work("never", 2000));
    return [yield* Task.yield(task, 20), yield* Task.shutdown(task, 20), isAlive(task.pid)];
  });
  expect(got).toEqual([undefined, undefined, false]);
});

test("yield may be asked again; after the result it gives nothing more", () => {
  const got = run(function* () {
    const task = Task.async(work("done", 30));
    return [yield* Task.yield(task, 20), yield* Task.yield(task, 20), yield* Task.yield(task, 20)];
  });
  expect(got).toEqual([undefined, { ok: true, value: "done" }, undefined]);
});

test("162 task-await-from-a-stranger-raises", () => {
  const got = run(function* () {
    const task = Task.async(work(1));
    return yield* reasonOf(function* () {
      yield* Task.await(task);
    });
  });
  expect(got).toMatchObject({ message: expect.stringContaining("only by its owner") });
});

test("163 task-leaves-other-mail-alone", () => {
  const got = run(function* () {
    send(self<unknown>(), "earlier");
    return [yield* Task.await(Task.async(work("result"))), yield* drain()];
  });
  expect(got).toEqual([{ ok: true, value: "result" }, ["earlier"]]);
});

test("awaitMany: one time for all; a failure gives the others up", () => {
  const got = run(function* ({ clock }) {
    trapExits(true);
    const slow = [10, 20, 30].map((ms) => Task.async(work(ms, ms)));
    const late = yield* Task.awaitMany(slow, 25);
    const at = clock.now();
    yield* drain(100);
    const failed = yield* Task.awaitMany([Task.async(work(1, 10)), Task.async(failing)]);
    const mail = (yield* drain(100)).map((message) => (message as { type: string }).type);
    return [late, at, failed, mail, yield* Task.awaitMany([])];
  });
  const mail = ["EXIT", "EXIT"]; // Both were linked with their owner; of results nothing.
  const failed = { ok: false, error: "task_died" };
  const none = { ok: true, value: [] };
  expect(got).toEqual([{ ok: false, error: "timeout" }, 25, failed, mail, none]);
});

test("164 task-async-stream-keeps-order, and runs no more at once than it may", () => {
  const got = run(function* () {
    let [running, most] = [0, 0];
    const square = function* (n: number) {
      running += 1;
      most = Math.max(most, running);
      yield* pass(30 - n * 4);
      running -= 1;
      return n * n;
    };
    const outcomes = yield* Task.asyncStream([1, 2, 3, 4, 5, 6], square, { atOnce: 3 });
    return [outcomes, most, yield* drain(10), yield* Task.asyncStream([], square, { atOnce: 1 })];
  });
  const outcomes = [1, 4, 9, 16, 25, 36].map((value) => ({ ok: true, value }));
  expect(got).toEqual([outcomes, 3, [], []]);
});

test("asyncStream: what takes too long is killed, what fails is told in its place", () => {
  const got = run(function* ({ runtime }) {
    trapExits(true);
    const works = [work("slow", 1000), failing, work("quick")];
    const options = { atOnce: 2, timeoutMs: 50 };
    const outcomes = yield* Task.asyncStream(works, (one) => one(), options);
    return [outcomes, runtime.processCount, runtime.timers.size];
  });
  const slow = { ok: false, error: "timeout" };
  const failed = { ok: false, error: "task_died" };
  expect(got).toEqual([[slow, failed, { ok: true, value: "quick" }], 1, 0]);
});

test("shutdown gives a result that had come, and what a task says that hears of it", () => {
  const got = run(function* () {
    const done = Task.async(work("done"));
    yield* pass(10);
    const early = yield* Task.shutdown(done);
    const hears = Task.async(() => trapping(() => "last words"));
    yield* pass(10);
    const last = yield* Task.shutdown(hears);
    const leaves = Task.async(() => trapping(() => exit("own_reason")));
    yield* pass(10);
    return [early, last, yield* Task.shutdown(leaves), yield* drain(10)];
  });
  expect(got).toEqual([
    { ok: true, value: "done" },
    { ok: true, value: "last words" },
    { ok: false, error: "own_reason" },
    [],
  ]);
});

test("shutdown kills what does not end in time; the owner lives, nothing is left", () => {
  const got = run(function* ({ runtime, clock }) {
    const task = Task.async(function* () {
      trapExits(true);
      yield* forever();
    });
    yield* pass(1);
    const from = clock.now();
    const ended = yield* Task.shutdown(task, 50);
    return [ended, clock.now() - from, isAlive(task.pid), yield* drain(10), runtime.timers.size];
  });
  expect(got).toEqual([undefined, 50, false, [], 0]);
});

test("a server that starts a task gets its result as a message", () => {
  const got = run(function* ({ runtime }) {
    const me = self<unknown>();
    const module: GenServer.Module<Pid, Pid> = {
      name: "asker",
      init(to) {
        Task.async(work("for the server", 10));
        return ["ok", to];
      },
      handleInfo(message, to) {
        send(to as Pid<unknown>, message);
        return ["noreply", to];
      },
    };
    GenServer.start(runtime, module, { args: me });
    return yield* drain(20);
  });
  const result = { type: "task", value: "for the server" };
  expect(got).toMatchObject([result, { type: "DOWN", reason: "normal" }]);
});

test("a task ends with its owner", () => {
  const got = run(function* () {
    const tasks: Task.Task<unknown>[] = [];
    const owner = spawn(function* () {
      tasks.push(Task.async(work("never", 1000)));
      yield* pass(10);
      exit("leaves");
    });
    yield* downOf(owner);
    return tasks.map(({ pid }) => isAlive(pid));
  });
  expect(got).toEqual([false]);
});

describe("a task of a promise", () => {
  test("gives its value; a rejection or a throw ends the task alone", async () => {
    const runtime = new Runtime();
    const outcomes = await new Promise((resolve) => {
      runtime.spawn(function* () {
        trapExits(true);
        const works: (() => Promise<number>)[] = [
          async () => 7,
          () => Promise.reject(new RangeError("no")),
          () => {
            throw new RangeError("at once");
          },
        ];
        const found: unknown[] = [];
        for (const work of works) {
          const outcome = yield* Task.await(Task.fromPromise(work));
          found.push(outcome.ok ? outcome.value : describeReason(outcome.error));
        }
        resolve(found);
      });
    });
    expect(outcomes).toEqual([7, "RangeError: no", "RangeError: at once"]);
    expect(runtime.processCount).toBe(0);
  });

  test("aborts its signal when it ends first, and hears the promise no more", async () => {
    const runtime = new Runtime();
    const events: string[] = [];
    let settle: (value: number) => void = () => {};
    await new Promise<void>((resolve) => {
      runtime.spawn(function* () {
        const task = Task.fromPromise((signal) => {
          signal.addEventListener("abort", () => events.push("aborted"));
          return new Promise<number>((done) => {
            settle = done;
          });
        });
        yield* Task.yield(task, 1);
        yield* Task.shutdown(task);
        events.push("ended");
        settle(1);
        resolve();
      });
    });
    expect(events).toEqual(["ended", "aborted"]); // In nobody's name, once it has ended.
    expect(runtime.processCount).toBe(0);
  });

  test("does not abort its signal when the promise was kept", async () => {
    const runtime = new Runtime();
    const signals: AbortSignal[] = [];
    const outcome = await new Promise((resolve) => {
      runtime.spawn(function* () {
        const task = Task.fromPromise(async (signal) => signals.push(signal));
        const got = yield* Task.await(task);
        yield* downOf(task.pid);
        yield* pass(1); // Until what its end has asked for is done.
        resolve(got);
      });
    });
    expect(outcome).toEqual({ ok: true, value: 1 });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  test("aborts in nobody's name, whoever has ended it", async () => {
    const { runtime, clock } = newWorld();
    const names: string[] = [];
    const tasks: Pid[] = [];
    runtime.spawn(function* () {
      trapExits(true);
      const task = Task.fromPromise((signal) => {
        signal.addEventListener("abort", () => names.push(nameOfRunning()));
        return new Promise<number>(() => {});
      });
      tasks.push(task.pid);
      yield* forever();
    });
    clock.settle();
    runtime.spawn(function* () {
      for (const pid of tasks) exitProcess(pid, "kill");
    });
    clock.settle();
    await Promise.resolve();
    expect([names, tasks.map(isAlive)]).toEqual([["nobody"], [false]]);
  });
});

function nameOfRunning(): string {
  try {
    return String(self());
  } catch {
    return "nobody";
  }
}
