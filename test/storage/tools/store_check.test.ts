/**
 * StoreCheck: a sound store and its figures; every kind of damage, and the record that is named.
 */
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import type { Checked } from "../../../server/storage/tools/store_check.ts";
import { checkFile, summaryOf } from "../../../server/storage/tools/store_file.ts";
import { born, row, rows } from "../samples.ts";
import { newStorePath } from "../store_folder.ts";
import { openWriter, tamper } from "../sync_store.ts";
import { makeSample } from "./sample_store.ts";

/** A closed store: "a" with positions 1, 3, 5, 7 and "b" with 2, 4, 6, 8; "c" is deleted. */
function threeLists(checkpointEvents?: number): string {
  const path = newStorePath();
  const { writer } = openWriter(path, checkpointEvents);
  writer.commit([born("a"), born("b"), born("c")]);
  for (let seq = 1; seq <= 4; seq++) {
    writer.commit([
      { list: "a", rows: [row(seq)] },
      { list: "b", rows: [row(seq)] },
    ]);
    writer.checkpointIfDue();
  }
  const members = [{ user: "alice", role: "owner" as const }];
  const life = { epoch: "e2", deletedAt: 7, seq: 0, by: "alice", members };
  writer.commit([{ list: "c", rows: [], life }]);
  writer.close();
  return path;
}

function check(path: string): Checked {
  const result = checkFile(path);
  if (!result.ok) throw new Error(result.message);
  return result.checked;
}

const SOUND = { damaged: [], faults: [], damagedLists: 0, fileFaults: [] };

test("a sound store is told with its figures", () => {
  const figures = { lists: 3, deleted: 1, events: 8, members: 3, snapshots: 0 };
  expect(check(threeLists())).toEqual({ ...figures, ...SOUND });
  expect(check(threeLists(3))).toEqual({ ...figures, ...SOUND });
});

test.each([1, 2, 3, 4, 5])(
  "a store in which there is something of everything is sound: %i",
  (seed) => {
    const path = newStorePath();
    makeSample(path, { seed, lists: 8, events: 400, checkpointEvents: 150 }).close();
    const checked = check(path);
    expect(checked).toMatchObject({ lists: 8, snapshots: 2, ...SOUND });
    expect(checked.deleted).toBeGreaterThan(0);
  },
);

test("it is looked at while it is written, and while its log is not yet in the file", () => {
  const path = newStorePath();
  const writer = makeSample(path, { seed: 1, lists: 5, events: 100 });
  expect(check(path)).toMatchObject(SOUND);
  writer.commit([born("late", rows(1, 9))]);
  expect(check(path)).toMatchObject({ lists: 6, ...SOUND });
  writer.close();
});

describe.each([
  ["in the tail", undefined],
  ["behind a checkpoint", 8],
])("of a list that is damaged %s the first bad record is named", (_, checkpointEvents) => {
  test.each([
    ["UPDATE events SET at = at + 1 WHERE pos = 1", 1, "is not what was written"],
    ["UPDATE events SET user = 'mallory' WHERE pos = 3", 2, "is not what was written"],
    ["UPDATE events SET sum = sum + 1 WHERE pos = 3", 2, "is not what was written"],
    ["UPDATE events SET count = 9 WHERE pos = 7", 4, "is not what was written"],
    ["UPDATE events SET seq = 9 WHERE pos = 5", 3, "is missing or not what was written"],
    ["UPDATE events SET prev = 1 WHERE pos = 5", 3, "is missing or not what was written"],
    ["DELETE FROM events WHERE pos = 5", 3, "is missing or not what was written"],
    ["UPDATE events SET body = '{' WHERE pos = 5", 3, "is not what was written"],
    ["DELETE FROM heads WHERE list = 1", 4, "is not the last one that was written"],
    ["UPDATE lists SET owner = 'mallory' WHERE id = 1", 0, "is not what was written"],
  ])("%s", (sql, seq, what) => {
    const path = threeLists(checkpointEvents);
    tamper(path, sql);
    const checked = check(path);
    expect(checked.damagedLists).toBe(1);
    expect(checked.faults).toEqual([{ list: "a", seq, what }]);
    const where = seq === 0 ? "its birth" : `event ${seq}`;
    expect(summaryOf(checked)).toBe(`1 of 3 lists; the first is a, at ${where}.`);
  });
});

test("all that are damaged are counted, and each is named", () => {
  const path = threeLists();
  tamper(path, "UPDATE events SET user = 'x' WHERE pos IN (5, 8); UPDATE lists SET at = 1");
  const { damagedLists, faults } = check(path);
  expect(damagedLists).toBe(3);
  expect(faults.map(({ list }) => list)).toEqual(["a", "b", "c"]);
});

describe("what an index says that the events do not is named by the list", () => {
  test.each([
    ["UPDATE lists SET title = 'Other' WHERE id = 1", /title/],
    ["UPDATE members SET role = 'viewer' WHERE list = 'a'", /members/],
    ["UPDATE members SET user = 'mallory' WHERE list = 'a'", /members/],
    ["DELETE FROM members WHERE list = 'a'", /members/],
    ["INSERT INTO members VALUES ('mallory', 'a', 'owner')", /members/],
    ["INSERT INTO lives VALUES (1, 'e', 5)", /members/],
  ])("%s", (sql, what) => {
    const path = threeLists();
    tamper(path, sql);
    const checked = check(path);
    expect(checked.faults).toEqual([{ list: "a", seq: 4, what: expect.stringMatching(what) }]);
    // And no server starts on it.
    expect(checked.fileFaults).toEqual([expect.stringContaining("A server would not start")]);
  });

  test.each([
    ["UPDATE lives SET deleted_at = NULL", "c"],
    ["DELETE FROM lives", "c"],
    ["UPDATE former_members SET deleted_at = 8", "c"],
  ])("%s", (sql, list) => {
    const path = threeLists();
    tamper(path, sql);
    expect(check(path).faults).toMatchObject([{ list }]);
  });

  test("a snapshot that is not what the events make", () => {
    const path = newStorePath();
    makeSample(path, { seed: 2, lists: 3, events: 100 }).close();
    tamper(path, "UPDATE snapshots SET body = replace(body, 'Milk', 'Beer')");
    expect(check(path).faults[0]?.what).toMatch(/snapshot/);
  });
});

describe("what belongs to no one list is told as a sentence", () => {
  test.each([
    [
      "INSERT INTO members VALUES ('mallory', 'nowhere', 'owner')",
      /Memberships of lists that are not there: 1/,
    ],
    ["INSERT INTO heads VALUES (99, 0, 0, 0, 0)", /table heads that are of no list: 1/],
    ["INSERT INTO events VALUES (99, 1, 5, 7, 4, 0, 1, 'u', 'p', NULL, '{}')", /missing|damage/],
    ["UPDATE meta SET checkpoint_pos = 4", /where the lists end/],
    ["UPDATE index_sum SET sum = sum + 1", /index of lists and members/],
    ["CREATE TABLE more (id INTEGER)", /tables/],
  ])("%s", (sql, sentence) => {
    const path = threeLists();
    tamper(path, sql);
    expect(check(path).fileFaults.join()).toMatch(sentence);
  });
});

test("a file that is no store is refused by a sentence", () => {
  const path = newStorePath();
  expect(checkFile(path)).toEqual({ ok: false, message: `${path} is not there.` });
  const folder = dirname(path);
  expect(checkFile(folder)).toEqual({ ok: false, message: `${folder} is no file.` });
  tamper(path, "CREATE TABLE other (id INTEGER)");
  expect(checkFile(path)).toMatchObject({ ok: false, message: /is not a store of todo-actors/ });
});
