/**
 * Snapshots in the store: what a load makes of good ones, half-written ones and damaged ones.
 */
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EventRow } from "../../server/storage/event_log.ts";
import type { EventWriter } from "../../server/storage/event_writer.ts";
import { SnapshotMaker } from "../../server/storage/snapshot_maker.ts";
import { folded } from "../support/folded.ts";
import { BIRTH, born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { load, loaded, makeSnapshot, openReader, openWriter, tamper } from "./sync_store.ts";

/** What a load of the list comes to, and how many events it took. */
function read(path: string, list = "a") {
  const reader = openReader(path);
  const { snapshot, isSnapshotDamaged, events, birth, life } = loaded(reader, list);
  const { recent: _, ...list_ } = folded({ birth, life, snapshot, events });
  reader.close();
  return { list: list_, seq: snapshot?.seq ?? 0, isSnapshotDamaged, events: events.length };
}

/** A closed store: "a" and "b" with 8 events each, and a snapshot of both after the sixth. */
function withSnapshots(): string {
  const path = newStorePath();
  const { writer } = openWriter(path);
  writer.commit([born("a", rows(1, 3)), born("b", rows(1, 6)), { list: "a", rows: rows(4, 6) }]);
  for (const list of ["a", "b"]) makeSnapshot(path, writer, list);
  writer.commit([
    { list: "a", rows: rows(7, 8) },
    { list: "b", rows: rows(7, 8) },
  ]);
  writer.close();
  return path;
}

/** The same without snapshots. */
function withoutSnapshots(path: string) {
  tamper(path, "DELETE FROM snapshots");
  return read(path).list;
}

describe("a good snapshot", () => {
  test("is where a load starts: only the events after it are read", () => {
    const path = withSnapshots();
    const { list, ...how } = read(path);
    expect(how).toEqual({ seq: 6, isSnapshotDamaged: false, events: 2 });
    expect(list).toEqual(withoutSnapshots(path));
    expect(list.lastAt).toBe(row(8).at);
  });

  test("of the very last event needs no event at all", () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    writer.commit([born("a", rows(1, 4))]);
    makeSnapshot(path, writer, "a");
    writer.close();
    const { list, ...how } = read(path);
    expect(how).toEqual({ seq: 4, isSnapshotDamaged: false, events: 0 });
    expect([list.lastAt, list.state.seq]).toEqual([row(4).at, 4]);
    expect(list).toEqual(withoutSnapshots(path));
  });

  test("is followed by the next, which takes its place", () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    writer.commit([born("a", rows(1, 1700))]);
    for (let seq = 1701; seq <= 1703; seq++) {
      writer.commit([{ list: "a", rows: [row(seq)] }]);
      makeSnapshot(path, writer, "a");
      makeSnapshot(path, writer, "a"); // Nothing has come since: it is left as it is.
    }
    writer.close();
    expect(read(path)).toMatchObject({ seq: 1703, events: 0 });
    const { db, writer: again } = openWriter(path);
    const kept = db.prepare("SELECT seq, part FROM snapshots ORDER BY part").all();
    expect(kept.map(({ seq, part }) => [seq, part])).toEqual([0, 1, 2, 3, 4].map((n) => [1703, n]));
    again.close();
    expect(read(path).list).toEqual(withoutSnapshots(path));
  });

  test("stays right when its list is deleted, restored and goes on", () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    const members = [{ user: "alice", role: "owner" as const }];
    writer.commit([born("a", rows(1, 4))]);
    makeSnapshot(path, writer, "a");
    const life = { seq: 4, by: "alice", epoch: "e1", deletedAt: 5000, members };
    writer.commit([{ list: "a", rows: [], life }]);
    expect(read(path)).toMatchObject({ seq: 4, list: { life: { epoch: "e1", deletedAt: 5000 } } });
    writer.commit([{ list: "a", rows: [], life: { ...life, epoch: "e2", deletedAt: null } }]);
    writer.commit([{ list: "a", rows: [row(5)] }]);
    writer.close();
    const { list, seq } = read(path);
    expect([seq, list.life]).toEqual([4, { epoch: "e2", deletedAt: null }]);
    expect(list).toEqual(withoutSnapshots(path));
  });

  test("of a list whose todos and members are all gone is one of none", () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    const bodies = [
      { op: "todo_deleted", id: 1 },
      { op: "member_removed", user: "alice" },
    ];
    const later = bodies.map((body, index) => row(index + 2, { body: JSON.stringify(body) }));
    writer.commit([born("a", [row(1), ...later])]);
    makeSnapshot(path, writer, "a");
    writer.close();
    const { list, seq } = read(path);
    expect([seq, list.state.todos.next, list.state.members.size, list.todosBytes]).toEqual([
      3, 2, 0, 0,
    ]);
    expect(list).toEqual(withoutSnapshots(path));
  });

  test("does not hide that an event after it is damaged; one before it is met by history", () => {
    const path = withSnapshots();
    tamper(path, "UPDATE events SET user = 'mallory' WHERE list = 1 AND seq = 7");
    const reader = openReader(path);
    expect(load(reader, "a").end).toEqual({ ok: false, reason: "damaged" });
    reader.close();
    const other = withSnapshots();
    tamper(other, "UPDATE events SET user = 'mallory' WHERE list = 1 AND seq = 3");
    expect(read(other)).toMatchObject({ seq: 6, events: 2 });
    const again = openReader(other);
    const all = { list: "a", after: 0, limit: 99, bytesMax: 1e6, bytesEach: 0 };
    const history = again.events({ ...all, before: Number.POSITIVE_INFINITY });
    let step = history.next();
    while (step.done !== true) step = history.next();
    expect(step.value).toEqual({ ok: false, reason: "damaged" });
    again.close();
  });
});

describe("a snapshot that is not what was written is not used, and said to be damaged:", () => {
  test.each([
    "UPDATE snapshots SET body = replace(body, 'Milk', 'Silk') WHERE list = 1 AND part = 1",
    "UPDATE snapshots SET body = replace(body, 'Groceries', 'Robberies') WHERE list = 1",
    "UPDATE snapshots SET body = replace(body, 'alice', 'mallory') WHERE list = 1 AND part = 0",
    "UPDATE snapshots SET body = '' WHERE list = 1 AND part = 0",
    "UPDATE snapshots SET body = '' WHERE list = 1 AND part = 1",
    "UPDATE snapshots SET sum = sum + 1 WHERE list = 1 AND part = 0",
    "UPDATE snapshots SET sum = sum + 1 WHERE list = 1 AND part = 1",
    "UPDATE snapshots SET sum = 9223372036854775807 WHERE list = 1 AND part = 1",
    "UPDATE snapshots SET seq = 7 WHERE list = 1",
    "UPDATE snapshots SET seq = 5 WHERE list = 1",
    "UPDATE snapshots SET seq = 9 WHERE list = 1",
    "UPDATE snapshots SET part = 2 WHERE list = 1 AND part = 1",
    "DELETE FROM snapshots WHERE list = 1 AND part = 1",
    "INSERT INTO snapshots SELECT list, seq, 2, sum, body FROM snapshots WHERE part = 1",
    "DELETE FROM snapshots WHERE list = 1; UPDATE snapshots SET list = 1",
  ])("%s", (sql) => {
    const path = withSnapshots();
    tamper(path, sql);
    const { list, ...how } = read(path);
    expect(how).toEqual({ seq: 0, isSnapshotDamaged: true, events: 8 });
    expect(list).toEqual(withoutSnapshots(path));
  });

  test.each([
    ["sum", { sum: 1 }],
    ["place", { pos: 1 }],
    ["number of parts", { parts: 2 }],
  ])("one that is whole, but gives another %s than the log's", (_, other) => {
    const path = withSnapshots();
    const reader = openReader(path);
    const { snapshot, end } = loaded(reader, "a");
    reader.close();
    const { db, writer } = openWriter(path);
    const [part, head] = db.prepare("SELECT * FROM snapshots WHERE list = 1 ORDER BY 3 DESC").all();
    const [where = "", text] = String(head?.body).split("\n");
    const body = `${JSON.stringify({ ...JSON.parse(where), ...other })}\n${text}`;
    const forged = { list: end.id, seq: snapshot?.seq ?? 0, part: 0, body };
    db.exec("DELETE FROM snapshots WHERE list = 1 AND part = 0");
    writer.writeSnapshotRow({ ...forged, sum: crc32(body, Number(part?.sum)) }, false);
    writer.close();
    const { list, ...how } = read(path);
    expect(how).toEqual({ seq: 0, isSnapshotDamaged: true, events: 8 });
    expect(list).toEqual(withoutSnapshots(path));
  });

  test("it is due again, and the next one takes its place", () => {
    const path = withSnapshots();
    tamper(path, "UPDATE snapshots SET sum = 0 WHERE list = 1");
    const reader = openReader(path);
    expect(loaded(reader, "a")).toMatchObject({ isSnapshotDue: true });
    expect(loaded(reader, "b")).toMatchObject({ isSnapshotDue: false });
    reader.close();
    const { writer } = openWriter(path);
    makeSnapshot(path, writer, "a");
    writer.close();
    expect(read(path)).toMatchObject({ seq: 8, isSnapshotDamaged: false, events: 0 });
  });

  test("its rows are never taken away, since their pages may be another table's", () => {
    const path = newStorePath();
    const first = openWriter(path);
    first.writer.commit([born("a", rows(1, 1200))]);
    makeSnapshot(path, first.writer, "a");
    first.writer.close();
    tamper(path, "UPDATE snapshots SET body = '' WHERE part = 2");
    const { writer, db } = openWriter(path);
    const count = () => db.prepare("SELECT count(*) AS n FROM snapshots WHERE seq = 1200").get()?.n;
    const before = count();
    // At that very seq none can be written in its place …
    const row = { list: 1, seq: 1200, part: 1, sum: 0, body: "" };
    expect(writer.writeSnapshotRow(row, true)).toBe(false);
    // … but the next one is used instead of it.
    writer.commit([{ list: "a", rows: rows(1201, 1203) }]);
    makeSnapshot(path, writer, "a");
    expect(count()).toBe(before);
    writer.close();
    expect(read(path)).toMatchObject({ seq: 1203, isSnapshotDamaged: false, events: 0 });
  });

  test("a table of them that cannot be written leaves all else as it is", () => {
    const path = newStorePath();
    const { writer, db } = openWriter(path);
    writer.commit([born("a", rows(1, 3))]);
    db.exec("DROP TABLE snapshots; CREATE TABLE snapshots (list, seq, part, sum, body, CHECK (0))");
    const row = { list: 1, seq: 3, part: 0, sum: 0, body: "" };
    expect(writer.writeSnapshotRow(row, true)).toBe(false);
    expect(writer.commit([{ list: "a", rows: rows(4, 4) }]).size).toBe(0);
    writer.close();
  });
});

describe("making one", () => {
  /** Its rows, up to those that are left out, go to the writer. */
  function make(path: string, writer: EventWriter, left: number): void {
    const reader = openReader(path);
    const maker = new SnapshotMaker(reader);
    maker.add("a");
    const made = [];
    while (maker.isBusy) {
      const step = maker.step();
      if (step !== undefined) made.push(step);
    }
    for (const { row: each, isFirst } of made.slice(0, made.length - left)) {
      writer.writeSnapshotRow(each, isFirst);
    }
    reader.close();
  }

  test("that ends before its head is written leaves the one before in force", () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    writer.commit([born("a", rows(1, 600))]);
    make(path, writer, 1);
    expect(read(path)).toMatchObject({ seq: 0, isSnapshotDamaged: false, events: 600 });
    make(path, writer, 0);
    writer.commit([{ list: "a", rows: rows(601, 1200) }]);
    make(path, writer, 1);
    expect(read(path)).toMatchObject({ seq: 600, isSnapshotDamaged: false, events: 600 });
    make(path, writer, 0);
    expect(read(path)).toMatchObject({ seq: 1200, isSnapshotDamaged: false, events: 0 });
    writer.close();
  });

  test("stops at an event that this version does not know: the list is read whole", () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    writer.commit([born("a", [row(1), row(2, { body: '{"op":"todo_starred","id":1}' }), row(3)])]);
    make(path, writer, 0);
    expect(read(path)).toMatchObject({ seq: 0, isSnapshotDamaged: false, events: 3 });
    writer.close();
  });

  test("comes to nothing for a list that is damaged, or that there is not", () => {
    const path = newStorePath();
    const { writer, db } = openWriter(path);
    writer.commit([born("a", rows(1, 9))]);
    db.exec("UPDATE events SET user = 'mallory' WHERE seq = 3");
    make(path, writer, 0);
    const reader = openReader(path);
    const maker = new SnapshotMaker(reader);
    maker.add("none");
    for (; maker.isBusy; ) expect(maker.step()).toBeUndefined();
    reader.close();
    expect(db.prepare("SELECT count(*) AS rows FROM snapshots").get()?.rows).toBe(0);
    writer.close();
  });

  test("on a full disk is refused, and commits go on as before", () => {
    const path = newStorePath();
    const { db, writer } = openWriter(path);
    writer.commit([born("a", rows(1, 600))]);
    const { page_count: pages } = db.prepare("PRAGMA page_count").get() as { page_count: number };
    db.exec(`PRAGMA max_page_count = ${pages}`);
    const reader = openReader(path);
    const maker = new SnapshotMaker(reader);
    maker.add("a");
    let step = maker.step();
    while (step === undefined) step = maker.step();
    expect(writer.writeSnapshotRow(step.row, step.isFirst)).toBe(false);
    expect(maker.giveUp()).toBe("a");
    expect(maker.isBusy).toBe(false);
    db.exec("PRAGMA max_page_count = 100000");
    expect(writer.commit([{ list: "a", rows: [row(601)] }])).toEqual(new Map());
    expect(db.prepare("PRAGMA synchronous").get()?.synchronous).toBe(2);
    reader.close();
    writer.close();
  });
});

/** One change of a small list; snapshots come between any two. */
const aChange = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant("put"), id: fc.integer({ min: 1, max: 9 }) }),
  },
  fc.record({ op: fc.constant("delete"), id: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ op: fc.constantFrom("member_set", "member_removed"), id: fc.integer({ max: 3 }) }),
  fc.record({ op: fc.constant("rename"), id: fc.nat() }),
  fc.record({ op: fc.constant("snapshot"), id: fc.constant(0) }),
);

function eventOf(seq: number, { op, id }: { op: string; id: number }): EventRow {
  const user = `user${id}`;
  const todo = { id, title: `t${seq}`, date: id % 2 ? null : "2026-12-24", done: false, rev: seq };
  const changes: { readonly [op: string]: object } = {
    put: { op: "todo_updated", todo },
    delete: { op: "todo_deleted", id },
    member_set: { op, user, role: "editor" },
    member_removed: { op, user },
    rename: { op: "list_renamed", title: `List ${id}` },
  };
  return row(seq, { body: JSON.stringify(changes[op]), count: 1 });
}

test("whatever comes between snapshots, a load is the fold of all events", () => {
  let snapshots = 0;
  fc.assert(
    fc.property(fc.array(aChange, { maxLength: 40, size: "max" }), (changes) => {
      const path = newStorePath();
      const { writer } = openWriter(path, 5);
      writer.commit([born("a"), born("other", rows(1, 2))]);
      const events: EventRow[] = [];
      for (const change of changes) {
        if (change.op === "snapshot") makeSnapshot(path, writer, "a");
        else {
          const event = eventOf(events.length + 1, change);
          expect(writer.commit([{ list: "a", rows: [event] }])).toEqual(new Map());
          events.push(event);
          writer.checkpointIfDue();
        }
      }
      writer.close();
      const { list, seq } = read(path);
      if (seq > 0) snapshots += 1;
      const whole = { birth: BIRTH, life: null, snapshot: null, events };
      const { recent: _, ...expected } = folded(whole);
      expect(list).toEqual(expected);
    }),
    { numRuns: 50 },
  );
  expect(snapshots).toBeGreaterThan(20);
});
