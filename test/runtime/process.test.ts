/** Process: when a message or a wake-up makes it run, and how often. */
import { expect, test } from "vitest";
import { type Outcome, Process } from "../../server/runtime/process.ts";
import { newWorld } from "./world.ts";

/** A process that counts its turns and takes whatever is there. */
function counted() {
  const { runtime, clock } = newWorld();
  const turns = { count: 0 };
  class Counted extends Process {
    readonly takesReplies = false;

    turn(): Outcome {
      turns.count += 1;
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
