/** Monitors: told once, by ref, and nothing is left behind. */
import { expect, test } from "vitest";
import {
  type Down,
  demonitor,
  exit,
  exitProcess,
  isAlive,
  monitor,
  self,
  send,
  spawn,
  spawnLink,
  trapExits,
} from "../../server/runtime/index.ts";
import { dead, drain, idle, pass, reasonOf, run, take } from "./world.ts";

test("64 monitor-down-carries-ref-pid-reason", () => {
  const right = run(function* () {
    const pid = spawn(function* () {
      exit("why");
    });
    const ref = monitor(pid);
    const down = (yield* take()) as Down;
    return [down.type, down.ref === ref, down.pid === pid, down.reason];
  });
  expect(right).toEqual(["DOWN", true, true, "why"]);
});

test("65 monitor-normal-end-is-told-too, 30 exit-reason-return-is-normal", () => {
  expect(run(() => reasonOf(function* () {}))).toBe("normal");
});

test("66 monitor-dead-pid-gives-noproc", () => {
  const right = run(function* () {
    const pid = yield* dead();
    const ref = monitor(pid);
    const down = (yield* take()) as Down;
    return [down.ref === ref, down.pid === pid, down.reason];
  });
  expect(right).toEqual([true, true, "noproc"]);
});

test.each([false, true])("of the dead tells after what they had sent (fair: %s)", (fair) => {
  const got = run(function* () {
    const me = self<unknown>();
    spawn(
      function* () {
        const own = self<unknown>();
        const gone = spawn(function* () {
          for (const n of [1, 2, 3]) send(own, n);
        });
        yield* pass(5);
        monitor(gone);
        send(
          me,
          (yield* drain()).map((one) => (typeof one === "number" ? one : "DOWN")),
        );
      },
      { mailbox: { fair } },
    );
    return yield* take();
  });
  expect(got).toEqual([1, 2, 3, "DOWN"]);
});

test("67 monitor-twice-tells-twice", () => {
  const right = run(function* () {
    const pid = idle();
    const refs = [monitor(pid), monitor(pid)];
    send(pid, "stop");
    const came = (yield* drain(10)).map((down) => (down as Down).ref);
    return [came.length, new Set(came).size, came.every((ref) => refs.includes(ref))];
  });
  expect(right).toEqual([2, 2, true]);
});

test("68 monitor-tells-once", () => {
  const right = run(function* () {
    const pid = idle();
    monitor(pid);
    exitProcess(pid, "a");
    const first = (yield* take()) as Down;
    exitProcess(pid, "b");
    return [first.reason, yield* drain(40)];
  });
  expect(right).toEqual(["a", []]);
});

test("69 monitor-is-one-way, and the dead watcher is forgotten by whom it watched", () => {
  const right = run(function* () {
    const watched = idle();
    const reason = yield* reasonOf(function* () {
      monitor(watched);
      exit("watcher_dies");
    });
    return [reason, isAlive(watched), watched.process?.bonds?.watchers?.size];
  });
  expect(right).toEqual(["watcher_dies", true, 0]);
});

test("70 demonitor-no-down", () => {
  const left = run(function* () {
    const pid = idle();
    demonitor(monitor(pid));
    exitProcess(pid, "kill");
    return yield* drain(40);
  });
  expect(left).toEqual([]);
});

test("71 demonitor-leaves-a-down-already-there, 72 demonitor-flush-removes-it", () => {
  const left = run(function* () {
    const pid = idle();
    const [kept, flushed, other] = [monitor(pid), monitor(pid), monitor(pid)];
    send(pid, "stop");
    yield* pass(1);
    send(self<unknown>(), "mail");
    demonitor(kept);
    demonitor(flushed, { flush: true });
    const messages = yield* drain();
    return messages.map((message) => {
      if (message === "mail") return message;
      return [kept, flushed, other].indexOf((message as Down).ref);
    });
  });
  expect(left).toEqual([0, 2, "mail"]);
});

test("73 demonitor-info-says-whether-it-was-active", () => {
  const answers = run(function* () {
    const active = monitor(idle());
    const told = monitor(spawn(function* () {}));
    yield* pass(1);
    return [demonitor(active), demonitor(told), demonitor(active)];
  });
  expect(answers).toEqual([true, false, false]);
});

test("76 spawn-link-and-monitor-both-tell", () => {
  const types = run(function* () {
    trapExits(true);
    monitor(
      spawnLink(function* () {
        exit("both");
      }),
    );
    return (yield* drain(10)).map((message) => (message as Down).type);
  });
  expect(types.sort()).toEqual(["DOWN", "EXIT"]);
});

test("a monitor of oneself tells nobody", () => {
  const reason = run(() =>
    reasonOf(function* () {
      monitor(self());
      exit("alone");
    }),
  );
  expect(reason).toBe("alone");
});

test("after 1,000 monitors that were told or ended, neither side keeps any", () => {
  const left = run(function* () {
    const lasting = idle();
    for (let n = 0; n < 1000; n++) {
      demonitor(monitor(lasting));
      monitor(spawn(function* () {}));
    }
    yield* drain(10);
    return [lasting.process?.bonds?.watchers?.size, self().process?.bonds?.watched?.size];
  });
  expect(left).toEqual([0, 0]);
});
