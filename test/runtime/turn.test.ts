/** Turn: how long a turn of the runtime is, whose time it counts, and where none may begin. */
import { describe, expect, test } from "vitest";
import { isAlive, Runtime, receive, self, send } from "../../server/runtime/index.ts";
import { WorkClock } from "./work_clock.ts";
import { newWorld } from "./world.ts";

/** Four busy processes whose every message costs `ms`; how long each of some turns takes. */
function turnsOf(ms: number, isTimed: boolean): number[] {
  const clock = new WorkClock();
  const runtime = new Runtime({ clock });
  if (isTimed) runtime.telemetry.attach("long_turn", () => {});
  for (let process = 0; process < 4; process++) {
    const pid = runtime.spawn<number>(function* () {
      for (;;) {
        yield* receive();
        clock.ms += ms;
      }
    });
    for (let n = 0; n < 10_000; n++) send(pid, n);
  }
  clock.turn(); // In the first one it sees what messages cost.
  return Array.from({ length: 5 }, () => clock.turn());
}

describe("a turn", () => {
  test.each([
    [0.002, false],
    [0.01, false],
    [0.05, false],
    [0.1, false],
    [0.002, true],
    [0.05, true],
    [0.4, true],
  ])("ends after 3 ms and before 5, of messages that cost %f ms (timed: %s)", (ms, isTimed) => {
    for (const took of turnsOf(ms, isTimed)) {
      expect(took).toBeGreaterThanOrEqual(3 - 1e-9);
      expect(took).toBeLessThan(5);
    }
  });

  test("what a timer's callback did is nobody's: neither time nor name", () => {
    const clock = new WorkClock();
    const runtime = new Runtime({ clock });
    const named: string[] = [];
    runtime.telemetry.attach("long_turn", ({ label }) => named.push(label));
    runtime.addTimer(1, () => {
      clock.ms += 50;
    });
    let ran = 0;
    for (let n = 0; n < 3; n++) {
      runtime.spawn(function* () {
        ran += 1;
      });
    }
    clock.ms = 2;
    clock.turn();
    expect([named, ran]).toEqual([[], 3]);
  });

  test("what a listener for long turns did is nobody's either", () => {
    const clock = new WorkClock();
    const runtime = new Runtime({ clock });
    const named: string[] = [];
    runtime.telemetry.attach("long_turn", ({ label }) => {
      named.push(label);
      clock.ms += 50;
    });
    for (const [label, ms] of Object.entries({ slow: 11, quick: 0, other: 0 })) {
      const body = function* () {
        clock.ms += ms;
      };
      runtime.spawn(body, { label });
    }
    for (let n = 0; n < 4; n++) clock.turn();
    expect([named, runtime.processCount]).toEqual([["slow"], 0]);
  });

  test("cannot begin inside a process, of this runtime or another; that one goes on", () => {
    for (const isOther of [false, true]) {
      const { runtime, clock } = newWorld();
      const other = isOther ? newWorld().runtime : runtime;
      const seen: unknown[] = [];
      const pid = runtime.spawn<string>(function* () {
        const child = other.spawn(function* () {
          seen.push("child");
        });
        try {
          other.runUntilIdle();
        } catch (thrown) {
          seen.push((thrown as Error).message, self() === pid, isAlive(child));
        }
        seen.push(yield* receive<string>());
      });
      send(pid, "mail");
      clock.settle();
      other.runUntilIdle();
      const why = expect.stringContaining("a turn of the runtime cannot begin inside a process");
      const rest = seen.slice(3).map(String).toSorted();
      expect([seen.slice(0, 3), rest]).toEqual([
        [why, true, true],
        ["child", "mail"],
      ]);
    }
  });
});
