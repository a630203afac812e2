/**
 * EventWriter: full disks, failed commits and appends that cannot be held.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { EventWriter } from "../../server/storage/event_writer.ts";
import { born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { load, openReader, openWriter, tamper } from "./sync_store.ts";

const NONE = new Map();

/** As `db`, but COMMIT fails with that extended result code while `isFailing`. */
function failingAtCommit(db: DatabaseSync, errcode: number, isFailing: () => boolean) {
  return new Proxy(db, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (name !== "prepare") return typeof member === "function" ? member.bind(target) : member;
      return (sql: string): StatementSync | { run(): unknown } => {
        const statement = target.prepare(sql);
        if (sql !== "COMMIT") return statement;
        const error = Object.assign(new Error("fault"), { code: "ERR_SQLITE_ERROR", errcode });
        return {
          run() {
            if (isFailing()) throw error;
            return statement.run();
          },
        };
      };
    },
  });
}

describe("a full disk", () => {
  test("refuses the whole batch as read_only, and writing resumes by itself", () => {
    const path = newStorePath();
    const { db, writer } = openWriter(path);
    const reader = openReader(path);
    expect(writer.commit([born("a", rows(1, 3))])).toEqual(NONE);
    db.exec("PRAGMA max_page_count = 1"); // At least as many as there are: it cannot grow.
    const big = row(4, { body: `{"op":"x","text":"${"x".repeat(50_000)}"}` });
    const batch = [{ list: "a", rows: [big] }, { list: "a", rows: [row(5)] }, born("b")];
    const all = new Map(batch.map((_, index) => [index, "read_only"]));
    expect(writer.commit(batch)).toEqual(all);
    expect(writer.commit(batch)).toEqual(all);
    expect(load(reader, "a").events).toHaveLength(3);
    db.exec("PRAGMA max_page_count = 100000");
    expect(writer.commit(batch)).toEqual(NONE);
    expect(load(reader, "a").events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    reader.close();
    writer.close();
  });

  test("leaves nothing of a refused batch in the count of anybody's lists", () => {
    const path = newStorePath();
    const { db, writer } = openWriter(path);
    writer.commit([born("a")]);
    const lists = `WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)`;
    db.exec(`INSERT INTO members ${lists} SELECT 'alice', 'list-' || i, 'owner' FROM n`);
    db.exec("PRAGMA max_page_count = 1");
    const big = row(1, { body: `{"op":"x","text":"${"x".repeat(50_000)}"}` });
    expect(writer.commit([born("b", [big])])).toEqual(new Map([[0, "read_only"]]));
    db.exec("PRAGMA max_page_count = 100000");
    expect(writer.commit([born("b", [big]), born("c")])).toEqual(new Map([[1, "limit"]]));
    writer.close();
  });

  test("found only by COMMIT is the same, and by a checkpoint delays that", () => {
    const path = newStorePath();
    const { db } = openWriter(path);
    let failing = false;
    const writer = new EventWriter(
      failingAtCommit(db, 13, () => failing),
      4,
    );
    const checkpoint = () => db.prepare("SELECT checkpoint_pos AS pos FROM meta").get()?.pos;
    expect(writer.commit([born("a", rows(1, 2))])).toEqual(NONE);
    failing = true;
    expect(writer.commit([{ list: "a", rows: [row(3)] }])).toEqual(new Map([[0, "read_only"]]));
    failing = false;
    expect(writer.commit([{ list: "a", rows: rows(3, 5) }])).toEqual(NONE);
    failing = true;
    writer.checkpointIfDue();
    expect(checkpoint()).toBe(0);
    failing = false;
    writer.checkpointIfDue();
    expect(checkpoint()).toBe(5);
    expect(writer.commit([{ list: "a", rows: [row(6)] }])).toEqual(NONE);
    writer.close();
  });
});

test.each([1034, 10, 4874])("an I/O error %i in a commit is thrown", (errcode) => {
  const { db } = openWriter(newStorePath());
  const writer = new EventWriter(failingAtCommit(db, errcode, () => true));
  expect(() => writer.commit([born("a")])).toThrow("fault");
  writer.close();
});

test("several appends that cannot be held are refused, each with its list, and no other", () => {
  const path = newStorePath();
  const { writer } = openWriter(path);
  const bad = row(1, { member: { user: "bob", role: "king" as "owner" } });
  const batch = [
    born("a", [row(1)]),
    born("x", [bad]),
    { list: "a", rows: [row(2)] },
    born("y", [row(1), row(2, { body: undefined as unknown as string })]),
    { list: "x", rows: [row(2)] },
    { list: "a", rows: [row(4)] },
    { list: "a", rows: [row(3)] },
    born("b"),
  ];
  const reasons = [1, 3, 4].map((index) => [index, "constraint"] as const);
  const fences = [5, 6].map((index) => [index, "fence"] as const);
  expect(writer.commit(batch)).toEqual(new Map([...reasons, ...fences]));
  const reader = openReader(path);
  expect(load(reader, "a").events.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(load(reader, "x").end).toEqual({ ok: true, birth: null });
  expect(reader.lists({ user: "bob", limit: 9 })).toMatchObject({ lists: [] });
  reader.close();
  writer.close();
});

test("a damaged list stays damaged past a checkpoint, and takes no append", () => {
  const path = newStorePath();
  const first = openWriter(path);
  expect(first.writer.commit([born("a", rows(1, 5)), born("b", rows(1, 5))])).toEqual(NONE);
  first.writer.close();
  tamper(path, "UPDATE events SET prev = 99 WHERE seq = 4 AND list = 1");
  const append = [{ list: "a", rows: [row(4)] }];
  const second = openWriter(path, 1);
  expect(second.writer.commit(append)).toEqual(new Map([[0, "fence"]]));
  second.writer.checkpointIfDue();
  second.writer.close();
  const third = openWriter(path);
  expect(third.writer.commit(append)).toEqual(new Map([[0, "fence"]]));
  const reader = openReader(path);
  expect(load(reader, "a")).toMatchObject({ end: { ok: false, reason: "damaged" }, events: [] });
  expect(load(reader, "b").events).toHaveLength(5);
  reader.close();
  third.writer.close();
});
