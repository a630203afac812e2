/**
 * CallsInFlight: found by id and by ref until they are answered.
 */
import { expect, test } from "vitest";
import { type CallInFlight, CallsInFlight } from "../../server/gateway/calls_in_flight.ts";
import { makeRef, Runtime, VirtualClock } from "../../server/runtime/index.ts";

function call(method: CallInFlight["method"], more: Partial<CallInFlight> = {}): CallInFlight {
  return {
    id: 1,
    method,
    list: "a",
    readAt: 0,
    deadline: 5,
    server: undefined,
    ref: undefined,
    ...more,
  };
}

function pid() {
  return new Runtime({ clock: new VirtualClock() }).spawn(function* () {});
}

test("a call is found by its id and by the ref of its question, until it is removed", () => {
  const calls = new CallsInFlight();
  const [add, ref] = [call("add_todo"), makeRef()];
  calls.add(add);
  expect(calls.hasId(1)).toBe(true);
  expect(calls.hasId("1")).toBe(false);
  expect(calls.of(ref)).toBeUndefined();
  calls.asked(add, ref, pid());
  expect(calls.of(ref)).toBe(add);
  calls.remove(add);
  expect([calls.hasId(1), calls.of(ref), calls.size]).toEqual([false, undefined, 0]);
});

test("casts count and have no id", () => {
  const calls = new CallsInFlight();
  const casts = [call("add_todo", { id: undefined }), call("add_todo", { id: undefined })];
  for (const cast of casts) calls.add(cast);
  expect(calls.size).toBe(2);
  for (const cast of casts) calls.remove(cast);
  expect(calls.size).toBe(0);
});

test("overdue are those whose deadline has come", () => {
  const calls = new CallsInFlight();
  const [early, late] = [call("list", { id: 1 }), call("list", { id: 2, deadline: 6 })];
  calls.add(early);
  calls.add(late);
  expect(calls.overdue(4.9)).toEqual([]);
  expect(calls.overdue(5)).toEqual([early]);
  expect(calls.overdue(6)).toEqual([early, late]);
});

test("those asked of one process are told from those asked of another, and of none yet", () => {
  const calls = new CallsInFlight();
  const [one, other, none] = [call("list"), call("list", { id: 2 }), call("list", { id: 3 })];
  const [server, second] = [pid(), pid()];
  for (const each of [one, other, none]) calls.add(each);
  calls.asked(one, makeRef(), server);
  calls.asked(other, makeRef(), second);
  expect(calls.askedOf(server)).toEqual([one]);
});

test("a subscribe counts for its own list only", () => {
  const calls = new CallsInFlight();
  calls.add(call("subscribe", { list: "a" }));
  calls.add(call("list", { id: 2, list: "b" }));
  expect(["a", "b"].map((list) => calls.isSubscribing(list))).toEqual([true, false]);
});

test("writes before a call, not those after it", () => {
  const calls = new CallsInFlight();
  const [read, lists, write] = [call("list"), call("lists", { id: 2 }), call("start", { id: 3 })];
  for (const each of [read, lists, write]) calls.add(each);
  expect(calls.hasWriteBefore(lists)).toBe(false);
  const later = call("lists", { id: 4 });
  calls.add(later);
  expect(calls.hasWriteBefore(later)).toBe(true);
  calls.remove(write);
  expect(calls.hasWriteBefore(later)).toBe(false);
});
