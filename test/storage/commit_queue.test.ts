/**
 * CommitQueue: when batches leave, and what is told when they are settled.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { Runtime, VirtualClock } from "../../server/runtime/index.ts";
import { CommitQueue } from "../../server/storage/commit_queue.ts";
import type { Append, AppendNews } from "../../server/storage/event_log.ts";
import { Inbox } from "./inbox.ts";
import { born, row } from "./samples.ts";

const NONE = new Map();

let clock: VirtualClock;
let owner: Inbox<AppendNews>;
let other: Inbox<AppendNews>;
let batches: (readonly Append[])[];
let queue: CommitQueue;

beforeEach(() => {
  clock = new VirtualClock();
  const runtime = new Runtime({ clock });
  owner = new Inbox(runtime);
  other = new Inbox(runtime);
  batches = [];
  queue = new CommitQueue({ clock, post: (batch) => batches.push(batch) });
});

function push(list: string, seq: number, to = owner): void {
  queue.push({ list, rows: [row(seq)] }, to.pid);
}

/** The seqs of the last batch. */
function lastBatch(): string[] {
  return (batches.at(-1) ?? []).map(({ list, rows }) => `${list}${rows[0]?.seq}`);
}

/** A loop whose iterations the test runs, each taking `ms`. */
class Loop {
  readonly #ms: number;
  #nowMs = 0;
  #soon: (() => void)[] = [];

  constructor(ms: number) {
    this.#ms = ms;
  }

  now(): number {
    return this.#nowMs;
  }

  soon(run: () => void): void {
    this.#soon.push(run);
  }

  iterate(): void {
    this.#nowMs += this.#ms;
    for (const run of this.#soon.splice(0)) run();
  }
}

describe("when nothing is under way, a batch leaves", () => {
  test.each([
    ["when a whole iteration brought nothing more", 0.001, 10, 12],
    ["after 1 ms though there is always more", 0.125, 100, 8],
  ])("%s", (_, iterationMs, ...[busyIterations, leavesAt]) => {
    const loop = new Loop(iterationMs);
    queue = new CommitQueue({ clock: loop, post: (batch) => batches.push(batch) });
    push("a", 1);
    const left: number[] = [];
    for (let iteration = 1; iteration <= 100; iteration++) {
      loop.iterate();
      if (batches.length > left.length) left.push(iteration);
      if (iteration <= busyIterations) push("a", iteration + 1);
    }
    expect(left).toEqual([leavesAt]);
    expect(lastBatch()).toHaveLength(Math.min(leavesAt, busyIterations + 1));
  });
});

test("what comes while a commit is under way shares the next", () => {
  push("a", 1);
  clock.settle();
  for (const [index, list] of ["a", "b", "c"].entries()) {
    push(list, index + 2);
    clock.advance(5);
  }
  expect(batches).toHaveLength(1);
  queue.settle(NONE);
  clock.settle();
  expect(batches).toHaveLength(2);
  expect(lastBatch()).toEqual(["a2", "b3", "c4"]);
  queue.settle(NONE);
  clock.settle();
  expect(batches).toHaveLength(2);
});

test("nothing is told before the commit is settled, then each owner of its own lists", () => {
  push("a", 1);
  push("b", 1, other);
  push("a", 2);
  clock.advance(100);
  expect([...owner.left, ...other.left]).toEqual([]);
  queue.settle(NONE);
  clock.settle();
  expect(owner.left).toEqual([{ type: "committed", list: "a", seq: 2 }]);
  expect(other.left).toEqual([{ type: "committed", list: "b", seq: 1 }]);
});

test("after a refused append, all of its list that are queued are refused, in order", () => {
  queue.push(born("a"), owner.pid);
  push("a", 1);
  push("b", 1);
  clock.settle();
  for (const seq of [2, 3]) push("a", seq);
  push("b", 2);
  queue.settle(new Map([[1, "read_only"]]));
  push("a", 1); // Decided again by the owner: none of those that were queued.
  clock.settle();
  const refused = { type: "refused", list: "a", reason: "read_only" };
  expect(owner.left).toEqual([
    { type: "committed", list: "a", seq: 0 },
    { type: "committed", list: "b", seq: 1 },
    { ...refused, seq: 1 },
    { ...refused, seq: 2 },
    { ...refused, seq: 3 },
  ]);
  expect(lastBatch()).toEqual(["b2", "a1"]);
});

test("what must come after a list's appends waits for those queued by then only", () => {
  const done: string[] = [];
  queue.afterAppendsOf("a", () => done.push("at once"));
  push("a", 1);
  clock.settle();
  push("a", 2);
  push("b", 1);
  queue.afterAppendsOf("a", () => done.push("a"));
  queue.settle(NONE);
  expect(done).toEqual(["at once"]);
  clock.settle();
  push("a", 3);
  queue.settle(new Map([[1, "fence"]]));
  expect(done).toEqual(["at once", "a"]);
});

test("bytes counts what is not settled", () => {
  expect(queue.bytes).toBe(0);
  push("a", 1);
  const one = queue.bytes;
  expect(one).toBeGreaterThan(row(1).body.length);
  push("b", 1);
  clock.settle();
  push("a", 2);
  expect(queue.bytes).toBeCloseTo(3 * one, -2);
  queue.settle(new Map([[0, "fence"]])); // Takes the one that waits with it.
  expect(queue.bytes).toBe(0);
});

test("a huge queue leaves in batches of at most 4096 appends", () => {
  for (let seq = 1; seq <= 10_000; seq++) push(`list ${seq % 7}`, seq);
  const sizes: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    clock.settle();
    sizes.push(batches.at(-1)?.length ?? 0);
    queue.settle(NONE);
  }
  expect(sizes).toEqual([4096, 4096, 1808]);
});

test("empty resolves when the last one is settled", async () => {
  await queue.empty();
  push("a", 1);
  clock.settle();
  const empty = queue.empty();
  queue.settle(NONE);
  await empty;
  expect(queue.bytes).toBe(0);
});

test("an append without birth and rows is a bug", () => {
  expect(() => queue.push({ list: "a", rows: [] }, owner.pid)).toThrow(
    "a birth, rows, or else a change of life",
  );
});
