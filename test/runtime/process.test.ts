/** Process: when a message or a wake-up makes it run, and how often. */
import { describe, expect, test } from "vitest";
import { type Outcome, Process } from "../../server/runtime/process.ts";
import { newWorld } from "./world.ts";

/** A process that counts its turns and takes whatever is there; `inTurn` is what else it does. */
function counted(inTurn: (process: Process) => void = () => {}) {
  const { runtime, clock } = newWorld();
  const turns = { count: 0 };
  class Counted extends Process {
    readonly takesReplies = false;

    turn(): Outcome {
      turns.count += 1;
      inTurn(this);
      while (this.mailboxSize > 0) this.mailbox?.shift();
      return "waits";
    }
  }
  return { process: new Counted(runtime, {}), clock, turns };
}

test("it has one turn for all the messages and wake-ups that came before it", () => {
  const { process, clock, turns } = counted();
  process.wake();
  for (const message of [1, 2, 3]) process.deliver(message);
  process.wake();
  clock.settle();
  expect(turns.count).toBe(1);
  process.deliver(4);
  clock.settle();
  expect(turns.count).toBe(2);
});

test("while it is deaf a message does not give it a turn, a wake-up does", () => {
  const { process, clock, turns } = counted();
  process.deaf = true;
  process.deliver(1);
  clock.settle();
  expect([turns.count, process.mailboxSize]).toEqual([0, 1]);
  process.wake();
  clock.settle();
  expect([turns.count, process.mailboxSize]).toEqual([1, 0]);
});

test("an idle process has neither a mailbox nor bonds of its own", () => {
  const { mailbox, bonds } = counted().process;
  expect([mailbox, bonds]).toEqual([undefined, undefined]);
});

describe("one that is paused", () => {
  test("has no turn, whatever comes, until it goes on; then it has one", () => {
    const { process, clock, turns } = counted();
    process.pauseFor(process);
    for (const message of [1, 2]) process.deliver(message);
    clock.settle();
    expect([turns.count, process.mailboxSize]).toEqual([0, 2]);
    process.goOn();
    process.deliver(3);
    clock.settle();
    expect([turns.count, process.mailboxSize]).toEqual([1, 0]);
    process.pauseFor(process); // Once more, but now nothing comes.
    process.goOn();
    clock.settle();
    expect(turns.count).toBe(1);
  });

  test("and goes on before its turn came stands in the queue once", () => {
    const { process, clock, turns } = counted();
    process.pauseFor(process);
    process.deliver(1);
    process.goOn();
    clock.settle();
    expect(turns.count).toBe(1);
  });

  test("and goes on with nothing to do has no turn, but the next message gives it one", () => {
    const { process, clock, turns } = counted();
    process.pauseFor(process);
    process.goOn();
    clock.settle();
    expect(turns.count).toBe(0);
    process.deliver(1);
    clock.settle();
    expect(turns.count).toBe(1);
  });

  test("and goes on within the same turn has had that turn", () => {
    const { process, clock, turns } = counted((own) => {
      own.pauseFor(own);
      own.goOn();
    });
    process.deliver(1);
    clock.settle();
    expect([turns.count, process.queued]).toEqual([1, false]);
  });
});

test("a test of what it selects that throws wakes it, and harms nobody who sends", () => {
  const { process, clock, turns } = counted();
  process.deliver(1);
  clock.settle();
  if (process.mailbox === undefined) throw new Error("it has no mailbox");
  process.mailbox.selects = () => {
    throw new Error("odd");
  };
  process.deliver(2);
  clock.settle();
  expect(turns.count).toBe(2);
});
