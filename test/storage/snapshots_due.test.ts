/**
 * SnapshotsDue: when a list is due, by events and by what they hold.
 */
import { expect, test } from "vitest";
import { SnapshotsDue, weightOf } from "../../server/storage/snapshots_due.ts";
import { row } from "./samples.ts";

/** How many such events it takes, the first time and the next. */
function eventsUntilDue(body: string): number[] {
  const due = new SnapshotsDue();
  const counts: number[] = [];
  for (let events = 1; counts.length < 2; events++) {
    due.add(1, "a", weightOf(row(1, { body })));
    due.add(2, "b", 0);
    const lists = due.take();
    if (lists.length > 0) counts.push(events - (counts[0] ?? 0));
    expect(["", "a"]).toContain(lists.join());
  }
  return counts;
}

test("a list is due after 1,000 events or 1 MiB of them, and then after as much again", () => {
  const [short, long] = [eventsUntilDue(""), eventsUntilDue("x".repeat(64 * 1024))];
  for (const count of short) expect(Math.abs(count - 1000)).toBeLessThanOrEqual(1);
  for (const count of long) expect([15, 16, 17]).toContain(count);
});

test("several events of one commit weigh as much as they do one by one", () => {
  const due = new SnapshotsDue(10);
  due.add(1, "a", 9 * weightOf(row(1, { body: "" })));
  expect(due.take()).toEqual([]);
  due.add(1, "a", 9 * weightOf(row(1, { body: "" })));
  expect([due.take(), due.take()]).toEqual([["a"], []]);
});
