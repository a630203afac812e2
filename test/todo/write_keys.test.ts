/**
 * WriteKeys: which keyed writes are remembered, and what the log keeps of them.
 */
import { describe, expect, test } from "vitest";
import type { StoredWrite } from "../../server/storage/event_log.ts";
import type { Command } from "../../server/todo/todo_request.ts";
import { type KeyedWrite, keyTexts, WriteKeys, writesQuery } from "../../server/todo/write_keys.ts";
import { KEYS_ALL_KEPT_MS, KEYS_KEPT_MAX, KEYS_KEPT_MS } from "../../shared/protocol/limits.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";

const STATE = TodoEvents.empty("Groceries", "alice");

function write(key: string): Command {
  return { type: "add_todo", todo: { title: "x" }, key };
}

function named(key: string): KeyedWrite {
  return { user: "alice", key, method: "add_todo" };
}

/** Whether the key is remembered at that moment. */
function knows(keys: WriteKeys, key: string, now: number): boolean {
  return keys.replay(named(key), STATE, now) !== undefined;
}

describe("what the log keeps with the events of a write", () => {
  test("is nothing without a key, but that the events of a tx belong together", () => {
    expect(keyTexts({ type: "delete_todo", id: 1 }, { seq: 1 }, 1)).toEqual([null]);
    expect(keyTexts({ type: "tx", ops: [] }, { results: [], seq: 3 }, 3)).toEqual(["+", "+", null]);
  });

  test("is what the first result is told again from", () => {
    const results = [{ id: 1, rev: 1 }, { changed: true }];
    const keyed = [
      keyTexts(write("k"), { id: 7, rev: 1, seq: 1 }, 1),
      keyTexts({ type: "delete_todo", id: 7, key: "é]" }, { changed: true, seq: 1 }, 1),
      keyTexts({ type: "tx", ops: [], key: "k" }, { results, seq: 2 }, 2),
    ];
    expect(keyed).toEqual([
      ["add_todo\tk\t7"],
      ["delete_todo\té]\t"],
      ["+", 'tx\tk\t[{"id":1,"rev":1},{"changed":true}]'],
    ]);
  });
});

describe("WriteKeys", () => {
  test("remembers all of two minutes, and of a day the last 10,000", () => {
    const keys = new WriteKeys();
    keys.know([], false);
    const count = KEYS_KEPT_MAX + 10;
    for (let n = 0; n < count; n++) keys.add(named(`k${n}`), { id: n, seq: n + 1 }, n);
    const last = count - 1;
    expect(knows(keys, "k0", last)).toBe(true);
    const later = last + KEYS_ALL_KEPT_MS + 1;
    keys.add(named("late"), { id: count, seq: count + 1 }, later);
    expect([knows(keys, "k10", later), knows(keys, "k11", later)]).toEqual([false, true]);
    expect(knows(keys, `k${last}`, last + KEYS_KEPT_MS)).toBe(true);
    expect(knows(keys, `k${last}`, last + KEYS_KEPT_MS + 1)).toBe(false);
  });

  test("knows from the log what it knew before, the newest of a key that was used twice", () => {
    const stored: StoredWrite[] = [
      { seq: 4, at: 40, user: "alice", key: "add_todo\tk\t2" },
      { seq: 3, at: 30, user: "bob", key: "add_todo\tb\t9" },
      { seq: 1, at: 10, user: "alice", key: "add_todo\tk\t1" },
    ];
    const keys = new WriteKeys();
    expect(keys.isKnown).toBe(false);
    for (const write of stored) keys.know([write], true); // In parts.
    expect(keys.isKnown).toBe(false);
    keys.know([], false);
    expect(keys.isKnown).toBe(true);
    expect(keys.replay(named("k"), STATE, 50)).toEqual({
      ok: true,
      result: { id: 2, rev: 4, seq: 4, replayed: true },
    });
    expect(knows(keys, "b", 50)).toBe(false);
  });

  test("forgets what the log had, when there is enough that is younger", () => {
    const keys = new WriteKeys();
    keys.know([{ seq: 1, at: 0, user: "alice", key: "add_todo\tformer\t1" }], false);
    const now = KEYS_ALL_KEPT_MS + 1;
    for (let n = 2; n <= KEYS_KEPT_MAX; n++) keys.add(named(`k${n}`), { id: n, seq: n }, now);
    expect(knows(keys, "former", now)).toBe(true);
    keys.add(named("last"), { id: 1, seq: KEYS_KEPT_MAX + 1 }, now);
    expect([knows(keys, "former", now), knows(keys, "k2", now)]).toEqual([false, true]);
  });

  test("forgets what was not committed, when the log has refused it", () => {
    const keys = new WriteKeys();
    keys.know([], false);
    for (const seq of [1, 2, 3]) keys.add(named(`k${seq}`), { id: seq, seq }, 0);
    keys.committed(1);
    keys.dropBack();
    expect([1, 2, 3].map((seq) => knows(keys, `k${seq}`, 0))).toEqual([true, false, false]);
  });

  test("asks the log for no more than it remembers", () => {
    const now = 10 * KEYS_KEPT_MS;
    expect(writesQuery("a", now)).toEqual({
      list: "a",
      since: 9 * KEYS_KEPT_MS,
      allSince: now - KEYS_ALL_KEPT_MS,
      limit: KEYS_KEPT_MAX,
    });
  });
});
