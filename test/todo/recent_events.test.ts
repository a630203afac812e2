/**
 * RecentEvents: what a subscriber missed, or why it gets a snapshot.
 */
import { describe, expect, test } from "vitest";
import { RecentEvents } from "../../server/todo/recent_events.ts";
import { RESUME_EVENTS_MAX } from "../../shared/protocol/limits.ts";
import type { TodoEvent } from "../../shared/todo/todo_event.ts";

function event(seq: number, title = "x"): TodoEvent {
  return { op: "list_renamed", title, seq, at: 0, by: "alice", pid: "<0.1.0>" };
}

/** The seqs missed since `had` by a list that is at `seq`, or the reason. */
function since(recent: RecentEvents, had: number, seq: number): unknown {
  const missed = recent.since({ epoch: "e", seq: had }, { epoch: "e", seq });
  return typeof missed === "string" ? missed : missed.map((one) => one.seq);
}

describe("RecentEvents", () => {
  test("gives the events after a position, [] at the last one", () => {
    const recent = new RecentEvents();
    for (const seq of [1, 2, 3]) recent.add(event(seq));
    expect([0, 1, 2, 3, 4].map((had) => since(recent, had, 3))).toEqual([
      [1, 2, 3],
      [2, 3],
      [3],
      [],
      "ahead",
    ]);
    const had = { epoch: "other", seq: 3 };
    expect(recent.since(had, { epoch: "e", seq: 3 })).toBe("epoch");
  });

  test("has the last 500 at any length of the list, and never keeps 1,000", () => {
    const recent = new RecentEvents();
    for (let seq = 1; seq <= 5 * RESUME_EVENTS_MAX; seq++) {
      recent.add(event(seq));
      const had = Math.max(0, seq - RESUME_EVENTS_MAX);
      const missed = since(recent, had, seq) as number[];
      if (missed.length !== seq - had || missed[0] !== had + 1) throw new Error(`at seq ${seq}`);
      if (seq > RESUME_EVENTS_MAX) expect(since(recent, had - 1, seq)).toBe("too_many");
    }
  });

  test("is too many when it is more than 256 KiB as JSON, in bytes", () => {
    const recent = new RecentEvents();
    for (const seq of [1, 2, 3]) recent.add(event(seq, "é".repeat(60_000)));
    expect([since(recent, 1, 3), since(recent, 0, 3)]).toEqual([[2, 3], "too_many"]);
  });

  test("is trimmed when the log no longer had them", () => {
    const recent = new RecentEvents();
    recent.add(event(9));
    expect([since(recent, 8, 9), since(recent, 7, 9)]).toEqual([[9], "trimmed"]);
  });
});
