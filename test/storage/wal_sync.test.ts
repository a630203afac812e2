/**
 * WalSync: what a killed program left in the log is on disk before anybody is told of it.
 */
import fs, { readFileSync, statSync, utimesSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { expect, test, vi } from "vitest";
import { openTrusted } from "../../server/storage/start_check.ts";
import { crashedStore } from "./crashed_store.ts";
import { load, openReader } from "./sync_store.ts";

test("a log that is there at the start is written again and synced, and says the same", () => {
  const { path, log } = crashedStore(450);
  expect(log.length).toBeGreaterThan(2 ** 20);
  const synced: number[] = [];
  vi.spyOn(fs, "fsyncSync").mockImplementation((file) => {
    synced.push(fs.fstatSync(file).ino);
  });
  syncBuiltinESMExports();
  utimesSync(`${path}-wal`, 1, 1);
  const opened = openTrusted(path, { generation: "g", secret: "s" });
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  if (!opened.ok) throw new Error(opened.message);
  const { ino, mtimeMs } = statSync(`${path}-wal`);
  expect(mtimeMs).toBeGreaterThan(1e12);
  expect(synced).toEqual([ino]);
  expect(readFileSync(`${path}-wal`).equals(log)).toBe(true);
  const reader = openReader(path);
  expect(load(reader, "a").events).toHaveLength(510);
  reader.close();
  opened.db.close();
});
