/** Supervisor: starts in order, undoes what failed, ends in reverse. */
import { describe, expect, test } from "vitest";
import {
  exit,
  exitProcess,
  isAlive,
  link,
  type Pid,
  receive,
  Supervisor,
  self,
  send,
  spawn,
} from "../../server/runtime/index.ts";
import { child, supervised, up } from "./children.ts";
import { downOf, drain, pass } from "./world.ts";

describe("starting and ending", () => {
  test("138 sup-start-in-order-stop-in-reverse", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const sup = up(runtime, [spec("a"), spec("b"), spec("c")]);
      const started = yield* log();
      Supervisor.stop(sup);
      return [started, yield* log(40), isAlive(sup)];
    });
    const stops = ["stop c shutdown", "stop b shutdown", "stop a shutdown"];
    expect(got).toEqual([["start a", "start b", "start c"], stops, false]);
  });

  test("148 sup-shutdown-reason-for-a-child; the supervisor itself ends with shutdown", () => {
    const got = supervised(function* ({ runtime, spec }) {
      const sup = up(runtime, [spec("a", "plain")]);
      const reasons: unknown[] = [];
      for (const pid of [child(sup, "a"), sup]) {
        spawn(function* () {
          reasons.push(yield* downOf(pid));
        });
      }
      yield* pass(1);
      Supervisor.stop(sup);
      yield* pass(1);
      return reasons;
    });
    expect(got).toEqual(["shutdown", "shutdown"]);
  });

  test("146 sup-shutdown-timeout-then-kill, and only then the one before it", () => {
    const got = supervised(function* ({ runtime, clock, spec, log }) {
      const specs = [spec("a"), spec("b", "stubborn", { shutdownMs: 50 })];
      const sup = up(runtime, specs);
      const b = child(sup, "b");
      yield* log(1);
      Supervisor.stop(sup);
      const from = clock.now();
      const reason = yield* downOf(b);
      return [reason, clock.now() - from, yield* log(10), runtime.timers.size];
    });
    expect(got).toEqual(["killed", 50, ["b refuses shutdown", "stop a shutdown"], 0]);
  });

  test("147 sup-brutal-kill-runs-no-terminate", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const sup = up(runtime, [spec("a", "trap", { shutdownMs: 0 })]);
      yield* log();
      Supervisor.stop(sup);
      return [yield* log(30), isAlive(sup)];
    });
    expect(got).toEqual([[], false]);
  });

  test("a child that crashes while another is ending does not upset the order", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const specs = [spec("a"), spec("b", "plain"), spec("c", "stubborn", { shutdownMs: 50 })];
      const sup = up(runtime, specs);
      const [a, b] = [child(sup, "a"), child(sup, "b")];
      yield* log(1);
      Supervisor.stop(sup);
      yield* pass(10);
      exitProcess(b, "crash");
      yield* pass(10);
      const early = [isAlive(a), isAlive(sup)];
      return [early, yield* log(50), isAlive(sup)];
    });
    expect(got).toEqual([[true, true], ["c refuses shutdown", "stop a shutdown"], false]);
  });

  test("no timer is left when all ended in time", () => {
    const left = supervised(function* ({ runtime, spec }) {
      const sup = up(runtime, [spec("a"), spec("b")]);
      yield* pass(1);
      Supervisor.stop(sup);
      while (isAlive(sup)) yield* receive();
      return runtime.timers.size;
    });
    expect(left).toBe(0);
  });

  test("149 sup-failed-child-at-start-undoes-the-earlier-ones, in reverse order", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const children = [spec("a"), spec("b"), spec("c", "failing"), spec("d")];
      const before = runtime.processCount;
      const result = Supervisor.start(runtime, { name: "sup", children, link: true });
      return [result, yield* log(40), runtime.processCount - before];
    });
    const reason = { failed_to_start_child: "c", reason: "bad_child" };
    const log = ["start a", "start b", "stop b shutdown", "stop a shutdown"];
    expect(got).toEqual([{ ok: false, reason }, log, 0]);
  });

  test("a start that throws is a child that fails; one that ignores is no failure", () => {
    const got = supervised(function* ({ runtime, spec }) {
      const throwing = {
        id: "b",
        start: () => {
          throw new RangeError("no");
        },
      };
      const children = [spec("a", "plain"), throwing];
      const failed = Supervisor.start(runtime, { name: "sup", children });
      const sup = up(runtime, [
        spec("i", "ignoring"),
        spec("t", "ignoring", { restart: "temporary" }),
      ]);
      return [failed, Supervisor.whichChildren(sup), Supervisor.startChild(sup, throwing)];
    });
    expect(got).toMatchObject([
      { ok: false, reason: { failed_to_start_child: "b", reason: { error: "RangeError" } } },
      [{ id: "i", pid: undefined }],
      { ok: false, reason: { message: "no" } },
    ]);
  });

  test("153 sup-killed-supervisor-takes-its-children", () => {
    const got = supervised(function* ({ runtime, spec }) {
      const sup = up(runtime, [spec("a", "plain"), spec("b")]);
      const reasons: unknown[] = [];
      for (const id of ["a", "b"]) {
        const pid = child(sup, id);
        spawn(function* () {
          reasons.push(yield* downOf(pid));
        });
      }
      yield* pass(1);
      exitProcess(sup, "kill");
      yield* pass(1);
      return reasons;
    });
    expect(got).toEqual(["killed", "killed"]);
  });

  test("the end of its parent ends it, in order; the end of a linked stranger does not", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const me = self<unknown>();
      const parent = spawn(function* () {
        send(me, up(runtime, [spec("a"), spec("b")]));
        yield* pass(20);
        exit("leaves");
      });
      const sup = (yield* drain(1)).find((message) => typeof message === "object") as Pid;
      spawn(function* () {
        link(sup);
        exit("stranger");
      });
      yield* pass(10);
      const survived = isAlive(sup);
      const reason = yield* downOf(sup);
      return [survived, reason, yield* log(), isAlive(parent)];
    });
    expect(got).toEqual([true, "leaves", ["stop b shutdown", "stop a shutdown"], false]);
  });

  test("supervisors of supervisors end from the leaves up", () => {
    const got = supervised(function* ({ runtime, spec, log }) {
      const inner = (id: string, leaves: string[]): Supervisor.ChildSpec => ({
        id,
        start: () => {
          const children = leaves.map((leaf) => spec(leaf));
          return Supervisor.start(runtime, { name: id, children, link: true });
        },
        shutdownMs: Number.POSITIVE_INFINITY,
      });
      const sup = up(runtime, [inner("left", ["a", "b"]), inner("right", ["c"])]);
      yield* log();
      Supervisor.stop(sup);
      return [yield* log(50), isAlive(sup), runtime.processCount];
    });
    expect(got).toEqual([["stop c shutdown", "stop b shutdown", "stop a shutdown"], false, 1]);
  });
});
