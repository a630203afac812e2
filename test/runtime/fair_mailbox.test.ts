/** FairMailbox: turns between senders, each one's order kept, against the plainest model of it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FairMailbox } from "../../server/runtime/fair_mailbox.ts";
import {
  call,
  GenServer,
  on,
  type Pid,
  type Runtime,
  receive,
  request as requestOf,
  selectOnly,
  self,
  send,
  spawn,
  startCallback,
  sys,
  type Waiting,
} from "../../server/runtime/index.ts";
import type { Sender } from "../../server/runtime/mailbox.ts";
import { monitor as monitorOf } from "../../server/runtime/monitors.ts";
import { Pid as AnyPid } from "../../server/runtime/pid.ts";
import type { Process } from "../../server/runtime/process.ts";
import { scaled } from "./shuffle.ts";
import { drain, pass, run } from "./world.ts";

/** The first stands for all that comes from outside of any process. */
const SENDERS: readonly Sender[] = [undefined, ...Array.from({ length: 3 }, (_, n) => pidOf(n))];

const isNews = (message: unknown): boolean => message === "news";

function pidOf(id: number): Pid {
  return new AnyPid(id, undefined as unknown as Process);
}

interface Sent {
  readonly sender: number;
  readonly made: number;
}

const step = fc.record({
  kind: fc.constantFrom("push", "push", "push", "push", "shift", "select", "select", "discard"),
  sender: fc.nat(SENDERS.length - 1),
  test: fc.nat(2),
});

const TESTS = [2, 3, 5].map(
  (divisor) =>
    (message: unknown): boolean =>
      (message as Sent).made % divisor === 0,
);

test("each sender's messages come in order and once, whatever is pushed and taken", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
      const mailbox = new FairMailbox();
      let waiting: Sent[][] = SENDERS.map(() => []);
      for (const [made, { kind, sender, ...one }] of steps.entries()) {
        const isOne = TESTS[one.test] ?? isNews;
        if (kind === "push") {
          mailbox.push({ sender, made }, SENDERS[sender]);
          waiting[sender]?.push({ sender, made });
        } else if (kind === "select") {
          const selected = mailbox.select(isOne)?.message as Sent | undefined;
          const has = waiting.some((lane) => lane.some(isOne));
          expect(selected !== undefined).toBe(has);
          if (selected === undefined) continue;
          const lane = waiting[selected.sender] ?? [];
          expect(selected).toEqual(lane.splice(lane.findIndex(isOne), 1)[0]);
        } else if (kind === "discard") {
          mailbox.discard(isOne);
          waiting = waiting.map((lane) => lane.filter((message) => !isOne(message)));
        } else if (mailbox.size > 0) {
          const message = mailbox.shift() as Sent;
          expect(message).toEqual(waiting[message.sender]?.shift());
        }
        expect(mailbox.size).toBe(waiting.flat().length);
        expect(mailbox.senders).toBe(waiting.filter((lane) => lane.length > 0).length);
        expect(SENDERS.map((each) => mailbox.sizeOf(each))).toEqual(
          waiting.map((lane) => lane.length),
        );
      }
    }),
  );
});

/** All sent by these, in the order in which `take` gets them; whose they are. */
function takenFrom(
  senders: readonly number[],
  take: (mailbox: FairMailbox, turn: number) => unknown,
): number[] {
  const mailbox = new FairMailbox();
  for (const [made, sender] of senders.entries()) {
    mailbox.push({ sender, made }, SENDERS[sender]);
  }
  return senders.map((_, turn) => (take(mailbox, turn) as Sent).sender);
}

/** Of no other sender two come between two of one's own, nor before one's first. */
function expectTurns(order: readonly number[]): void {
  for (const own of SENDERS.keys()) {
    for (const other of SENDERS.keys()) {
      let before = 0; // Of the other's, since the last of one's own.
      for (const sender of order.slice(0, order.lastIndexOf(own) + 1)) {
        if (sender === other) before += 1;
        if (sender === own) before = 0;
        if (own !== other) expect(before).toBeLessThanOrEqual(1);
      }
    }
  }
}

const senders = fc.array(fc.nat(SENDERS.length - 1), { maxLength: 200 });

describe("a message waits behind at most one of each other sender for each of its own", () => {
  test("when they are taken as they come", () => {
    fc.assert(
      fc.property(senders, (all) => {
        expectTurns(takenFrom(all, (mailbox) => mailbox.shift()));
      }),
    );
  });

  test("when they are selected", () => {
    fc.assert(
      fc.property(senders, (all) => {
        expectTurns(takenFrom(all, (mailbox) => mailbox.select(isSent)?.message));
      }),
    );
  });

  test("when news are waited for in between, by one test or another", () => {
    fc.assert(
      fc.property(senders, fc.boolean(), fc.boolean(), (all, isShifted, isSameTest) => {
        const order = takenFrom(all, (mailbox, turn) => {
          const isWanted = isSameTest ? isNews : (message: unknown) => isNews(message);
          expect(mailbox.select(isWanted)).toBeUndefined();
          mailbox.push("news", pidOf(turn));
          expect(mailbox.select(isWanted)).toEqual({ message: "news" });
          return isShifted ? mailbox.shift() : mailbox.select(isSent)?.message;
        });
        expectTurns(order);
      }),
    );
  });
});

const isSent = (message: unknown): boolean => !isNews(message);

test("a test that throws leaves the message, its sender's turn and the sizes as they were", () => {
  const mailbox = new FairMailbox();
  for (const [made, sender] of [1, 1, 2].entries()) {
    mailbox.push({ sender, made }, SENDERS[sender]);
  }
  const isOdd = (): boolean => {
    throw new Error("odd");
  };
  for (const _ of [1, 2, 3]) expect(() => mailbox.select(isOdd)).toThrow("odd");
  expect([mailbox.size, mailbox.senders]).toEqual([3, 2]);
  const taken = [1, 2, 3].map(() => (mailbox.shift() as Sent).made);
  expect([taken, mailbox.size, mailbox.senders]).toEqual([[0, 2, 1], 0, 0]);
});

test("senders that have nothing waiting are not kept for ever", () => {
  const mailbox = new FairMailbox();
  for (let n = 0; n < scaled(100_000); n++) {
    mailbox.push(n, pidOf(n));
    expect(mailbox.shift()).toBe(n);
  }
  expect([mailbox.senders, mailbox.size]).toEqual([0, 0]);
});

/** Answers each call with how many messages it has taken before. */
const counter: GenServer.Module<undefined, number, "which"> = {
  name: "counter",
  init: () => ["ok", 0],
  handleCall: (_which, _from, taken) => ["reply", taken, taken + 1],
  handleInfo: (_message, taken) => ["noreply", taken + 1],
};

function startCounter(runtime: Runtime): Pid<unknown> {
  const started = GenServer.start(runtime, counter, {
    args: undefined,
    mailbox: { max: 1000, fair: true },
  });
  if (!started.ok) throw new Error("it did not start");
  return started.pid;
}

describe("a flooding caller", () => {
  test("delays itself: a call of another waits behind one of its messages", () => {
    const values = run(function* ({ runtime }) {
      const server = startCounter(runtime);
      yield* sys.suspend(server); // So that all of them wait before the first is taken.
      yield* flood(server, 900);
      const me = self<unknown>();
      for (const _ of [1, 2]) {
        spawn(function* () {
          send(me, yield* call<number>(server, "which"));
        });
      }
      yield* pass(1);
      yield* sys.resume(server);
      yield* pass(1);
      const answers = (yield* drain()) as { readonly value: number }[];
      return answers.map(({ value }) => value).toSorted((a, b) => a - b);
    });
    expect(values).toEqual([1, 2]);
  });

  test("of a full mailbox is refused, while others still get in", () => {
    const got = run(function* ({ runtime }) {
      const server = startCounter(runtime);
      yield* sys.suspend(server);
      const sent = yield* flood(server, 5000);
      return [sent, send(server, "mine"), send(server, "mine")];
    });
    expect(got).toEqual([1000, true, true]);
  });

  test("and all the others together do not fill it twice", () => {
    const sizes = run(function* ({ runtime }) {
      const server = startCounter(runtime);
      yield* sys.suspend(server);
      yield* flood(server, 5000);
      let got = 0;
      for (let n = 0; n < 3000; n++) got += yield* flood(server, 1);
      return [got, server.process?.mailboxSize];
    });
    expect(sizes).toEqual([1000, 2000]);
  });
});

/** Takes requests, after each one nothing but "news", as one that waits for a commit. */
const writer: GenServer.Module<string[], string[], string> = {
  name: "writer",
  init: (served) => ["ok", served],
  handleCall(request, _from, served) {
    served.push(request);
    selectOnly(isNews);
    return ["reply", served.length, served];
  },
  handleInfo(_news, served) {
    selectOnly(undefined);
    return ["noreply", served];
  },
};

describe("one that waits for something else after each request serves them in turns", () => {
  test("a server that selects its news", () => {
    const served: string[] = [];
    const answer = run(function* ({ runtime }) {
      const started = GenServer.start(runtime, writer, { args: served, mailbox: { fair: true } });
      if (!started.ok) throw new Error("it did not start");
      const { pid } = started;
      const flooder = startCallback(runtime, () => {
        for (let n = 0; n < 200; n++) requestOf(pid, "flood");
      });
      flooder.deliver("go");
      for (let n = 1; n < 10; n++) runtime.addTimer(n * 10, () => pid.process?.deliver("news"));
      yield* pass(1);
      return yield* call(pid, "mine", 100);
    });
    expect(answer).toEqual({ ok: true, value: 3 });
    expect(served.slice(0, 3)).toEqual(["flood", "flood", "mine"]); // The first had been taken.
  });

  test("a hand-written one that receives its news", () => {
    const served: string[] = [];
    run(function* () {
      const server = spawn<string>(serveOneByOne(served), { mailbox: { fair: true } });
      yield* flood(server as Pid<unknown>, 200);
      yield* pass(2);
      const before = served.length;
      for (let n = 0; n < 3; n++) send(server, "mine");
      yield* pass(100);
      served.splice(0, before);
    });
    const last = served.lastIndexOf("mine");
    expect(served.filter((message) => message === "mine")).toHaveLength(3);
    expect(served.slice(0, last).join(" ")).not.toContain("flood flood");
  });
});

/** Takes one message, asks its disk to write it, and waits until that says "written". */
function serveOneByOne(served: string[]) {
  const isWritten = (message: unknown): boolean => message === "written";
  return function* (): Waiting<void> {
    const me = self<string>();
    const disk = spawn<"write">(function* () {
      for (;;) {
        yield* receive();
        yield* pass(1);
        send(me, "written");
      }
    });
    for (;;) {
      const isRequest = (message: unknown): boolean => !isWritten(message);
      served.push(yield* receive(on(isRequest, (message: string) => message)));
      send(disk, "write");
      yield* receive(on(isWritten, () => undefined));
    }
  };
}

/** Another process sends so many messages; gives how many were taken. */
function* flood(server: Pid<unknown>, messages: number): Waiting<number> {
  const me = self<unknown>();
  spawn(function* () {
    let sent = 0;
    while (sent < messages && send(server, "flood")) sent += 1;
    send(me, sent);
  });
  return yield* receive<number>();
}

test("the end of a sender comes after what it has sent, among all the others' mail", () => {
  const got = run(function* () {
    const me = self<unknown>();
    const keeper = spawn<unknown>(
      function* () {
        const seen: unknown[] = [];
        for (let n = 0; n < 7; n++) seen.push(yield* receive());
        send(me, seen);
      },
      { mailbox: { fair: true } },
    );
    const monitored = spawn<"go">(function* () {
      yield* receive();
      for (const n of [1, 2, 3]) send(keeper, n);
    });
    keeper.process?.runtime.inside(keeper.process, () => monitorOf(monitored));
    send(monitored, "go");
    for (const other of ["a", "b", "c"]) send(keeper, other);
    const seen = (yield* receive<unknown[]>()).map((message) =>
      typeof message === "object" ? "DOWN" : message,
    );
    return seen.filter((message) => typeof message !== "string" || message === "DOWN");
  });
  expect(got).toEqual([1, 2, 3, "DOWN"]);
});

test("turns are kept though messages are taken in order and by a test in turns", () => {
  const [a, b] = [pidOf(1), pidOf(2)];
  const mailbox = new FairMailbox();
  for (let n = 0; n < 6; n++) {
    mailbox.push("a", a);
    mailbox.push("b", b);
  }
  const all = () => true;
  const got = Array.from({ length: 12 }, (_, n) =>
    n % 2 === 0 ? mailbox.shift() : mailbox.select(all)?.message,
  );
  expect(got.join("")).toBe("abababababab");
});
