/** Mailbox pause: a full mailbox that pauses its senders: whom, how long, and never for ever. */
import { describe, expect, test } from "vitest";
import {
  type Call,
  call,
  DynamicSupervisor,
  exitProcess,
  GenServer,
  isAlive,
  on,
  type Pid,
  processInfo,
  type Runtime,
  receive,
  reply,
  self,
  send,
  spawn,
  startCallback,
  type Waiting,
} from "../../server/runtime/index.ts";
import { drain, forever, newWorld, pass, run } from "./world.ts";

const PAUSE = { max: 3, whenFull: "pause" } as const;

/** A process that takes one message every 10 ms. */
function slowTaker(): Pid<unknown> {
  return spawn<unknown>(
    function* () {
      for (;;) {
        yield* pass(10);
        yield* receive();
      }
    },
    { mailbox: PAUSE },
  );
}

describe("one that sends too much", () => {
  test("a sender goes on only when half is empty; nothing is lost, its order is kept", () => {
    const { seen, sizes } = run(function* () {
      const me = self<unknown>();
      const taker = spawn<unknown>(
        function* () {
          for (;;) {
            yield* pass(10);
            send(me, yield* receive());
          }
        },
        { mailbox: { max: 10, whenFull: "pause" } },
      );
      const sizes: number[] = [];
      spawn(function* () {
        for (let n = 0; n < 100; n++) {
          sizes.push(taker.process?.mailboxSize ?? 0);
          send(taker, n);
          yield;
        }
      });
      yield* pass(2000);
      return { seen: yield* drain(), sizes };
    });
    expect(seen).toEqual([...Array(100).keys()]);
    expect(Math.max(...sizes)).toBe(10); // Then it was paused: the eleventh got in, and
    const next = sizes.filter((_, place) => sizes[place - 1] === 10); // it was sent on at half.
    expect(new Set(next)).toEqual(new Set([5]));
  });

  test("a callback process is paused after the message in which it filled it", () => {
    const got = run(function* ({ runtime }) {
      const taker = slowTaker();
      const handled: unknown[] = [];
      const sender = startCallback(runtime, (message) => {
        handled.push(message);
        send(taker, message);
      });
      for (let n = 0; n < 10; n++) send(sender.pid, n as never);
      yield* pass(5);
      const status = processInfo(sender.pid)?.status;
      const before = handled.length;
      yield* pass(500);
      return [before, status, handled, processInfo(sender.pid)?.status];
    });
    expect(got).toEqual([4, "paused", [...Array(10).keys()], "waiting"]);
  });

  test("outside of any process there is nobody to pause: it is refused", () => {
    const { runtime } = newWorld();
    const pid = runtime.spawn<unknown>(forever, { mailbox: PAUSE });
    expect([1, 2, 3, 4].map((n) => send(pid, n))).toEqual([true, true, true, false]);
  });

  test("one that goes on sending in the same turn is refused at twice its bound", () => {
    const sent = run(function* () {
      const pid = spawn<unknown>(forever, { mailbox: PAUSE });
      const me = self<unknown>();
      spawn(function* () {
        send(
          me,
          Array.from({ length: 8 }, (_, n) => send(pid, n)),
        );
      });
      return yield* receive();
    });
    expect(sent).toEqual([true, true, true, true, true, true, false, false]);
  });

  test("two that fill each other's mailboxes do not wait for each other for ever", () => {
    const got = run(function* ({ runtime }) {
      const seen = { a: 0, b: 0 };
      const [a, b] = pair(runtime, seen);
      for (let n = 0; n < 3; n++) {
        send(a, 50);
        send(b, 50);
      }
      yield* pass(1000);
      return [seen.a > 0 && seen.b > 0, processInfo(a)?.status, processInfo(b)?.status];
    });
    expect(got).toEqual([true, "waiting", "waiting"]);
  });

  test("a paused one can be killed, and is let go when the one it waits for ends", () => {
    const got = run(function* () {
      const full = spawn<unknown>(forever, { mailbox: PAUSE });
      const [first, second] = [flooder(full), flooder(full)];
      yield* pass(10);
      const paused = [first, second].map((pid) => processInfo(pid)?.status);
      exitProcess(first, "kill");
      exitProcess(full, "kill");
      yield* pass(10);
      return [paused, isAlive(first), processInfo(second)?.status];
    });
    expect(got).toEqual([["paused", "paused"], false, "waiting"]);
  });
});

/** Sends until it is paused, then waits for ever. */
function flooder(full: Pid<unknown>): Pid<unknown> {
  return spawn<unknown>(function* (): Waiting<void> {
    for (let n = 0; n < 4; n++) {
      send(full, n);
      yield;
    }
    yield* forever();
  });
}

/** Two processes that send each number that they get, less one, twice to the other. */
function pair(runtime: Runtime, seen: { a: number; b: number }): [Pid<number>, Pid<number>] {
  const pids: Pid<number>[] = [];
  const body = (own: "a" | "b", other: number) =>
    function* (): Waiting<void> {
      for (;;) {
        const left = yield* receive<number>();
        seen[own] += 1;
        const to = pids[other];
        if (left > 0 && to !== undefined) send(to, left - 1);
      }
    };
  pids.push(runtime.spawn(body("a", 1), { mailbox: PAUSE }));
  pids.push(runtime.spawn(body("b", 0), { mailbox: PAUSE }));
  return pids as [Pid<number>, Pid<number>];
}

describe("each of many senders", () => {
  test("gets its message in, and waits for room with the others", () => {
    const got = run(function* () {
      const slow = spawn<number>(
        function* () {
          yield* pass(100);
          for (;;) heard.push(yield* receive<number>());
        },
        { mailbox: PAUSE },
      );
      const heard: number[] = [];
      const senders = [...Array(10).keys()].map((n) =>
        spawn(function* () {
          if (!send(slow, n)) heard.push(-1);
          yield* forever();
        }),
      );
      yield* pass(10);
      const paused = senders.filter((pid) => processInfo(pid)?.status === "paused").length;
      yield* pass(1000);
      const waiting = senders.filter((pid) => processInfo(pid)?.status === "waiting").length;
      return [paused, waiting, heard.toSorted((a, b) => a - b)];
    });
    expect(got).toEqual([7, 10, [...Array(10).keys()]]);
  });
});

/** A server that fills that mailbox in its init, and then says which messages it has handled. */
function fillerOf(runtime: Runtime, full: Pid<unknown>, handle: (message: unknown) => void) {
  const module: GenServer.Module<undefined, undefined> = {
    name: "filler",
    init() {
      for (let n = 0; n <= PAUSE.max; n++) send(full, n);
      return ["ok", undefined];
    },
    handleInfo(message) {
      handle(message);
      return ["noreply", undefined];
    },
  };
  const started = GenServer.start(runtime, module, { args: undefined });
  if (!started.ok) throw new Error("it did not start");
  return started.pid as Pid<unknown>;
}

/** Takes nothing before "go", and all after it. */
function* gated(): Waiting<void> {
  const isGo = (message: unknown): boolean => message === "go";
  yield* receive(on(isGo, () => undefined));
  for (;;) yield* receive();
}

describe("one that fills a mailbox in its init", () => {
  test("has no turn until there is room", () => {
    const { runtime, clock } = newWorld();
    const full = runtime.spawn<unknown>(gated, { mailbox: PAUSE });
    clock.settle();
    const handled: unknown[] = [];
    const filler = fillerOf(runtime, full, (message) => handled.push(message));
    send(filler, "early");
    clock.settle();
    expect([processInfo(filler)?.status, handled]).toEqual(["paused", []]);
    full.process?.deliver("go");
    clock.settle();
    expect([processInfo(filler)?.status, handled]).toEqual(["waiting", ["early"]]);
  });

  test("and goes on before its turn came has one turn like all others, not two", () => {
    const { runtime, clock } = newWorld({ inOrder: true });
    const full = runtime.spawn<unknown>(gated, { mailbox: PAUSE });
    clock.settle();
    const order: string[] = [];
    const filler = fillerOf(runtime, full, () => order.push("filler"));
    const other = startCallback(runtime, () => order.push("other"));
    clock.settle();
    full.process?.deliver("go"); // It makes room before the turn of the one that is paused.
    for (let n = 0; n < 400; n++) send(filler, n);
    for (let n = 0; n < 400; n++) other.deliver(n);
    clock.settle();
    const turns = ["filler", "other", "filler", "other"];
    expect(order).toEqual(turns.flatMap((name) => Array<string>(200).fill(name)));
  });
});

/** A supervisor's child that does that while it starts, in the name of the supervisor. */
function childThat(runtime: Runtime, inStart: () => void) {
  const idle: GenServer.Module<undefined, undefined> = {
    name: "idle",
    init: () => ["ok", undefined],
  };
  const start = () => {
    inStart();
    return GenServer.start(runtime, idle, { args: undefined, link: true });
  };
  return { start };
}

test.each([
  ["has had no turn since", false],
  ["would have had a turn since", true],
])(
  "one paused that runs inside another's call while room comes is not forgotten: it %s",
  (_, has) => {
    const { runtime, clock } = newWorld();
    const full = runtime.spawn<unknown>(forever, { mailbox: PAUSE });
    const started = DynamicSupervisor.start(runtime, { name: "sup" });
    if (!started.ok) throw new Error("it did not start");
    const { pid } = started;
    const fill = childThat(runtime, () => {
      for (let n = 0; n <= PAUSE.max; n++) send(full, n);
    });
    DynamicSupervisor.startChild(pid, fill);
    expect(pid.process?.pausedFor?.pid).toBe(full);
    if (has) send(pid as Pid<unknown>, "anything");
    clock.settle();
    const free = childThat(runtime, () => exitProcess(full, "kill"));
    DynamicSupervisor.startChild(pid, free);
    clock.settle();
    expect(processInfo(pid)?.status).toBe("waiting");
    DynamicSupervisor.stop(pid);
    clock.advance(10_000);
    expect([isAlive(pid), runtime.processCount]).toEqual([false, 0]);
  },
);

describe("a call to a full mailbox", () => {
  test("gets in, and is over when its time is", () => {
    const got = run(function* ({ clock }) {
      const full = spawn<unknown>(forever, { mailbox: { ...PAUSE, max: 0 } });
      return [yield* call(full, "?", 100), clock.now(), full.process?.mailboxSize];
    });
    expect(got).toEqual([{ ok: false, error: "timeout" }, 100, 1]);
  });

  test("from outside of any process too", async () => {
    const { runtime, clock } = newWorld();
    const full = runtime.spawn<unknown>(forever, { mailbox: { ...PAUSE, max: 0 } });
    const answer = runtime.call(full, "?", 100);
    clock.advance(100);
    expect(await answer).toEqual({ ok: false, error: "timeout" });
  });
});

/** Does what it is told: asks one and waits for ever, fills its mailbox, or answers all. */
function* told(): Waiting<void> {
  const isOrder = (message: unknown): boolean =>
    typeof message === "object" && message !== null && "act" in message;
  for (;;) {
    const { act, to } = yield* receive(on(isOrder, (order: Order) => order));
    if (act === "ask") yield* call(to, "?", Number.POSITIVE_INFINITY);
    else if (act === "fill") for (let n = 0; n <= PAUSE.max; n++) send(to, n);
    else for (;;) reply((yield* receive(on(isCall, (one: Call) => one))).from, "answer");
  }
}

interface Order {
  readonly act: "ask" | "fill" | "answer";
  readonly to: Pid<unknown>;
}

const isCall = (message: unknown): boolean =>
  typeof message === "object" && message !== null && "from" in message;

/** So many processes that do what they are told; what each is doing when all have settled. */
function troupe(count: number) {
  const { runtime, clock } = newWorld();
  const pids = Array.from({ length: count }, () =>
    runtime.spawn<unknown>(told, { mailbox: PAUSE }),
  );
  clock.settle();
  const status = () => pids.map((pid) => processInfo(pid)?.status);
  const callers = (who: number) => processInfo(pids[who] as Pid)?.monitoredBy.length;
  const tell = (who: number, act: Order["act"], to = who) => {
    const order = { act, to: pids[to % count] } as Order;
    pids[who]?.process?.deliver(order); // It gets into a full mailbox too.
    clock.settle();
  };
  return { pids, tell, status, callers };
}

describe("a circle of processes that wait for each other", () => {
  test.each([2, 3, 4, 9])("is not closed by a pause: %i that fill each other's", (count) => {
    const { tell, status } = troupe(count);
    for (let who = 0; who < count; who++) tell(who, "fill", who + 1);
    expect(status()).toEqual([...Array(count - 1).fill("paused"), "waiting"]);
  });

  test("is not what a long row of them is: each has its pause", () => {
    const { tell, status } = troupe(9);
    for (let who = 7; who >= 0; who--) tell(who, "fill", who + 1);
    expect(status()).toEqual([...Array(8).fill("paused"), "waiting"]);
  });

  test("is not closed by a pause either when one of them waits for an answer", () => {
    const { pids, tell, status } = troupe(3);
    for (let n = 0; n <= PAUSE.max; n++) pids[0]?.process?.deliver(n);
    tell(0, "ask", 1);
    tell(1, "fill", 2);
    tell(2, "fill", 0);
    expect(status()).toEqual(["waiting", "paused", "waiting"]);
  });

  test("is opened when one asks another that is paused for it: that goes on, and answers", () => {
    const { tell, status, callers } = troupe(2);
    tell(0, "fill", 1);
    expect(status()).toEqual(["paused", "waiting"]);
    tell(1, "ask", 0);
    expect([status(), callers(0)]).toEqual([["waiting", "waiting"], 1]);
    tell(0, "answer");
    expect(callers(0)).toBe(0);
  });

  test("is opened just so when that one is paused for a third, which waits for the asking", () => {
    const { tell, status } = troupe(3);
    tell(0, "fill", 2);
    tell(2, "ask", 1);
    expect(status()).toEqual(["paused", "waiting", "waiting"]);
    tell(1, "ask", 0);
    expect(status()).toEqual(["waiting", "waiting", "waiting"]);
  });
});
