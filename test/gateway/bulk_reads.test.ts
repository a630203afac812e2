/**
 * BulkReads: one at a time, and what is asked of the same list waits behind one that waits.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { BulkReads } from "../../server/gateway/bulk_reads.ts";
import type { CallInFlight } from "../../server/gateway/calls_in_flight.ts";

function call(method: CallInFlight["method"], list?: string): CallInFlight {
  return { id: 1, method, list, readAt: 0, deadline: 0, server: undefined, ref: undefined };
}

const BULK: readonly CallInFlight["method"][] = [
  "list",
  "todos",
  "lists",
  "agenda",
  "history",
  "subscribe",
];
const OF_NO_LIST: readonly CallInFlight["method"][] = ["lists", "agenda"];

const room = () => true;
const noRoom = () => false;

/** Whether it may run now; if not it has been put to wait. */
function admitted(bulk: BulkReads, asked: CallInFlight, mayRead = room): boolean {
  const isAdmitted = bulk.admits(asked, mayRead);
  if (!isAdmitted) bulk.wait({ call: asked, run: () => undefined });
  return isAdmitted;
}

test("a second bulk read waits until the first is answered", () => {
  const bulk = new BulkReads();
  const [first, second] = [call("list", "a"), call("todos", "b")];
  expect(admitted(bulk, first)).toBe(true);
  expect(admitted(bulk, second)).toBe(false);
  expect(bulk.ready(room)).toEqual([]);
  bulk.ended(first);
  expect(bulk.ready(room).map((waiting) => waiting.call)).toEqual([second]);
  expect(bulk.isWaiting).toBe(false);
});

test.each(BULK)("%s is a bulk read", (method) => {
  const bulk = new BulkReads();
  admitted(bulk, call("list", "a"));
  expect(admitted(bulk, call(method, "b"))).toBe(false);
});

test.each(["add_todo", "tx", "members", "unsubscribe", "delete_list"] as const)(
  "%s is none",
  (method) => {
    const bulk = new BulkReads();
    admitted(bulk, call("list", "a"));
    expect(admitted(bulk, call(method, "b"))).toBe(true);
  },
);

test("a bulk read waits for room, other calls do not", () => {
  const bulk = new BulkReads();
  expect(admitted(bulk, call("list", "a"), noRoom)).toBe(false);
  expect(admitted(bulk, call("add_todo", "b"), noRoom)).toBe(true);
  expect(bulk.ready(noRoom)).toEqual([]);
  expect(bulk.ready(room)).toHaveLength(1);
});

test("what is asked of a list waits behind its waiting bulk read, in order", () => {
  const bulk = new BulkReads();
  const running = call("lists");
  admitted(bulk, running);
  const [read, write, other] = [call("list", "a"), call("add_todo", "a"), call("add_todo", "b")];
  expect(admitted(bulk, read)).toBe(false);
  expect(admitted(bulk, write)).toBe(false);
  expect(admitted(bulk, other)).toBe(true);
  bulk.ended(running);
  expect(bulk.ready(room).map((waiting) => waiting.call)).toEqual([read, write]);
});

test("one that is given up leaves the queue and holds nobody back", () => {
  const bulk = new BulkReads();
  const running = call("list", "a");
  const [given, next] = [call("list", "b"), call("add_todo", "b")];
  admitted(bulk, running);
  admitted(bulk, given);
  admitted(bulk, next);
  bulk.ended(given);
  expect(bulk.ready(room).map((waiting) => waiting.call)).toEqual([next]);
});

test("in any order of calls, answers and room: one bulk read at a time, each list in order", () => {
  const step = fc.oneof(
    fc.record({
      method: fc.constantFrom(...BULK, "add_todo" as const, "members" as const),
      list: fc.constantFrom("a", "b"),
    }),
    fc.constantFrom("answer" as const, "room" as const, "no room" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const run = new Run();
      for (const next of steps) run.step(next);
      run.finish();
      for (const list of ["a", "b"]) expect(run.ran(list)).toEqual(run.asked(list));
    }),
  );
});

type Step =
  | "answer"
  | "room"
  | "no room"
  | { readonly method: CallInFlight["method"]; readonly list: string };

/** What a connection does with its queue. */
class Run {
  readonly #bulk = new BulkReads();
  readonly #asked: CallInFlight[] = [];
  readonly #ran: CallInFlight[] = [];
  #open: CallInFlight[] = [];
  #hasRoom = true;

  step(step: Step): void {
    if (step === "answer") this.#answer();
    else if (step === "room" || step === "no room") this.#hasRoom = step === "room";
    else this.#ask(call(step.method, OF_NO_LIST.includes(step.method) ? undefined : step.list));
    for (const { call: ready } of this.#bulk.ready(this.#mayRead)) this.#run(ready);
  }

  finish(): void {
    this.step("room");
    while (this.#open.length > 0) this.step("answer");
    expect(this.#bulk.isWaiting).toBe(false);
    expect(this.#ran).toHaveLength(this.#asked.length);
  }

  asked(list: string): CallInFlight[] {
    return this.#asked.filter((each) => each.list === list);
  }

  ran(list: string): CallInFlight[] {
    return this.#ran.filter((each) => each.list === list);
  }

  readonly #mayRead = () => this.#hasRoom;

  #ask(asked: CallInFlight): void {
    this.#asked.push(asked);
    if (admitted(this.#bulk, asked, this.#mayRead)) this.#run(asked);
  }

  #run(ready: CallInFlight): void {
    this.#ran.push(ready);
    this.#open.push(ready);
    const bulk = this.#open.filter(({ method }) => BULK.includes(method));
    expect(bulk.length).toBeLessThanOrEqual(1);
  }

  #answer(): void {
    const [first, ...rest] = this.#open;
    if (first === undefined) return;
    this.#open = rest;
    this.#bulk.ended(first);
  }
}
