/** ProcessInfo: what is told of a process is what is so. */
import { expect, test } from "vitest";
import {
  GenServer,
  link,
  monitor,
  type Pid,
  type ProcessInfo,
  processInfo,
  receive,
  self,
  send,
  spawn,
  trapExits,
} from "../../server/runtime/index.ts";
import { dead, forever, idle, newWorld, pass, run } from "./world.ts";

test("24 mailbox-length-counts-unread, and of the dead there is nothing", () => {
  const got = run(function* () {
    const pid = idle();
    yield* pass(0);
    for (const message of [1, 2, 3, 4]) send(pid, message);
    return [processInfo(pid)?.mailboxSize, processInfo(yield* dead())];
  });
  expect(got).toEqual([4, undefined]);
});

test("status: running is oneself, runnable has mail to read, waiting has none", () => {
  const got = run(function* () {
    const pid = idle();
    const status = [processInfo(self())?.status, processInfo(pid)?.status];
    yield* pass(1);
    status.push(processInfo(pid)?.status);
    send(pid, "something");
    return [...status, processInfo(pid)?.status];
  });
  expect(got).toEqual(["running", "runnable", "waiting", "runnable"]);
});

test("links, monitors, names, label, parent, bounds and the trap", () => {
  const got = run(function* ({ runtime }) {
    const me = self<unknown>();
    const [linked, watched] = [idle(), idle()];
    const pid = spawn(
      function* () {
        trapExits(true);
        link(linked);
        for (const _ of [1, 2]) monitor(watched);
        yield* forever();
      },
      { label: "a_label", mailbox: { max: 7 } },
    );
    monitor(pid);
    for (const name of ["a", "b"]) runtime.names.register(name, pid);
    yield* pass(1);
    const info = processInfo(pid) as ProcessInfo;
    const same = [info.parent === me, info.links[0] === linked, info.monitoredBy[0] === me];
    const both = info.monitors.map((one: Pid) => one === watched);
    const { label, mailboxMax, trapsExits, registeredNames, state } = info;
    return [same, both, { label, mailboxMax, trapsExits, registeredNames, state }];
  });
  const rest = { label: "a_label", mailboxMax: 7, trapsExits: true, state: undefined };
  const names = { registeredNames: ["a", "b"] };
  expect(got).toEqual([[true, true, true], [true, true], { ...rest, ...names }]);
});

test("a caller that waits for a reply watches the server, as a call is a monitor", () => {
  const got = run(function* ({ runtime }) {
    const server = runtime.spawn(forever);
    const caller = spawn(function* () {
      yield* GenServer.call(server, "never", 1000);
    });
    yield* pass(1);
    return [processInfo(server)?.monitoredBy.map((pid) => pid === caller), processInfo(caller)];
  });
  expect(got).toMatchObject([[true], { status: "waiting", monitors: [] }]);
});

test("reductions grow by one with each message taken, in this turn and over turns", () => {
  const { runtime, clock } = newWorld();
  const seen: (number | undefined)[] = [];
  const pid = runtime.spawn<number>(function* () {
    for (;;) {
      yield* receive<number>();
      seen.push(processInfo(self())?.reductions);
    }
  });
  clock.settle();
  for (let n = 0; n < 1000; n++) send(pid, n);
  clock.settle();
  const steps = new Set(seen.slice(1).map((one, place) => (one ?? 0) - (seen[place] ?? 0)));
  expect([seen.length, [...steps]]).toEqual([1000, [1]]);
});

test("reductions of one that is being started are its own, not those of its starter", () => {
  const { runtime, clock } = newWorld();
  const seen: (number | undefined)[] = [];
  const module: GenServer.Module<undefined, undefined> = {
    name: "started",
    init() {
      seen.push(processInfo(self())?.reductions);
      return ["ok", undefined];
    },
  };
  const pid = runtime.spawn<number>(function* () {
    for (let n = 0; n < 50; n++) yield* receive<number>();
    GenServer.start(runtime, module, { args: undefined });
    seen.push(processInfo(self())?.reductions);
  });
  for (let n = 0; n < 50; n++) send(pid, n);
  clock.settle();
  expect(seen).toEqual([0, 50]);
});

test("the state of a server is the one of this moment, from inside and outside", () => {
  const got = run(function* ({ runtime }) {
    const inside: unknown[] = [];
    const module: GenServer.Module<string, string, never, string> = {
      name: "keeper",
      init: (first) => ["ok", first],
      handleCast(next) {
        inside.push(processInfo(self())?.state);
        return ["noreply", next];
      },
    };
    const started = GenServer.start(runtime, module, { args: "first" });
    if (!started.ok) return;
    GenServer.cast(started.pid, "second");
    const before = processInfo(started.pid)?.state;
    yield* pass(1);
    return [before, inside, processInfo(started.pid)?.state];
  });
  const first = { current: "first" };
  expect(got).toEqual([first, [first], { current: "second" }]);
});
