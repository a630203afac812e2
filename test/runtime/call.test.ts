/** Call: an answer, an error or a timeout; its own, in time, and nothing left behind. */
import { describe, expect, test, vi } from "vitest";
import { startCallback } from "../../server/runtime/callback_process.ts";
import {
  Call,
  type CallResult,
  call,
  exit,
  exitProcess,
  type From,
  type Pid,
  processInfo,
  Reply,
  Runtime,
  receive,
  reply,
  request,
  self,
  send,
  sendAfter,
  spawn,
  spawnLink,
  trapExits,
  VirtualClock,
} from "../../server/runtime/index.ts";
import { PlainMailbox } from "../../server/runtime/mailbox.ts";
import { scaled } from "./shuffle.ts";
import { dead, drain, forever, newWorld, pass, reasonOf, run } from "./world.ts";

/**
 * A server that answers each question after `ms`, one after the other, with the question itself.
 */
function echo(runtime: Runtime, ms = 0, max = Number.POSITIVE_INFINITY): Pid<unknown> {
  const body = function* () {
    for (;;) {
      const { from, request: question } = yield* receive<Call>();
      if (ms > 0) yield* pass(ms);
      reply(from, question);
    }
  };
  return runtime.spawn<unknown>(body, { mailbox: { max } });
}

describe("a call", () => {
  test("is answered by its own answer, also among many at once (121)", () => {
    const answers = run(function* ({ runtime }) {
      const server = echo(runtime, 1);
      const me = self<unknown>();
      for (let n = 0; n < 50; n++) {
        spawn(function* () {
          send(me, { n, answer: yield* call(server, { for: n }) });
        });
      }
      return (yield* drain(100)) as { n: number; answer: CallResult<{ for: number }> }[];
    });
    expect(answers).toHaveLength(50);
    for (const { n, answer } of answers) expect(answer).toEqual({ ok: true, value: { for: n } });
  });

  test("97 that times out is a value, exactly at its time, where Elixir exits the caller", () => {
    const got = run(function* ({ runtime, clock }) {
      const answer = yield* call(echo(runtime, 150), "late", 20);
      return [answer, clock.now()];
    });
    expect(got).toEqual([{ ok: false, error: "timeout" }, 20]);
  });

  test("waits 5000 ms unless told otherwise", () => {
    const got = run(function* ({ clock }) {
      const silent = spawn(forever);
      return [yield* call(silent, "anyone?"), clock.now()];
    });
    expect(got).toEqual([{ ok: false, error: "timeout" }, 5000]);
  });

  test("with timeout 0 does not wait", () => {
    const got = run(function* ({ runtime, clock }) {
      return [yield* call(echo(runtime), "now", 0), clock.now()];
    });
    expect(got).toEqual([{ ok: false, error: "timeout" }, 0]);
  });

  test("99 given up leaves its late reply nowhere, and the next call gets its own", () => {
    const got = run(function* ({ runtime }) {
      const server = echo(runtime, 80);
      const first = yield* call(server, "first", 20);
      const second = yield* call(server, "second");
      yield* call(server, "third", 20);
      return [first, second, yield* drain(200), yield* call(server, "fourth")];
    });
    expect(got).toEqual([
      { ok: false, error: "timeout" },
      { ok: true, value: "second" },
      [],
      { ok: true, value: "fourth" },
    ]);
  });

  test("a reply at the very moment of the timeout is answer or timeout, never both", () => {
    const got = run(function* ({ runtime }) {
      const answer = yield* call(echo(runtime, 20), "tie", 20);
      return [answer.ok ? answer.value : answer.error, yield* drain(50)];
    });
    expect(["tie", "timeout"]).toContain(got[0]);
    expect(got[1]).toEqual([]);
  });

  test("a late reply to an earlier one is not taken for its own", () => {
    const got = run(function* () {
      const silent = spawn(function* () {
        const [first, second] = [yield* receive<Call>(), yield* receive<Call>()];
        yield* pass(5);
        reply(first.from, "late");
        for (const answer of ["right", "twice"]) reply(second.from, answer);
      });
      const answers = [yield* call(silent, 1, 10), yield* call(silent, 2)];
      return [answers, yield* drain(10)];
    });
    const right = { ok: true, value: "right" };
    expect(got).toEqual([[{ ok: false, error: "timeout" }, right], []]);
  });

  test("reaches a server of another runtime, and its answer comes back", () => {
    const clock = new VirtualClock();
    const [here, there] = [new Runtime({ clock }), new Runtime({ clock })];
    const server = echo(there);
    const answers: unknown[] = [];
    here.spawn(function* () {
      answers.push(yield* call(server, "hello"));
    });
    clock.advance(10);
    expect(answers).toEqual([{ ok: true, value: "hello" }]);
  });

  test("a second reply to it is dropped", () => {
    const got = run(function* () {
      const twice = spawn(function* () {
        const { from } = yield* receive<Call>();
        reply(from, 1);
        reply(from, 2);
      });
      return [yield* call(twice, "?"), yield* drain(10)];
    });
    expect(got).toEqual([{ ok: true, value: 1 }, []]);
  });

  test("114 to the dead is noproc at once, 119 to itself calling_self at once", () => {
    const got = run(function* ({ clock }) {
      const answers = [yield* call(yield* dead(), "?"), yield* call(self(), "?")];
      return [answers, clock.now()];
    });
    const wanted = [
      { ok: false, error: "noproc" },
      { ok: false, error: "calling_self" },
    ];
    expect(got).toEqual([wanted, 0]);
  });

  test("117 gs-server-killed-during-call: told at once, with the reason", () => {
    const got = run(function* ({ clock }) {
      const server = spawn(forever);
      spawn(function* () {
        yield* pass(40);
        exitProcess(server, "kill");
      });
      return [yield* call(server, "?"), clock.now(), yield* drain()];
    });
    expect(got).toEqual([{ ok: false, error: "killed" }, 40, []]);
  });

  test("is told the reason when the server ends by itself while it waits its turn", () => {
    const got = run(function* () {
      const server = spawn(function* () {
        yield* receive();
        exit({ shutdown: "tired" });
      });
      return yield* call(server, "?");
    });
    expect(got).toEqual({ ok: false, error: { shutdown: "tired" } });
  });

  test("to a full mailbox is overloaded at once and changes nothing there", () => {
    const got = run(function* ({ runtime }) {
      const server = echo(runtime, 10, 1);
      server.process?.deliver(new Call({ pid: self(), ref: -1 } as unknown as From, "fills it"));
      const answer = yield* call(server, "?");
      return [answer, server.process?.mailboxSize, server.process?.bonds?.calls];
    });
    expect(got).toEqual([{ ok: false, error: "overloaded" }, 1, undefined]);
  });

  test("to a full mailbox, again and again without waiting, still lets the server work", () => {
    const got = run(function* ({ runtime }) {
      const server = echo(runtime, 0, 1);
      server.process?.deliver(new Call({ pid: self(), ref: -1 } as unknown as From, "fills it"));
      for (let tries = 1; ; tries++) {
        const answer = yield* call(server, "?");
        if (answer.ok) return tries > 1;
      }
    });
    expect(got).toBe(true);
  });

  test("an EXIT to a caller that traps waits in its mailbox until the call is over", () => {
    const got = run(function* ({ runtime }) {
      trapExits(true);
      spawnLink(function* () {
        exit("boom");
      });
      const answer = yield* call(echo(runtime, 30), "still me");
      return [answer, (yield* drain()).length];
    });
    expect(got).toEqual([{ ok: true, value: "still me" }, 1]);
  });

  test("100 gs-server-survives-a-caller's-timeout-and-death", () => {
    const got = run(function* ({ runtime }) {
      const server = echo(runtime, 60);
      yield* reasonOf(function* () {
        yield* call(server, "?", 10);
        exit("gone");
      });
      return yield* call(server, "alive");
    });
    expect(got).toEqual({ ok: true, value: "alive" });
  });
});

describe("what a call leaves behind", () => {
  test("nothing in the server, however it ends: answered, timed out or caller killed", () => {
    const world = newWorld();
    const left = run(function* ({ runtime }) {
      const server = echo(runtime, 10);
      yield* call(server, "answered");
      yield* call(server, "timed out", 5);
      for (const moment of [3, 10, 25]) {
        const caller = spawn(function* () {
          yield* call(server, "never heard");
          yield* forever();
        });
        yield* pass(moment);
        exitProcess(caller, "kill");
      }
      yield* pass(100);
      return [server.process?.bonds?.calls, runtime.timers.size];
    }, world);
    expect(left).toEqual([undefined, 0]);
  });

  test("nothing in a server that never answers, however often it was asked", () => {
    const left = run(function* () {
      const silent = spawn(forever);
      for (let n = 0; n < 10; n++) yield* call(silent, n, 10);
      return silent.process?.bonds?.calls;
    });
    expect(left).toBeUndefined();
  });

  test("its cost does not depend on the mail that waits: nobody looks at it", () => {
    const looks = vi.spyOn(PlainMailbox.prototype, "select");
    const answer = run(function* ({ runtime }) {
      const server = echo(runtime);
      for (let n = 0; n < scaled(10_000); n++) send(self<unknown>(), { other: n });
      return yield* call(server, "quick");
    });
    expect(answer).toEqual({ ok: true, value: "quick" });
    expect(looks).not.toHaveBeenCalled();
    looks.mockRestore();
  });

  test("mail that comes during a call does not wake the caller, and is there afterwards", () => {
    const got = run(function* ({ runtime }) {
      const me = self<unknown>();
      for (let ms = 1; ms < 50; ms++) sendAfter(me, ms, ms);
      const answer = yield* call(echo(runtime, 50), "x");
      return [answer.ok, (yield* drain()).length];
    });
    expect(got).toEqual([true, 49]);
  });
});

describe("a reply", () => {
  test("120 may come later and from another process", () => {
    const got = run(function* ({ clock }) {
      const server = spawn(function* () {
        const { from } = yield* receive<Call>();
        spawn(function* () {
          yield* pass(30);
          reply(from, "answered_later");
        });
        yield* forever();
      });
      return [yield* call(server, "?"), clock.now()];
    });
    expect(got).toEqual([{ ok: true, value: "answered_later" }, 30]);
  });

  test("to a dead caller goes nowhere", () => {
    const got = run(function* () {
      const me = self<unknown>();
      const server = spawn(function* () {
        const { from } = yield* receive<Call>();
        yield* pass(20);
        reply(from, "too late");
        send(me, "server goes on");
      });
      const caller = spawn(function* () {
        yield* call(server, "?");
      });
      yield* pass(10);
      exitProcess(caller, "kill");
      return yield* drain(100);
    });
    expect(got).toEqual(["server goes on"]);
  });
});

describe("request", () => {
  test("brings the answers as Reply messages by their refs, in any order", () => {
    const { runtime, clock } = newWorld();
    const waiting: From[] = [];
    const server = startCallback(runtime, (message) => {
      if (message instanceof Call) waiting.push(message.from);
    });
    const got: unknown[] = [];
    const refs: unknown[] = [];
    const client = startCallback(runtime, (message) => {
      if (message === "ask") refs.push(request(server.pid, "a"), request(server.pid, "b"));
      else if (message instanceof Reply) got.push([refs.indexOf(message.ref), message.value]);
    });
    client.deliver("ask");
    clock.settle();
    for (const from of waiting.reverse()) reply(from, "done");
    clock.settle();
    expect(got).toEqual([
      [1, "done"],
      [0, "done"],
    ]);
  });

  test("to a full mailbox gives undefined; in a hand-written process it is refused", () => {
    const { runtime, clock } = newWorld();
    const got: unknown[] = [];
    const full = runtime.spawn(forever, { mailbox: { max: 0 } });
    startCallback(runtime, () => got.push(request(full, "?"))).deliver("go");
    clock.settle();
    expect(got).toEqual([undefined]);
    const reason = run(() =>
      reasonOf(function* () {
        request(self(), "?");
      }),
    );
    expect(reason).toMatchObject({ message: expect.stringContaining("use call") });
  });

  test("is what callback processes have: a call that one steps by hand is refused", () => {
    const { runtime, clock } = newWorld({ inOrder: true }); // It must have some budget left.
    const silent = runtime.spawn(forever);
    const got: unknown[] = [];
    const stepping = startCallback(runtime, (message) => {
      try {
        if (message === "ask") call(silent, "?", Number.POSITIVE_INFINITY).next();
        else got.push(message);
      } catch (thrown) {
        got.push((thrown as Error).message);
      }
    });
    for (const message of ["ask", "mail"]) stepping.deliver(message);
    clock.settle();
    expect(got).toEqual([expect.stringContaining("use request"), "mail"]);
    expect(processInfo(silent)?.monitoredBy).toEqual([]);
  });
});
