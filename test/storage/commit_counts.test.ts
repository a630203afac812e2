/**
 * CommitCounts: what a commit queue counts of its batches.
 */
import { beforeEach, expect, test } from "vitest";
import { Runtime, VirtualClock } from "../../server/runtime/index.ts";
import { CommitCounts } from "../../server/storage/commit_counts.ts";
import { CommitQueue } from "../../server/storage/commit_queue.ts";
import type { Append, AppendNews } from "../../server/storage/event_log.ts";
import { Inbox } from "./inbox.ts";
import { row } from "./samples.ts";

let clock: VirtualClock;
let counts: CommitCounts;
let queue: CommitQueue;
let owner: Inbox<AppendNews>;
let batches: (readonly Append[])[];

beforeEach(() => {
  clock = new VirtualClock();
  owner = new Inbox(new Runtime({ clock }));
  counts = new CommitCounts();
  batches = [];
  queue = new CommitQueue({ clock, post: (batch) => batches.push(batch), counts });
});

function push(list: string, seq: number): void {
  queue.push({ list, rows: [row(seq)] }, owner.pid);
}

/** The appends and seconds of all commits. */
function sums(): { readonly appends: number; readonly seconds: number } {
  return { appends: counts.appends.sum, seconds: counts.seconds.sum };
}

test("a commit's time begins when its batch leaves, not when its appends came", () => {
  push("a", 1);
  push("b", 1);
  clock.advance(2);
  push("a", 2);
  expect(batches).toHaveLength(1);
  expect(sums()).toEqual({ appends: 0, seconds: 0 });
  clock.advance(500);
  queue.settle(new Map());
  expect(sums().appends).toBe(2);
  expect(sums().seconds).toBeGreaterThanOrEqual(0.5);
  expect(sums().seconds).toBeLessThan(0.503);
});

test("what is refused counts by its reason, with what waited behind it", () => {
  push("a", 1);
  push("b", 1);
  clock.advance(2);
  push("a", 2);
  push("a", 3);
  queue.settle(new Map([[0, "read_only"]]));
  expect([...counts.refused]).toEqual([["read_only", 3]]);
  clock.advance(2);
  push("b", 2);
  clock.advance(2);
  queue.settle(new Map([[0, "fence"]]));
  expect([...counts.refused]).toEqual([
    ["read_only", 3],
    ["fence", 1],
  ]);
});
