/** Telemetry: the runtime's events, and that nobody pays for what nobody hears. */
import { describe, expect, test, vi } from "vitest";
import {
  exit,
  exitProcess,
  Runtime,
  receive,
  send,
  spawnLink,
  Telemetry,
  VirtualClock,
} from "../../server/runtime/index.ts";
import { forever, newWorld } from "./world.ts";

/** What comes out of microtasks while `work` is done: thrown there, it would be seen by all. */
function thrownLater(work: () => void): string[] {
  const later: (() => void)[] = [];
  const spy = vi.spyOn(globalThis, "queueMicrotask").mockImplementation((one) => later.push(one));
  try {
    work();
  } finally {
    spy.mockRestore();
  }
  return later.map((one) => {
    try {
      one();
    } catch (thrown) {
      return (thrown as Error).message;
    }
    return "nothing";
  });
}

const failing = (): never => {
  throw new Error("listener");
};

test("spawn and exit are told with pid, label and reason", () => {
  const { runtime, clock } = newWorld();
  const events: unknown[] = [];
  runtime.telemetry.attach("process_spawned", ({ label }) => events.push(["spawned", label]));
  runtime.telemetry.attach("process_exited", ({ label, reason, pid }) => {
    events.push(["exited", label, reason, String(pid)]);
  });
  const pid = runtime.spawn(() => exit("boom"), { label: "short" });
  clock.settle();
  expect(events).toEqual([
    ["spawned", "short"],
    ["exited", "short", "boom", String(pid)],
  ]);
});

test("a mailbox is reported when it passes 1,000 and at each doubling, once each", () => {
  const { runtime, clock } = newWorld();
  const sizes: number[] = [];
  runtime.telemetry.attach("mailbox_high", ({ size }) => sizes.push(size));
  const pid = runtime.spawn<number>(forever);
  for (let n = 0; n < 5000; n++) send(pid, n);
  clock.settle();
  expect(sizes).toEqual([1001, 2001, 4001]);
});

test("a process that keeps the thread for more than 10 ms is named", () => {
  const clock = new VirtualClock();
  const runtime = new Runtime({ clock });
  const turns: unknown[] = [];
  runtime.telemetry.attach("long_turn", ({ label, ms }) => turns.push([label, ms]));
  let now = 0;
  clock.now = () => now;
  const work = (ms: number) =>
    function* () {
      now += ms;
    };
  runtime.spawn(work(10), { label: "quick" });
  clock.settle();
  runtime.spawn(work(11), { label: "slow" });
  clock.settle();
  expect(turns).toEqual([["slow", 11]]);
});

test("a listener that is taken off hears no more; two of one event both hear", () => {
  const telemetry = new Telemetry();
  const runtime = new Runtime({ clock: new VirtualClock(), telemetry });
  const heard: string[] = [];
  const off = telemetry.attach("process_exited", () => heard.push("a"));
  telemetry.attach("process_exited", () => heard.push("b"));
  const end = () =>
    exitProcess(
      runtime.spawn(function* () {
        yield* receive();
      }),
      "kill",
    );
  end();
  off();
  end();
  expect(heard).toEqual(["a", "b", "b"]);
  expect([telemetry.hears("process_exited"), telemetry.hears("long_turn")]).toEqual([true, false]);
});

describe("what a listener throws comes out later, where it is seen, and harms nobody", () => {
  test("the other listeners hear the event all the same", () => {
    const { runtime, clock } = newWorld();
    const heard: string[] = [];
    runtime.telemetry.attach("process_exited", failing);
    runtime.telemetry.attach("process_exited", ({ label }) => heard.push(label));
    runtime.spawn(function* () {}, { label: "short" });
    expect(thrownLater(() => clock.settle())).toEqual(["listener"]);
    expect(heard).toEqual(["short"]);
  });

  test("those linked with one that ends are told", () => {
    const { runtime, clock } = newWorld();
    const first = runtime.spawn(function* () {
      spawnLink(forever);
      yield* forever();
    });
    clock.settle();
    runtime.telemetry.attach("process_exited", failing);
    expect(thrownLater(() => exitProcess(first, "boom"))).toEqual(["listener", "listener"]);
    expect(runtime.processCount).toBe(0);
  });

  test("the message that made a mailbox high is received, and so is the next", () => {
    const { runtime, clock } = newWorld();
    let got = 0;
    const pid = runtime.spawn<number>(function* () {
      for (;;) {
        yield* receive();
        got += 1;
      }
    });
    clock.settle();
    runtime.telemetry.attach("mailbox_high", failing);
    const thrown = thrownLater(() => {
      for (let n = 0; n < 1001; n++) send(pid, n);
    });
    clock.settle();
    expect([thrown, got]).toEqual([["listener"], 1001]);
  });
});
