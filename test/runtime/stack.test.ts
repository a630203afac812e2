/** Stack: what is done near the end of a process's stack harms that process alone. */
import { expect, test } from "vitest";
import {
  type Down,
  type Exit,
  exitProcess,
  isAlive,
  link,
  monitor,
  type Pid,
  receive,
  send,
  spawn,
  spawnLink,
  trapExits,
} from "../../server/runtime/index.ts";
import { scaled } from "./shuffle.ts";
import { forever, newWorld } from "./world.ts";

/** Frames before the end of the stack in which something is done. */
const FRAMES = 2_000;

/**
 * Calls `work` in each of the last frames that the stack has room for, the deepest first, so that
 * it breaks off at one place after the other; `pad` moves these places.
 */
function atStackEnd(pad: number, work: (frame: number) => void): void {
  const deep = (): number => {
    let frame = 0;
    try {
      frame = deep();
      if (frame < FRAMES) work(frame);
    } catch {
      // There is no room for it here.
    }
    return frame + 1;
  };
  const padded = (left: number): number => (left > 0 ? padded(left - 1) : deep());
  padded(pad);
}

const PADS = [...Array(scaled(20)).keys()];

test("an end that breaks off there goes on with the next one: all linked ones end", () => {
  for (const pad of PADS) {
    const { runtime, clock } = newWorld();
    const centre = runtime.spawn(function* () {
      for (let n = 0; n < 300; n++) spawnLink(forever);
      yield* forever();
    });
    clock.settle();
    runtime.spawn(function* () {
      atStackEnd(pad, () => exitProcess(centre, "boom"));
    });
    clock.settle();
    exitProcess(runtime.spawn(forever), "kill");
    clock.settle();
    expect(runtime.processCount).toBe(0);
  }
});

test("all who trap exits or watch are told of an end that broke off there", () => {
  for (const pad of PADS) {
    const { runtime, clock } = newWorld();
    const told = new Set<string>();
    const centre = runtime.spawn(forever);
    const others = Array.from({ length: FRAMES }, () => runtime.spawn(forever));
    for (let n = 0; n < 300; n++) {
      const body = function* () {
        trapExits(true);
        if (n % 2 === 0) link(centre);
        else monitor(centre);
        for (;;) told.add(`${(yield* receive<Exit | Down>()).type} ${n}`);
      };
      // Some take more of the stack to be told than those before them.
      runtime.spawn(body, n % 10 >= 8 ? { mailbox: { fair: true } } : {});
    }
    clock.settle();
    runtime.spawn(function* () {
      atStackEnd(pad, (frame) => {
        exitProcess(centre, "boom");
        exitProcess(others[frame] as Pid, "kill"); // So that the first one's end goes on.
      });
    });
    clock.settle();
    exitProcess(runtime.spawn(forever), "kill");
    clock.settle();
    expect(told.size).toBe(300);
  }
});

test("of those who are killed there the dead are counted, the others live", () => {
  for (const pad of PADS) {
    const { runtime, clock } = newWorld();
    const pids = Array.from({ length: FRAMES }, () => runtime.spawn(forever));
    clock.settle();
    runtime.spawn(function* () {
      atStackEnd(pad, (frame) => exitProcess(pids[frame] as Pid, "kill"));
    });
    clock.settle();
    const living = pids.filter(isAlive);
    expect(living.length).toBeLessThan(FRAMES);
    expect(runtime.processCount).toBe(living.length);
    for (const pid of living) exitProcess(pid, "kill");
    expect(runtime.processCount).toBe(0);
  }
});

test("who is spawned there begins, or is not counted", () => {
  for (const pad of PADS) {
    const { runtime, clock } = newWorld();
    let begun = 0;
    runtime.spawn(function* () {
      atStackEnd(pad, () =>
        spawn(function* () {
          begun += 1;
        }),
      );
    });
    clock.settle();
    expect(begun).toBeGreaterThan(0);
    expect(runtime.processCount).toBe(0);
  }
});

test("who is sent a message there is not deaf to the next one", () => {
  for (const pad of PADS) {
    const { runtime, clock } = newWorld();
    let heard = 0;
    const pids = Array.from({ length: FRAMES }, () =>
      runtime.spawn<number>(function* () {
        for (;;) if ((yield* receive<number>()) < 0) heard += 1;
      }),
    );
    clock.settle();
    runtime.spawn(function* () {
      atStackEnd(pad, (frame) => send(pids[frame] as Pid<number>, frame));
    });
    clock.settle();
    for (const pid of pids) send(pid, -1);
    clock.settle();
    expect(heard).toBe(FRAMES);
  }
});
