/**
 * Uncommitted: what the log has not answered yet, and when it is too much.
 */
import { describe, expect, test } from "vitest";
import { Uncommitted } from "../../server/todo/uncommitted.ts";

function add(uncommitted: Uncommitted, ...seqs: readonly number[]): void {
  for (const lastSeq of seqs) uncommitted.add({ lastSeq, events: 1, bytes: 100 });
}

describe("Uncommitted", () => {
  test("is empty when all is committed, a birth alone included", () => {
    const uncommitted = new Uncommitted();
    add(uncommitted, 0, 1, 2);
    uncommitted.committed(0);
    uncommitted.committed(1);
    expect(uncommitted.isEmpty).toBe(false);
    uncommitted.committed(2);
    expect(uncommitted.isEmpty).toBe(true);
  });

  test("must wait at 1,000 events, and no longer once one is committed", () => {
    const uncommitted = new Uncommitted();
    uncommitted.add({ lastSeq: 999, events: 999, bytes: 0 });
    expect(uncommitted.mustWait).toBe(false);
    add(uncommitted, 1000);
    expect(uncommitted.mustWait).toBe(true);
    uncommitted.committed(999);
    expect(uncommitted.mustWait).toBe(false);
  });

  test("must wait at 1 MiB", () => {
    const uncommitted = new Uncommitted();
    uncommitted.add({ lastSeq: 1, events: 1, bytes: 1024 * 1024 - 1 });
    expect(uncommitted.mustWait).toBe(false);
    uncommitted.add({ lastSeq: 2, events: 1, bytes: 1 });
    expect(uncommitted.mustWait).toBe(true);
  });

  test("after a refusal nothing may be appended until all behind it are refused, too", () => {
    const uncommitted = new Uncommitted();
    add(uncommitted, 1, 2, 3);
    expect([uncommitted.isRefused, uncommitted.mustWait]).toEqual([false, false]);
    expect([uncommitted.refused(), uncommitted.refused()]).toEqual([false, false]);
    expect([uncommitted.isRefused, uncommitted.mustWait]).toEqual([true, true]);
    expect([uncommitted.refused(), uncommitted.isRefused]).toEqual([true, false]);
    expect([uncommitted.isEmpty, uncommitted.mustWait]).toEqual([true, false]);
    add(uncommitted, 1);
    expect([uncommitted.refused(), uncommitted.isEmpty]).toEqual([true, true]);
  });

  test("a full one that is refused need not wait", () => {
    const uncommitted = new Uncommitted();
    uncommitted.add({ lastSeq: 1000, events: 1000, bytes: 5 });
    uncommitted.refused();
    expect(uncommitted.mustWait).toBe(false);
  });
});
