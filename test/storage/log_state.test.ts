/**
 * LogState: commits that SQLite would forget behind damage in its log are noticed; whatever else a
 * killed server may leave there is not taken for damage.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { logState } from "../../server/storage/log_state.ts";
import { openTrusted } from "../../server/storage/start_check.ts";
import { StoreMark } from "../../server/storage/store_mark.ts";
import { type CrashedStore, copyOf, crashedStore, flipped } from "./crashed_store.ts";
import { framesOf } from "./log_frames.ts";
import { born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { load, openReader, openWriter } from "./sync_store.ts";

const MARKS = { generation: "g", secret: "s" };
const COMMITS = 12;

/** A crashed store of this start of the machine. */
function crashed(): CrashedStore {
  const store = crashedStore(COMMITS);
  new StoreMark(store.path).begin(0);
  return store;
}

/** What is on disk of a store that is open, in this start. */
function copyInThisBoot(live: string): string {
  const path = copyOf(live);
  new StoreMark(path).begin(0);
  return path;
}

/** A mark from before the machine's last start. */
function markOfOldBoot(path: string): void {
  const mark = readFileSync(`${path}.mark`, "utf8");
  writeFileSync(`${path}.mark`, mark.replace(/\d+\n$/, "7\n"));
}

function lastSeq(path: string): number {
  const reader = openReader(path);
  const { length } = load(reader, "a").events;
  reader.close();
  return length;
}

function outcomeOf(path: string): string {
  const opened = openTrusted(path, MARKS);
  if (!opened.ok) return opened.message.replace(`${path}: `, "");
  opened.db.close();
  return "opened";
}

test("a change anywhere in its log before the last commit is noticed", () => {
  const { path, log } = crashed();
  expect(logState(path)).toBe("whole");
  const frames = framesOf(log);
  const commits = frames.filter(({ isCommit }) => isCommit);
  expect(commits.length).toBeGreaterThan(COMMITS - 2);
  const lastBegins = commits.at(-2)?.end ?? 0;
  for (const { at, end } of frames) {
    // Of its header: page, size, salts and sums; then of the page.
    for (const place of [at, at + 7, at + 9, at + 14, at + 18, at + 23, at + 24, end - 1]) {
      writeFileSync(`${path}-wal`, flipped(log, place));
      // Some other frame of the last commit would end one, by its size.
      const isEnd = place === at + 7 && at >= lastBegins && end < log.length;
      const wanted = place < lastBegins || isEnd ? "damaged" : "whole";
      expect([place, logState(path)]).toEqual([place, wanted]);
    }
  }
});

test("a gap in the last commit is none that damage made, nor is any after a failed fsync", () => {
  const { path, log } = crashed();
  const frames = framesOf(log);
  const [former, last] = frames.filter(({ isCommit }) => isCommit).slice(-2);
  const place = frames.find(({ at }) => at === former?.end)?.at ?? 0;
  expect(place).toBeLessThan(last?.at ?? 0); // It has more frames than one.
  writeFileSync(`${path}-wal`, flipped(log, place + 500));
  expect(logState(path)).toBe("whole");
  writeFileSync(`${path}-wal`, flipped(log, (former?.at ?? 0) + 500));
  expect(logState(path)).toBe("damaged");
  new StoreMark(path).fail();
  expect(logState(path)).toBe("torn");
});

test("a store with such a log is refused and left; without its mark it ends there", () => {
  const { path, log } = crashed();
  const place = framesOf(log).filter(({ isCommit }) => isCommit)[2]?.at ?? 0;
  const bytes = flipped(log, place + 100);
  writeFileSync(`${path}-wal`, bytes);
  expect(outcomeOf(path)).toMatch(/^its -wal file is damaged; restore a backup/);
  expect(readFileSync(`${path}-wal`).equals(bytes)).toBe(true);
  markOfOldBoot(path);
  expect(outcomeOf(path)).toBe("opened");
  expect(lastSeq(path)).toBe(61);
});

test("the end of one that is torn by the machine's end is taken away", () => {
  const { path, log } = crashed();
  writeFileSync(`${path}-wal`, flipped(log, (framesOf(log)[3]?.at ?? 0) + 50));
  markOfOldBoot(path);
  expect(logState(path)).toBe("torn");
  const opened = openTrusted(path, MARKS);
  if (!opened.ok) throw new Error(opened.message);
  // Killed again, in the same boot now: what stood behind the tear is no damage.
  opened.db.exec("UPDATE meta SET generation = 'h'");
  const again = copyInThisBoot(path);
  opened.db.close();
  expect(logState(again)).toBe("whole");
  expect(outcomeOf(again)).toBe("opened");
});

test("while another program reads a torn one, a start is refused, and works later", () => {
  const { path, log } = crashed();
  const place = framesOf(log).filter(({ isCommit }) => isCommit)[2]?.at ?? 0;
  writeFileSync(`${path}-wal`, flipped(log, place + 50));
  markOfOldBoot(path);
  const other = new DatabaseSync(path, { readOnly: true });
  other.exec("BEGIN; SELECT count(*) FROM lists");
  expect(outcomeOf(path)).toBe(
    "another program reads its -wal file; start again when that has ended.",
  );
  other.close();
  expect(outcomeOf(path)).toBe("opened");
});

test("what a rolled back transaction has left in the log is no damage", () => {
  const live = newStorePath();
  const { writer, db } = openWriter(live);
  writer.commit([born("a", rows(1, 60))]);
  db.exec("PRAGMA cache_size = 10; PRAGMA cache_spill = 10; BEGIN");
  const text = "x".repeat(2000);
  const insert = db.prepare("INSERT INTO snapshots VALUES (?, 1, 1, 1, ?)");
  for (let list = 1; list <= 400; list++) insert.run(list, text);
  db.exec("ROLLBACK");
  const spilled = framesOf(readFileSync(`${live}-wal`)).length;
  writer.commit([{ list: "a", rows: [row(61)] }]);
  const frames = framesOf(readFileSync(`${live}-wal`));
  expect(frames.length).toBe(spilled); // They are still there.
  expect(frames.length).toBeGreaterThan(100);
  const path = copyInThisBoot(live);
  writer.close();
  expect(logState(path)).toBe("whole");
  expect(lastSeq(path)).toBe(61);
});

test("what an earlier use of the log has left behind its end is no damage", () => {
  const live = newStorePath();
  const { writer, db } = openWriter(live);
  writer.commit([born("a", rows(1, 60))]);
  for (let seq = 61; seq <= 80; seq++) writer.commit([{ list: "a", rows: [row(seq)] }]);
  db.exec("PRAGMA wal_checkpoint(RESTART)");
  writer.commit([{ list: "a", rows: [row(81)] }]);
  const path = copyInThisBoot(live);
  writer.close();
  expect(framesOf(readFileSync(`${path}-wal`)).length).toBeGreaterThan(20);
  expect(logState(path)).toBe("whole");
  expect(lastSeq(path)).toBe(81);
});

test("a log that is cut anywhere is no damage: so a killed server may leave it", () => {
  const { path, log } = crashed();
  for (let bytes = 33; bytes < log.length; bytes += 997) {
    writeFileSync(`${path}-wal`, log.subarray(0, bytes));
    expect([bytes, logState(path)]).toEqual([bytes, "whole"]);
  }
});
