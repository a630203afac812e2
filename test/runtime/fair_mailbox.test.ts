/** FairMailbox: turns between senders, each one's order kept, against the plainest model of it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FairMailbox } from "../../server/runtime/fair_mailbox.ts";
import {
  call,
  GenServer,
  type Pid,
  type Runtime,
  receive,
  self,
  send,
  spawn,
  sys,
  type Waiting,
} from "../../server/runtime/index.ts";
import { monitor as monitorOf } from "../../server/runtime/monitors.ts";
import { Pid as AnyPid } from "../../server/runtime/pid.ts";
import type { Process } from "../../server/runtime/process.ts";
import { scaled } from "./shuffle.ts";
import { drain, pass, run } from "./world.ts";

const SENDERS = Array.from({ length: 4 }, (_, n) => pidOf(n));

function pidOf(id: number): Pid {
  return new AnyPid(id, undefined as unknown as Process);
}

interface Sent {
  readonly sender: number;
  readonly made: number;
}

type Step =
  | { readonly kind: "push"; readonly sender: number }
  | { readonly kind: "shift" | "select"; readonly sender: number };

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("push", "push", "push", "shift", "select"),
  sender: fc.nat(SENDERS.length - 1),
});

const isEven = (message: unknown): boolean => (message as Sent).made % 2 === 0;

test("each sender's messages come in order and once, whatever is pushed and taken", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
      const mailbox = new FairMailbox();
      const waiting: Sent[][] = SENDERS.map(() => []);
      for (const [made, { kind, sender }] of steps.entries()) {
        if (kind === "push") {
          mailbox.push({ sender, made }, SENDERS[sender]);
          waiting[sender]?.push({ sender, made });
        } else if (kind === "select") {
          const selected = mailbox.select(isEven)?.message as Sent | undefined;
          const has = waiting.some((lane) => lane.some(isEven));
          expect(selected !== undefined).toBe(has);
          if (selected === undefined) continue;
          const lane = waiting[selected.sender] ?? [];
          expect(selected).toEqual(lane.splice(lane.findIndex(isEven), 1)[0]);
        } else if (mailbox.size > 0) {
          const message = mailbox.shift() as Sent;
          expect(message).toEqual(waiting[message.sender]?.shift());
        }
        expect(mailbox.size).toBe(waiting.flat().length);
        expect(mailbox.senders).toBe(waiting.filter((lane) => lane.length > 0).length);
      }
    }),
  );
});

test("a message waits behind at most one of each other sender for each of its own", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(SENDERS.length - 1), { maxLength: 200 }), (senders) => {
      const mailbox = new FairMailbox();
      for (const [made, sender] of senders.entries()) {
        mailbox.push({ sender, made }, SENDERS[sender]);
      }
      const order = senders.map(() => (mailbox.shift() as Sent).sender);
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
    }),
  );
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
