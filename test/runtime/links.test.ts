/** Links: ends that travel, in both directions, once. */
import { expect, test } from "vitest";
import {
  type Exit,
  type ExitReason,
  exit,
  exitProcess,
  isAlive,
  link,
  on,
  type Pid,
  receive,
  self,
  send,
  spawn,
  spawnLink,
  trapExits,
  unlink,
} from "../../server/runtime/index.ts";
import { scaled } from "./shuffle.ts";
import { dead, downOf, drain, forever, newWorld, pass, reasonOf, run, take } from "./world.ts";

/** A linked process that exits with `reason` when told "go". */
function fuse(reason: ExitReason): Pid<unknown> {
  return spawnLink(function* () {
    yield* receive<void>(
      on(
        (message) => message === "go",
        () => exit(reason),
      ),
    );
  });
}

test("37 link-abnormal-takes-the-other", () => {
  const reason = run(() =>
    reasonOf(function* () {
      spawnLink(function* () {
        exit("boom");
      });
      yield* forever();
    }),
  );
  expect(reason).toBe("boom");
});

test("38 link-normal-exit-spares-the-other", () => {
  const reason = run(() =>
    reasonOf(function* () {
      spawnLink(function* () {});
      yield* pass(60);
      exit("survived");
    }),
  );
  expect(reason).toBe("survived");
});

test("39 link-is-two-way", () => {
  const reason = run(function* () {
    const me = self<unknown>();
    spawn(function* () {
      send(me, spawnLink(forever));
      yield* pass(30);
      exit("parent_gone");
    });
    return yield* downOf((yield* take()) as Pid);
  });
  expect(reason).toBe("parent_gone");
});

test("40 link-raise-carries-exception-and-stack", () => {
  const reason = run(() =>
    reasonOf(function* () {
      spawnLink(function* () {
        throw new RangeError("too far");
      });
      yield* forever();
    }),
  );
  const stack = expect.stringContaining("links.test.ts");
  expect(reason).toEqual({ error: "RangeError", message: "too far", stack });
});

test("41 link-chain-all-end-with-the-first-reason", () => {
  const reasons = run(function* () {
    const me = self<unknown>();
    spawn(function* () {
      const second = spawnLink(function* () {
        send(me, { second: self(), third: spawnLink(forever) });
        yield* forever();
      });
      link(second);
      yield* pass(60);
      exit("first_falls");
    });
    const { second, third } = (yield* take()) as { second: Pid; third: Pid };
    const [a, b] = [spawn(watcher(second, me)), spawn(watcher(third, me))];
    return [isAlive(a), isAlive(b), yield* take(), yield* take()];
  });
  expect(reasons).toEqual([true, true, "first_falls", "first_falls"]);
});

function watcher(pid: Pid, tell: Pid<unknown>) {
  return function* () {
    send(tell, yield* downOf(pid));
  };
}

test("a chain of 100,000 links ends from one end to the other without a stack overflow", () => {
  const { runtime, clock } = newWorld();
  const length = scaled(100_000);
  const pids: Pid[] = [];
  function* member() {
    if (pids.length < length) pids.push(spawnLink(member));
    yield* forever();
  }
  pids.push(runtime.spawn(member));
  clock.settle();
  expect(runtime.processCount).toBe(length);
  exitProcess(pids[0] as Pid, "boom");
  expect(runtime.processCount).toBe(0);
  expect(pids.every((pid) => !isAlive(pid))).toBe(true);
});

test("a ring of links ends once each, and a star of 10,000 ends with its centre", () => {
  const world = newWorld();
  run(function* () {
    const first = spawn(function* () {
      spawnLink(function* () {
        link(first);
        yield* pass(10);
        exit("round");
      });
      yield* forever();
    });
    yield* pass(20);
    const centre = spawn(function* () {
      for (let n = 0; n < scaled(10_000); n++) spawnLink(forever);
      yield* pass(10);
      exit("centre");
    });
    yield* downOf(centre);
  }, world);
  expect(world.runtime.processCount).toBe(0);
});

test("46 link-twice-is-one-link", () => {
  const exits = run(function* () {
    trapExits(true);
    const pid = fuse("once");
    link(pid);
    link(pid);
    send(pid, "go");
    return yield* drain(60);
  });
  expect(exits).toHaveLength(1);
});

test("47 link-to-dead-not-trapping", () => {
  const reason = run(function* () {
    const pid = yield* dead();
    return yield* reasonOf(function* () {
      link(pid);
      yield* forever();
    });
  });
  expect(reason).toBe("noproc");
});

test("48 link-to-dead-trapping", () => {
  const right = run(function* () {
    trapExits(true);
    const pid = yield* dead();
    link(pid);
    const { from, reason } = (yield* take()) as Exit;
    return [from === pid, reason];
  });
  expect(right).toEqual([true, "noproc"]);
});

test.each([false, true])("the EXIT of the dead comes after their mail (fair: %s)", (fair) => {
  const got = run(function* () {
    const me = self<unknown>();
    spawn(
      function* () {
        trapExits(true);
        const own = self<unknown>();
        const gone = spawn(function* () {
          for (const n of [1, 2, 3]) send(own, n);
        });
        yield* pass(5);
        link(gone);
        send(
          me,
          (yield* drain()).map((one) => (typeof one === "number" ? one : "EXIT")),
        );
      },
      { mailbox: { fair } },
    );
    return yield* take();
  });
  expect(got).toEqual([1, 2, 3, "EXIT"]);
});

test("49 unlink-cuts", () => {
  const reason = run(() =>
    reasonOf(function* () {
      const pid = fuse("boom");
      unlink(pid);
      send(pid, "go");
      yield* pass(60);
      exit("unharmed");
    }),
  );
  expect(reason).toBe("unharmed");
});

test("unlink cuts in both directions", () => {
  const alive = run(function* () {
    const me = self<unknown>();
    const parent = spawn(function* () {
      const child = spawnLink(forever);
      unlink(child);
      send(me, child);
      exit("alone");
    });
    yield* downOf(parent);
    return isAlive((yield* take()) as Pid);
  });
  expect(alive).toBe(true);
});

test("50 unlink-of-a-stranger and of the dead do nothing", () => {
  const left = run(function* () {
    unlink(spawn(forever));
    unlink(yield* dead());
    return yield* drain();
  });
  expect(left).toEqual([]);
});

test("51 unlink-does-not-remove-an-exit-message-already-there", () => {
  const reasons = run(function* () {
    trapExits(true);
    const pid = fuse("boom");
    send(pid, "go");
    yield* pass(1);
    unlink(pid);
    return (yield* drain()).map((message) => (message as Exit).reason);
  });
  expect(reasons).toEqual(["boom"]);
});

test("29 spawn-is-asynchronous-and-parent-death-does-not-end-child", () => {
  const answers = run(function* () {
    const me = self<unknown>();
    const reason = yield* reasonOf(function* () {
      spawn(function* () {
        yield* pass(30);
        send(me, "orphan_lives");
      });
    });
    return [reason, yield* take()];
  });
  expect(answers).toEqual(["normal", "orphan_lives"]);
});

test("the links of the dead are gone from the living", () => {
  const world = newWorld();
  const size = run(function* () {
    trapExits(true);
    for (let n = 0; n < 100; n++) send(fuse("boom"), "go");
    yield* drain(10);
    return self().process?.bonds?.links?.size;
  }, world);
  expect(size).toBe(0);
});
