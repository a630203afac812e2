/**
 * SnapshotWork: a step at a time, a row at a time, and what cannot be made is told of.
 */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RowToWrite } from "../../server/storage/snapshot_maker.ts";
import { SnapshotWork, type StorageNews } from "../../server/storage/snapshot_work.ts";
import { born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { openReader, openWriter } from "./sync_store.ts";

const STEP_MS = 20;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work on a store of "a" and "b", whose rows wait until the test says that they are written. */
function working() {
  const path = newStorePath();
  const { writer, db } = openWriter(path);
  writer.commit([born("a", rows(1, 700)), born("b", rows(1, 3))]);
  const reader = openReader(path);
  const learn = vi.spyOn(reader, "learn");
  const storage = new EventEmitter();
  const sent: RowToWrite[] = [];
  const faults: string[][] = [];
  const work = new SnapshotWork({
    reader,
    storage: Object.assign(storage, {
      postMessage: (message: RowToWrite) => sent.push(message),
      close: () => storage.emit("close"),
    }) as never,
    failed: (list, fault) => faults.push([list, fault]),
  });
  const news = (message: StorageNews) => storage.emit("message", message);
  /** Runs until the next row comes, and gives it. */
  const nextRow = () => {
    const before = sent.length;
    for (let steps = 0; sent.length === before && steps < 100; steps++) {
      vi.advanceTimersByTime(STEP_MS);
    }
    return sent.at(-1);
  };
  const end = () => {
    work.close();
    reader.close();
    writer.close();
  };
  return { db, writer, work, sent, faults, news, nextRow, learn, storage, end };
}

const WRITTEN = { type: "written", ok: true } as const;

test("a list that is due is made a snapshot of, row by row, and then the next list", () => {
  const { news, nextRow, sent, faults, end } = working();
  news({ type: "due", list: "a" });
  news({ type: "due", list: "b" });
  news({ type: "due", list: "a" }); // Is due already.
  for (let n = 0; n < 9; n++) {
    nextRow();
    news(WRITTEN);
  }
  const shown = sent.map(({ row: { list, seq, part }, isFirst }) => [list, seq, part, isFirst]);
  expect(shown).toEqual([
    [1, 700, 1, true],
    [1, 700, 2, false],
    [1, 700, 0, false],
    [2, 3, 1, true],
    [2, 3, 0, false],
  ]);
  expect([faults, vi.getTimerCount()]).toEqual([[], 0]);
  end();
});

test("no step is made before its time, nor while a row is being written", () => {
  const { news, nextRow, sent, end } = working();
  news({ type: "due", list: "a" });
  vi.advanceTimersByTime(STEP_MS - 1);
  expect(vi.getTimerCount()).toBe(1);
  nextRow();
  vi.advanceTimersByTime(1000);
  news({ type: "due", list: "b" });
  vi.advanceTimersByTime(1000);
  expect([sent.length, vi.getTimerCount()]).toEqual([1, 0]);
  news(WRITTEN);
  nextRow();
  expect(sent).toHaveLength(2);
  end();
});

test("a row that was not written ends its snapshot, and the next list has its turn", () => {
  const { news, nextRow, end } = working();
  news({ type: "due", list: "a" });
  news({ type: "due", list: "b" });
  expect(nextRow()?.row).toMatchObject({ list: 1, part: 1 });
  news({ type: "written", ok: false });
  expect(nextRow()).toMatchObject({ isFirst: true, row: { list: 2, part: 1 } });
  end();
});

test("a list whose events make no sense is told of, and the next has its turn", () => {
  const { writer, news, nextRow, faults, end } = working();
  writer.commit([{ list: "a", rows: [row(701, { body: "no JSON" })] }]);
  news({ type: "due", list: "a" });
  news({ type: "due", list: "b" });
  expect(nextRow()?.row).toMatchObject({ list: 2, part: 1 });
  expect(faults).toEqual([["a", expect.stringContaining("SyntaxError")]]);
  end();
});

test("what the storage thread says of the last commits is handed to the reader", () => {
  const { writer, news, learn, end } = working();
  const moved = writer.takeMoved();
  news({ type: "moved", moved });
  expect(learn.mock.calls).toEqual([[moved]]);
  end();
});

test("a close ends it on the way, and leaves nothing to come", () => {
  const { work, news, sent, end } = working();
  news({ type: "due", list: "a" });
  work.close();
  vi.advanceTimersByTime(1000);
  expect([sent, vi.getTimerCount()]).toEqual([[], 0]);
  end();
});
