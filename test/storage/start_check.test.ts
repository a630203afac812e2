/**
 * StartCheck: what of a store is refused before anything of it is served, and what is let pass
 * because the list that it hits tells of it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { countedSum, keptSum } from "../../server/storage/index_sum.ts";
import { openTrusted } from "../../server/storage/start_check.ts";
import { isWalReadable } from "../../server/storage/wal_header.ts";
import { crashedStore, flipped } from "./crashed_store.ts";
import { born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { load, openReader, openWriter, tamper } from "./sync_store.ts";
import { makeSample } from "./tools/sample_store.ts";

/** A closed store: "a" with positions 1, 3, 5, 7 and "b" with 2, 4, 6, 8; "c" without events. */
function threeLists(checkpointEvents?: number): string {
  const path = newStorePath();
  const { writer } = openWriter(path, checkpointEvents);
  writer.commit([born("a"), born("b"), born("c")]);
  for (let seq = 1; seq <= 4; seq++) {
    writer.commit([{ list: "a", rows: [row(seq)] }]);
    writer.commit([{ list: "b", rows: [row(seq)] }]);
    writer.checkpointIfDue();
  }
  writer.close();
  return path;
}

/** "opened", or the sentence without the path and what to do. */
function outcomeOf(path: string): string {
  const opened = openTrusted(path, { generation: "g", secret: "s" });
  if (!opened.ok) return opened.message.replace(`${path}: `, "").replace(/; restore a .*$/, "");
  opened.db.close();
  return "opened";
}

function goodLists(path: string): string[] {
  const reader = openReader(path);
  const good = ["a", "b", "c"].filter((list) => load(reader, list).end.ok);
  reader.close();
  return good;
}

test.each([1, 2, 3, 4])("the sum follows whatever is written: %i", (seed) => {
  const path = newStorePath();
  const writer = makeSample(path, { seed, lists: 6, events: 300 });
  // Refused and rolled back appends leave it as it was.
  writer.commit([born("list-0"), born("bad", [row(1, { at: 1.5 })]), born("fine")]);
  writer.close();
  const db = new DatabaseSync(path, { readOnly: true });
  expect(keptSum(db)).toBe(countedSum(db));
  expect(keptSum(db)).toBeGreaterThan(0);
  db.close();
  expect(outcomeOf(path)).toBe("opened");
});

const INDEX = "its index of lists and members is damaged";
const END = "its record of where the lists end is damaged";
const TABLES = "its tables are not those that were made";

test.each([
  ["UPDATE lists SET title = 'x' WHERE id = 2", INDEX],
  ["UPDATE lists SET name = 'x' WHERE id = 2", INDEX],
  ["DELETE FROM members WHERE list = 'b'", INDEX],
  ["UPDATE members SET role = 'viewer' WHERE list = 'b'", INDEX],
  ["UPDATE members SET user = 'mallory' WHERE list = 'b'", INDEX],
  ["INSERT INTO lives VALUES (2, 'e', 5)", INDEX],
  ["INSERT INTO former_members VALUES ('mallory', 'b', 'owner', 5)", INDEX],
  ["UPDATE index_sum SET sum = sum + 1", INDEX],
  ["DELETE FROM index_sum", INDEX],
  ["CREATE TABLE more (id INTEGER)", TABLES],
  ["DROP INDEX lists_made", TABLES],
  ["UPDATE meta SET checkpoint_pos = 7", "events are missing from its log"],
  ["UPDATE meta SET checkpoint_pos = 9", END],
  ["UPDATE meta SET checkpoint_pos = 0", END],
  ["DELETE FROM events WHERE pos = 8; UPDATE heads SET pos = 6 WHERE list = 2", END],
])("%s is refused", (sql, sentence) => {
  const path = threeLists(8);
  expect(outcomeOf(path)).toBe("opened");
  tamper(path, sql);
  expect(outcomeOf(path)).toBe(sentence);
});

test("what other programs leave to plan their queries is let pass", () => {
  const path = threeLists();
  tamper(path, "ANALYZE");
  expect(outcomeOf(path)).toBe("opened");
});

test.each([
  "DELETE FROM events WHERE pos = 8",
  "UPDATE events SET list = 9 WHERE pos = 8",
  "DELETE FROM heads WHERE list = 2",
])("behind the checkpoint %s damages its list alone", (sql) => {
  const path = threeLists(8);
  tamper(path, sql);
  expect(outcomeOf(path)).toBe("opened");
  expect(goodLists(path)).toEqual(["a", "c"]);
});

describe("of the events after the checkpoint", () => {
  test.each([
    ["the last of a list", "DELETE FROM events WHERE pos = 7"],
    ["all the numbers of one", "UPDATE events SET list = 99, seq = 99, prev = 99 WHERE pos = 7"],
    ["the place of the last", "UPDATE events SET pos = 5000 WHERE pos = 8"],
    ["the place of the last, a little", "UPDATE events SET pos = 12 WHERE pos = 8"],
  ])("%s, of which no other tells, is missed, and the store refused", (_, sql) => {
    const path = threeLists();
    tamper(path, sql);
    expect(outcomeOf(path)).toBe("events are missing from its log");
  });

  test.each([
    ["one that a later one follows on", "DELETE FROM events WHERE pos = 5", ["b", "c"]],
    ["the list of one", "UPDATE events SET list = 3 WHERE pos = 7", ["b"]],
    ["a list that there is not", "UPDATE events SET list = 9 WHERE pos = 7", ["b", "c"]],
    ["the seq of one", "UPDATE events SET seq = 9 WHERE pos = 7", ["b", "c"]],
    ["the one before", "UPDATE events SET prev = 3 WHERE pos = 7", ["b", "c"]],
    ["the first", "DELETE FROM events WHERE pos = 1", ["b", "c"]],
  ])("%s damages the lists that it names, and no other", (_, sql, good) => {
    const path = threeLists();
    tamper(path, sql);
    expect(outcomeOf(path)).toBe("opened");
    expect(goodLists(path)).toEqual(good);
  });
});

test("a log beside the store whose header is not what was written is refused, and left", () => {
  const { path, log: wal } = crashedStore();
  expect(isWalReadable(path)).toBe(true);
  for (let at = 0; at < 32; at++) {
    const bytes = flipped(wal, at);
    writeFileSync(`${path}-wal`, bytes);
    expect([at, outcomeOf(path)]).toEqual([at, "its -wal file is damaged"]);
    expect(readFileSync(`${path}-wal`).equals(bytes)).toBe(true);
  }
  // Nothing was ever written to these.
  for (const bytes of [Buffer.alloc(0), wal.subarray(0, 14), Buffer.alloc(4096)]) {
    writeFileSync(`${path}-wal`, bytes);
    expect(isWalReadable(path)).toBe(true);
  }
  // A header is on disk before what follows it: zeros before frames are no empty log.
  writeFileSync(`${path}-wal`, Buffer.concat([Buffer.alloc(32), wal.subarray(32)]));
  expect(outcomeOf(path)).toBe("its -wal file is damaged");
  writeFileSync(`${path}-wal`, wal);
  expect(outcomeOf(path)).toBe("opened");
  const reader = openReader(path);
  expect(load(reader, "a").events).toHaveLength(72);
  reader.close();
});

test("an empty log beside it does not make a file whole that was cut off", () => {
  const path = newStorePath();
  const { writer } = openWriter(path);
  writer.commit([born("a", rows(1, 200))]);
  writer.close();
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length - 2000));
  writeFileSync(`${path}-wal`, "");
  expect(outcomeOf(path)).not.toBe("opened");
});
