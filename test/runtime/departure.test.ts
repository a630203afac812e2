/** Departure: children that are ended: in their order, each within its own time. */
import { expect, test } from "vitest";
import { exitProcess, isAlive, Supervisor } from "../../server/runtime/index.ts";
import { child, supervised, up } from "./children.ts";
import { downOf, pass } from "./world.ts";

test("time that is over for one child already gone is not over for the next", () => {
  const got = supervised(function* ({ runtime, clock, spec }) {
    const sup = up(
      runtime,
      ["a", "b"].map((id) => spec(id, "stubborn", { shutdownMs: 50 })),
    );
    const [first, last] = [child(sup, "a"), child(sup, "b")];
    yield* pass(1);
    const from = clock.now();
    // It ends in the same moment as its time does, just before.
    runtime.addTimer(50, () => exitProcess(last, "kill"));
    Supervisor.stop(sup);
    yield* downOf(last);
    const between = [clock.now() - from, isAlive(first)];
    const reason = yield* downOf(first);
    return [between, reason, clock.now() - from, runtime.timers.size];
  });
  expect(got).toEqual([[50, true], "killed", 100, 0]);
});

test("until it is over no other message is taken: neither a stop nor the end of the parent", () => {
  const got = supervised(function* ({ runtime, spec, log }) {
    const parent = runtime.spawn(function* () {
      const sup = up(runtime, [spec("a"), spec("b", "stubborn", { shutdownMs: 50 })]);
      yield* pass(1);
      runtime.spawn(function* () {
        yield* Supervisor.terminateChild(sup, "b");
      });
      yield* pass(1);
      Supervisor.stop(sup);
      yield* pass(1_000);
    });
    yield* pass(10);
    exitProcess(parent, "kill");
    const early = yield* log(20);
    return [early, yield* log(60)];
  });
  const early = ["start a", "b refuses shutdown"];
  expect(got).toEqual([early, ["stop a shutdown"]]);
});

test("a child that is dead already when its turn comes is passed over", () => {
  const got = supervised(function* ({ runtime, spec, log }) {
    const sup = up(runtime, [spec("a"), spec("b", "plain"), spec("c")]);
    yield* log();
    Supervisor.stop(sup);
    exitProcess(child(sup, "b"), "crash");
    return [yield* log(10), isAlive(sup), runtime.processCount];
  });
  expect(got).toEqual([["stop c shutdown", "stop a shutdown"], false, 1]);
});
