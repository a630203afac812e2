/** Exits: reasons, signals to oneself and to others, trapping, kill. */
import { describe, expect, test } from "vitest";
import { startCallback } from "../../server/runtime/callback_process.ts";
import type { ExitSignal } from "../../server/runtime/exit_reason.ts";
import {
  type Exit,
  type ExitReason,
  exit,
  exitProcess,
  isAlive,
  monitor,
  on,
  type Pid,
  receive,
  self,
  send,
  spawn,
  spawnLink,
  trapExits,
} from "../../server/runtime/index.ts";
import {
  dead,
  downOf,
  drain,
  forever,
  idle,
  newWorld,
  pass,
  reasonOf,
  run,
  take,
} from "./world.ts";

describe("exit reasons", () => {
  test("31 exit-reason-exit-call", () => {
    const reasons = run(function* () {
      const word = yield* reasonOf(function* () {
        exit("boom");
      });
      const data = yield* reasonOf(function* () {
        exit({ a: 1 });
      });
      return [word, data];
    });
    expect(reasons).toEqual(["boom", { a: 1 }]);
  });

  test("32 exit-reason-raise", () => {
    const reason = run(() =>
      reasonOf(function* () {
        throw new TypeError("oops");
      }),
    );
    const stack = expect.stringContaining("exits.test.ts");
    expect(reason).toEqual({ error: "TypeError", message: "oops", stack });
  });

  test("33 exit-reason-uncaught-throw", () => {
    const reason = run(() =>
      reasonOf(function* () {
        throw "ball";
      }),
    );
    expect(reason).toEqual({ nocatch: "ball" });
  });

  test("a stack overflow ends that process alone", () => {
    const answers = run(function* () {
      const other = idle();
      const endless = (n: number): number => endless(n + 1) + 1;
      const reason = yield* reasonOf(function* () {
        endless(0);
      });
      return [(reason as { error: string }).error, isAlive(other)];
    });
    expect(answers).toEqual(["RangeError", true]);
  });

  test("34 exit-code-after-exit-does-not-run-but-after-block-does", () => {
    const answers = run(function* () {
      const me = self<unknown>();
      const reason = yield* reasonOf(function* () {
        try {
          exit("out");
        } finally {
          send(me, "cleanup");
        }
      });
      return [reason, yield* drain()];
    });
    expect(answers).toEqual(["out", ["cleanup"]]);
  });

  test("35 exit-can-be-caught-inside", () => {
    const reason = run(() =>
      reasonOf(function* () {
        try {
          exit("caught_me");
        } catch (thrown) {
          exit({ rethrown: (thrown as ExitSignal).reason });
        }
      }),
    );
    expect(reason).toEqual({ rethrown: "caught_me" });
  });

  test("36 exit-signal-cannot-be-caught-by-try, nor does it run a finally", () => {
    const answers = run(function* () {
      const me = self<unknown>();
      const pid = spawn(function* () {
        try {
          yield* forever();
        } catch {
          exit("caught");
        } finally {
          send(me, "finally");
        }
      });
      yield* pass(20);
      exitProcess(pid, "signal");
      return [isAlive(pid), yield* drain(20)];
    });
    expect(answers).toEqual([false, []]);
  });

  test("27 isolation-a-crash-takes-nobody-else", () => {
    const answers = run(function* () {
      const other = idle();
      const reason = yield* reasonOf(function* () {
        exit("crashed");
      });
      return [reason, isAlive(other)];
    });
    expect(answers).toEqual(["crashed", true]);
  });
});

describe("trapping exits", () => {
  test("42 trap-exit-abnormal-becomes-message, 43 trap-exit-normal-becomes-message-too", () => {
    const answers = run(function* () {
      trapExits(true);
      const pids = [
        spawnLink(function* () {
          exit("boom");
        }),
        spawnLink(function* () {}),
      ];
      const exits = (yield* drain(10)) as Exit[];
      const of = (pid: Pid) => exits.filter(({ from }) => from === pid);
      return pids.map((pid) => of(pid).map(({ type, reason }) => [type, reason]));
    });
    expect(answers).toEqual([[["EXIT", "boom"]], [["EXIT", "normal"]]]);
  });

  test("44 trap-exit-stops-a-chain", () => {
    const reason = run(() =>
      reasonOf(function* () {
        spawnLink(function* () {
          trapExits(true);
          spawnLink(function* () {
            exit("boom");
          });
          yield* receive<void>(on<Exit, void>({ type: "EXIT", reason: "boom" }, () => undefined));
        });
        yield* pass(100);
        exit("not_reached_by_the_chain");
      }),
    );
    expect(reason).toBe("not_reached_by_the_chain");
  });

  test("45 process-flag-returns-old-value", () => {
    const olds = run(function* () {
      return [trapExits(true), trapExits(false), trapExits(false)];
    });
    expect(olds).toEqual([false, true, false]);
  });
});

describe("kill", () => {
  test("52 kill-untrappable-arrives-as-killed, 63 exit-2-kill-of-non-trapping-is-killed", () => {
    const reasons = run(function* () {
      const trapping = spawn(function* () {
        trapExits(true);
        yield* forever();
      });
      yield* pass(1);
      const results: ExitReason[] = [];
      for (const pid of [trapping, idle()]) {
        const watcher = spawn(function* () {
          results.push(yield* downOf(pid));
        });
        yield* pass(1);
        exitProcess(pid, "kill");
        yield* downOf(watcher);
      }
      return results;
    });
    expect(reasons).toEqual(["killed", "killed"]);
  });

  test("53 kill-links-see-killed-and-can-trap-it", () => {
    const reason = run(function* () {
      trapExits(true);
      exitProcess(spawnLink(forever), "kill");
      return ((yield* take()) as Exit).reason;
    });
    expect(reason).toBe("killed");
  });

  test("54 kill-spreads-to-links-as-killed", () => {
    const reason = run(function* () {
      const me = self<unknown>();
      const parent = spawn(function* () {
        send(me, spawnLink(forever));
        yield* forever();
      });
      monitor(parent);
      exitProcess((yield* take()) as Pid, "kill");
      return ((yield* take()) as Exit).reason;
    });
    expect(reason).toBe("killed");
  });

  test("55, 56 own-exit-kill-through-a-link is no kill signal: trapped or not it says kill", () => {
    const reasons = run(function* () {
      function* killer() {
        exit("kill");
      }
      const untrapped = yield* reasonOf(function* () {
        spawnLink(killer);
        yield* forever();
      });
      trapExits(true);
      spawnLink(killer);
      return [untrapped, ((yield* take()) as Exit).reason];
    });
    expect(reasons).toEqual(["kill", "kill"]);
  });

  test("28 messages-of-a-dead-process-are-gone", () => {
    const world = newWorld();
    const pid = world.runtime.spawn<unknown>(forever);
    const { process } = pid;
    for (const message of [1, 2, 3]) send(pid, message);
    exitProcess(pid, "kill");
    expect([isAlive(pid), process?.mailboxSize]).toEqual([false, 0]);
  });
});

describe("exit signals by hand", () => {
  test("57 exit-2-normal-ignored-by-non-trapping", () => {
    const answers = run(function* () {
      const pid = idle();
      exitProcess(pid, "normal");
      yield* pass(30);
      const alive = isAlive(pid);
      send(pid, "stop");
      return [alive, yield* downOf(pid)];
    });
    expect(answers).toEqual([true, "normal"]);
  });

  test("58, 61 exit-2 to a trapping process is a message that names the sender", () => {
    const answers = run(function* () {
      const me = self<unknown>();
      const pid = spawn(function* () {
        trapExits(true);
        for (const _ of [1, 2]) send(me, yield* take());
      });
      yield* pass(1);
      exitProcess(pid, "normal");
      exitProcess(pid, "go_away");
      const exits = (yield* drain(10)) as Exit[];
      return exits.map(({ from, reason }) => [from === me, reason]);
    });
    expect(answers).toEqual([
      [true, "normal"],
      [true, "go_away"],
    ]);
  });

  test("59 exit-2-normal-to-self-ends-self; and so do other reasons and kill, at once", () => {
    const answers = run(function* () {
      const me = self<unknown>();
      const reasons: ExitReason[] = [];
      for (const reason of ["normal", "boom", "kill"]) {
        const ended = yield* reasonOf(function* () {
          exitProcess(self(), reason);
          send(me, "still here");
        });
        reasons.push(ended);
      }
      return [reasons, yield* drain()];
    });
    expect(answers).toEqual([["normal", "boom", "killed"], []]);
  });

  test("an exit signal to oneself that is caught ends the process all the same", () => {
    const reason = run(() =>
      reasonOf(function* () {
        try {
          exitProcess(self(), "boom");
        } catch {
          exit("caught");
        }
      }),
    );
    expect(reason).toBe("boom");
  });

  test("to a trapping process itself it is a message", () => {
    const reasons = run(function* () {
      trapExits(true);
      exitProcess(self(), "normal");
      exitProcess(self(), "boom");
      return (yield* drain()).map((message) => (message as Exit).reason);
    });
    expect(reasons).toEqual(["normal", "boom"]);
  });

  test("60 exit-2-reason-ends-non-trapping, 62 exit-2-to-dead does nothing", () => {
    const answers = run(function* () {
      const pid = idle();
      const ref = monitor(pid);
      exitProcess(pid, "go_away");
      const down = (yield* take()) as Exit;
      exitProcess(pid, "boom");
      exitProcess(yield* dead(), "kill");
      return [ref > 0, down.reason, yield* drain(10)];
    });
    expect(answers).toEqual([true, "go_away", []]);
  });
});

describe("a signal that reaches a running process", () => {
  test("a process that ended one linked with it ends when it next waits", () => {
    const answers = run(function* () {
      const me = self<unknown>();
      const pid = spawn(function* () {
        const child = spawnLink(forever);
        yield* pass(1);
        send(self<unknown>(), "mail");
        exitProcess(child, "boom");
        send(me, "same turn");
        yield* receive();
        send(me, "after waiting");
      });
      return [yield* downOf(pid), yield* drain()];
    });
    expect(answers).toEqual(["boom", ["same turn"]]);
  });

  test("the signal wins over what the process does afterwards", () => {
    const reason = run(() =>
      reasonOf(function* () {
        const child = spawnLink(forever);
        exitProcess(child, "boom");
        exit("something else");
      }),
    );
    expect(reason).toBe("boom");
  });

  test("a callback process takes no further message, though ended in another's name", () => {
    const world = newWorld();
    const { runtime, clock } = world;
    const handled: unknown[] = [];
    const victim = startCallback(runtime, (message) => {
      handled.push(message);
      const starter = startCallback(runtime, () => {});
      runtime.inside(starter, () => exitProcess(victim.pid, "kill"));
      handled.push(isAlive(victim.pid));
    });
    for (const message of [1, 2]) victim.deliver(message);
    clock.settle();
    expect(handled).toEqual([1, true]);
    expect(isAlive(victim.pid)).toBe(false);
  });
});
