/**
 * EventReader: good lists, every kind of damage, and steps that hold nothing open.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { LoadEnd } from "../../server/storage/event_reader.ts";
import { BIRTH, born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { load, openReader, openWriter, tamper } from "./sync_store.ts";

const DAMAGED = { ok: false, reason: "damaged" };

/** A closed store: "a" with positions 1, 3, 5, 7 and "b" with 2, 4, 6, 8; "c" without events. */
function twoLists(checkpointEvents?: number): string {
  const path = newStorePath();
  const { writer } = openWriter(path, checkpointEvents);
  writer.commit([born("a"), born("b"), born("c")]);
  for (let seq = 1; seq <= 4; seq++) {
    writer.commit([
      { list: "a", rows: [row(seq, { body: `{"op":"x","text":"MARK-A${seq}"}` })] },
      { list: "b", rows: [row(seq)] },
    ]);
    writer.checkpointIfDue();
  }
  writer.close();
  return path;
}

function ends(path: string) {
  const reader = openReader(path);
  const shown = (end: LoadEnd) => (end.ok ? { ok: true, birth: end.birth } : end);
  const found = ["a", "b", "c"].map((list) => [list, shown(load(reader, list).end)] as const);
  reader.close();
  return Object.fromEntries(found);
}

const GOOD = { ok: true, birth: BIRTH };

test("lists that nobody changed are good", () => {
  expect(ends(twoLists())).toEqual({ a: GOOD, b: GOOD, c: GOOD });
  expect(ends(twoLists(3))).toEqual({ a: GOOD, b: GOOD, c: GOOD });
});

test.each(["MARK-A1", "MARK-A3", "MARK-A4"])(
  "a flipped byte in the body of %s damages its list only",
  (mark) => {
    const path = twoLists();
    const bytes = readFileSync(path);
    const place = bytes.indexOf(mark);
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(ends(path)).toEqual({ a: DAMAGED, b: GOOD, c: GOOD });
  },
);

test("a record that has no text where one belongs damages its list only", () => {
  const path = newStorePath();
  const { writer } = openWriter(path);
  const body = '{"op":"x"}';
  writer.commit([born("a", [row(1, { body })]), born("b"), born("c")]);
  writer.close();
  const bytes = readFileSync(path);
  // The types of user, pid, key and body in the head of the record, as SQLite's format has them.
  const text = (length: number) => 13 + 2 * length;
  const types = [text("alice".length), text("<0.7.0>".length), 0, text(body.length)];
  const place = bytes.indexOf(Buffer.from(types));
  bytes[place + 3] = 0; // NULL.
  writeFileSync(path, bytes);
  expect(ends(path)).toEqual({ a: DAMAGED, b: GOOD, c: GOOD });
  const reader = openReader(path);
  const all = { list: "a", after: 0, limit: 9, bytesMax: 1e6, bytesEach: 0 };
  expect(reader.events({ ...all, before: 9 }).next()).toEqual({ done: true, value: DAMAGED });
  reader.close();
});

describe.each([
  ["read from the tail", undefined],
  ["behind a checkpoint", 8],
])("what was changed in a list %s is found", (_, checkpointEvents) => {
  test.each([
    "UPDATE events SET at = at + 1 WHERE pos = 1",
    "UPDATE events SET user = 'mallory' WHERE pos = 3",
    "UPDATE events SET key = 'k' WHERE pos = 5",
    "UPDATE events SET count = 9 WHERE pos = 7",
    "UPDATE events SET sum = sum + 1 WHERE pos = 7",
    "UPDATE events SET sum = sum + 1 WHERE pos = 3",
    "UPDATE events SET seq = 9 WHERE pos = 5",
    "UPDATE events SET prev = 1 WHERE pos = 5",
    "UPDATE events SET body = 7 WHERE pos = 5",
    "UPDATE events SET at = 9223372036854775807 WHERE pos = 5",
    "DELETE FROM events WHERE pos = 5",
    "DELETE FROM heads WHERE list = 1",
    "UPDATE lists SET owner = 'mallory' WHERE id = 1",
    "UPDATE lists SET sum = sum + 1 WHERE id = 1",
  ])("%s", (sql) => {
    const path = twoLists(checkpointEvents);
    tamper(path, sql);
    expect(ends(path)).toEqual({ a: DAMAGED, b: GOOD, c: GOOD });
  });
});

test("a last event that names another list damages both, and is lost to neither in silence", () => {
  const path = twoLists();
  tamper(path, "UPDATE events SET list = 2 WHERE pos = 7");
  expect(ends(path)).toEqual({ a: DAMAGED, b: DAMAGED, c: GOOD });
});

test("a tail of more events than are read at a time is followed to its end", () => {
  const path = newStorePath();
  const { writer } = openWriter(path, 1e9);
  for (let seq = 1; seq <= 45_000; seq += 3000) {
    const events = rows(seq, seq + 2999);
    expect(writer.commit([seq === 1 ? born("a", events) : { list: "a", rows: events }])).toEqual(
      new Map(),
    );
  }
  writer.close();
  const again = openWriter(path, 1e9);
  expect(again.writer.pos).toBe(45_000);
  expect(again.writer.commit([{ list: "a", rows: [row(45_001)] }])).toEqual(new Map());
  const reader = openReader(path);
  reader.follow();
  expect(reader.lists({ user: "alice", limit: 1 })).toMatchObject({ lists: [{ seq: 45_001 }] });
  reader.close();
  again.writer.close();
});

test("between the steps of a load no transaction is open", () => {
  const path = newStorePath();
  const { db, writer } = openWriter(path);
  writer.commit([born("a", rows(1, 1200))]);
  const reader = openReader(path);
  const steps = reader.load("a");
  expect(steps.next().value).toHaveLength(500);
  writer.commit([{ list: "a", rows: [row(1201)] }]);
  const { busy } = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() as { busy: number };
  expect(busy).toBe(0);
  expect(steps.next().value).toHaveLength(500);
  expect(steps.next().value).toHaveLength(200); // As of its beginning, without the new one.
  expect(steps.next()).toMatchObject({ done: true, value: GOOD });
  reader.close();
  writer.close();
});
