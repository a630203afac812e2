/** RestingLists: what is held, and for how long. */
import { expect, test } from "vitest";
import { type PendingCall, pendingCall } from "../../client/pending_call.ts";
import { RestingLists } from "../../client/resting_lists.ts";
import { VirtualClock } from "../../server/runtime/clock.ts";

const REQUEST = { method: "m", params: "{}", write: false, resend: true, done: undefined };

function callOf(list: string, number: number): PendingCall {
  return pendingCall({ ...REQUEST, list, deadlineMs: 1000 }, number);
}

test("calls that are over are let go of, and are not woken", () => {
  const clock = new VirtualClock();
  const woken: PendingCall[] = [];
  const resting = new RestingLists(clock, (calls) => woken.push(...calls));
  const [first, second, third] = [1, 2, 3].map((number) => callOf("a", number)) as [
    PendingCall,
    PendingCall,
    PendingCall,
  ];
  resting.rest(first, { afterMs: 100, jitterMs: (times) => times });
  expect([resting.hold(second), resting.hold(third)]).toEqual([true, true]);
  expect(resting.hold(callOf("b", 4))).toBe(false);
  second.place = "over";
  resting.sweep();
  clock.advance(100);
  expect(woken).toEqual([]);
  clock.advance(1);
  expect(woken).toEqual([first, third]);
  expect(resting.hold(third)).toBe(false);
});
