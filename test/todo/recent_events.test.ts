/**
 * RecentEvents: what a subscriber missed, as far as it is at hand.
 */
import { describe, expect, test } from "vitest";
import { RecentEvents } from "../../server/todo/recent_events.ts";

function filled(last: number): RecentEvents {
  const recent = new RecentEvents();
  for (let seq = 1; seq <= last; seq++) {
    recent.add({ seq, at: 0, by: "alice", pid: "<0.1.0>", body: "{}" });
  }
  return recent;
}

describe("RecentEvents", () => {
  test("gives the events after a position, [] at the last one", () => {
    const since = [0, 1, 2, 3].map((had) =>
      filled(3)
        .since(had, 3)
        ?.map(({ seq }) => seq),
    );
    expect(since).toEqual([[1, 2, 3], [2, 3], [3], []]);
  });

  test("has at least the last 50 at any length of the list, and never 100", () => {
    for (let last = 1; last <= 333; last++) {
      const recent = filled(last);
      const had = Math.max(0, last - 50);
      expect(recent.since(had, last)?.[0]?.seq).toBe(had + 1);
      if (last >= 100) expect(recent.since(last - 100, last)).toBeUndefined();
    }
  });
});
