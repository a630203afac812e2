/**
 * WholeStore: backup and restore: what is in the copies, and what is refused and left.
 */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { lockStore } from "../../../server/storage/store_lock.ts";
import { StoreMark } from "../../../server/storage/store_mark.ts";
import { backUp } from "../../../server/storage/tools/backup.ts";
import { compact } from "../../../server/storage/tools/compact.ts";
import { exportList } from "../../../server/storage/tools/export_list.ts";
import { restore } from "../../../server/storage/tools/restore.ts";
import { checkFile, checkSound } from "../../../server/storage/tools/store_file.ts";
import { crashedStore, flipped, withGap } from "../crashed_store.ts";
import { newStorePath } from "../store_folder.ts";
import { tamper } from "../sync_store.ts";
import { makeSample, nameOf } from "./sample_store.ts";
import { beside, generationOf, KEPT_ALL, LATER, sample, told } from "./small_store.ts";

const NAMES = [0, 1, 2, 3, 4].map(nameOf);

const NOW = new Date("2026-11-29T20:15:00.123Z");
const KEPT = "todo.db.replaced-20261129T201500Z";

describe("a backup", () => {
  test("is the store, whole, in one file of its owner's, also while the store is written", () => {
    const path = newStorePath();
    const writer = makeSample(path, { seed: 1, lists: NAMES.length, events: 300 });
    const file = beside(path, "backup.db");
    expect(backUp(path, file)).toMatchObject({ ok: true, checked: { lists: 5, snapshots: 2 } });
    writer.close();
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith("backup"))).toEqual([
      "backup.db",
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(told(file)).toEqual(told(path));
  });

  test("of a store whose log is damaged is refused, and so is one beside another's log", () => {
    const { path, log } = crashedStore();
    writeFileSync(`${path}-wal`, flipped(log, 20));
    const refusal = { ok: false, message: expect.stringMatching(/-wal is damaged/) };
    expect(backUp(path, beside(path, "backup.db"))).toEqual(refusal);
    expect(exportList(path, "a", () => {})).toEqual(refusal);
    const file = beside(path, "other.db");
    writeFileSync(`${file}-wal`, "of an older one");
    expect(backUp(sample(), file)).toEqual({
      ok: false,
      message: `${file}-wal is there already; give another name.`,
    });
  });

  test("never replaces anything, and leaves nothing when it cannot be made", () => {
    const path = sample();
    const file = beside(path, "backup.db");
    writeFileSync(file, "mine");
    expect(backUp(path, file)).toEqual({
      ok: false,
      message: `${file} is there already; give another name.`,
    });
    expect(readFileSync(file, "utf8")).toBe("mine");
    const nowhere = beside(path, "no/such/backup.db");
    expect(backUp(path, nowhere)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/cannot be made/),
    });
    expect(backUp(beside(path, "none.db"), beside(path, "b"))).toMatchObject({ ok: false });
    expect(existsSync(beside(path, "b"))).toBe(false);
  });

  test("of a store that is damaged is not made", () => {
    const path = sample();
    tamper(path, "UPDATE events SET user = 'mallory' WHERE pos = 9");
    const file = beside(path, "backup.db");
    expect(backUp(path, file)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/is damaged: 1 of 5 lists/),
    });
    expect(readdirSync(dirname(path))).not.toContain("backup.db");
    expect(readdirSync(dirname(path))).not.toContain("backup.db.draft");
  });
});

describe("a restore", () => {
  test("puts the backup in the store's place, under a new generation, and keeps the old", () => {
    const path = sample(1);
    const file = sample(2);
    const [before, wanted] = [told(path), told(file)];
    const generation = generationOf(path);
    const restored = restore(file, path, NOW);
    expect(restored).toMatchObject({ ok: true, kept: beside(path, KEPT) });
    expect(told(path)).toEqual(wanted);
    expect(told(beside(path, KEPT))).toEqual(before);
    expect(generationOf(path)).not.toBe(generation);
    expect(generationOf(path)).not.toBe(generationOf(file));
    expect(new StoreMark(path).isCopy(1)).toBe(true);
  });

  test("again within the same second keeps each under a name of its own", () => {
    const path = sample(1);
    const file = sample(2);
    expect(restore(file, path, NOW)).toMatchObject({ kept: beside(path, KEPT) });
    expect(restore(file, path, NOW)).toMatchObject({ kept: beside(path, `${KEPT}-2`) });
  });

  test("into an empty folder keeps nothing", () => {
    const path = newStorePath();
    expect(restore(sample(), path, NOW)).toMatchObject({ ok: true, kept: undefined });
    expect(checkSound(path)).toMatchObject({ ok: true });
  });

  test("of a copy by `cp` takes what is in the log beside it", () => {
    const file = newStorePath();
    const writer = makeSample(file, { seed: 3, lists: 5, events: 100 });
    const path = newStorePath();
    expect(restore(file, path, NOW)).toMatchObject({ ok: true });
    writer.close();
    expect(told(path)).toEqual(told(file));
  });

  test("of a copy with damage in its log is refused, and so are all looks at it", () => {
    const { path: file, log } = crashedStore();
    writeFileSync(`${file}-wal`, withGap(log));
    const path = newStorePath();
    const damaged = { ok: false, message: expect.stringMatching(/-wal is torn, or damaged/) };
    expect(restore(file, path, NOW)).toEqual(damaged);
    expect(existsSync(path)).toBe(false);
    expect(checkFile(file)).toEqual(damaged);
    expect(backUp(file, path)).toEqual(damaged);
    expect(exportList(file, "a", () => {})).toEqual(damaged);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test.runIf(process.getuid?.() === 0)("belongs to whom the folder does", () => {
    const path = newStorePath();
    chownSync(dirname(path), 65_534, 65_534);
    expect(restore(sample(), path, NOW)).toMatchObject({ ok: true });
    expect([path, `${path}.lock`].map((each) => statSync(each).uid)).toEqual([65_534, 65_534]);
  });

  test("of a store of an earlier format makes it one of this", () => {
    const file = newStorePath();
    tamper(file, readFileSync(new URL("../format_2.sql", import.meta.url), "utf8"));
    const path = newStorePath();
    expect(restore(file, path, NOW)).toMatchObject({ ok: true });
    expect(checkSound(path)).toMatchObject({ ok: true });
  });

  test("while a server has the store is refused", () => {
    const path = sample();
    const lock = lockStore(path);
    const before = readFileSync(path);
    expect(restore(sample(2), path, NOW)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/is in use/),
    });
    expect(compact(path, { ...KEPT_ALL, now: LATER })).toMatchObject({
      message: expect.stringMatching(/in use/),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    if (lock.ok) lock.release();
  });

  test.each([
    ["damaged", "UPDATE events SET user = 'mallory' WHERE pos = 9", /damaged: 1 of 5 lists/],
    ["newer", "PRAGMA user_version = 99", /has format 99, of a newer version/],
    ["no store", "PRAGMA application_id = 7", /is not a store of todo-actors/],
  ])("of a file that is %s is refused by its own name, and changes nothing", (_, sql, says) => {
    const path = sample();
    const file = sample(2);
    tamper(file, sql);
    const before = readFileSync(path);
    const done = restore(file, path, NOW);
    expect(done).toMatchObject({ ok: false, message: expect.stringMatching(says) });
    if (!done.ok) expect(done.message.startsWith(`${file} `)).toBe(true);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dirname(path)).filter((name) => /draft|replaced/.test(name))).toEqual([]);
  });

  test("is the server's alone, whatever the backup's mode; of a draft of ours refused", () => {
    const path = newStorePath();
    const file = sample();
    chmodSync(file, 0o444);
    expect(restore(file, path, NOW)).toMatchObject({ ok: true });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const draft = `${path}.draft`;
    copyFileSync(file, draft);
    expect(restore(draft, path, NOW)).toMatchObject({ ok: false });
    expect(existsSync(draft)).toBe(true);
  });

  test("over a store that cannot be opened keeps its files, log and all", () => {
    const path = newStorePath();
    writeFileSync(path, "Dear diary, ".repeat(1000));
    writeFileSync(`${path}-wal`, "frames ".repeat(9));
    const file = sample();
    const wanted = told(file);
    expect(restore(file, path, NOW)).toMatchObject({ ok: true });
    expect(told(path)).toEqual(wanted);
    expect(readFileSync(beside(path, KEPT), "utf8")).toMatch(/^Dear diary/);
    expect(readFileSync(beside(path, `${KEPT}-wal`), "utf8")).toBe("frames ".repeat(9));
  });

  test("where only a log is left sets that aside", () => {
    const path = newStorePath();
    writeFileSync(`${path}-wal`, "frames");
    const file = sample();
    const wanted = told(file);
    expect(restore(file, path, NOW)).toMatchObject({ ok: true, kept: undefined });
    expect(told(path)).toEqual(wanted);
  });
});

test("a damaged snapshot is in no copy: backup and compact leave it out, the events stand", () => {
  const path = sample();
  tamper(path, "UPDATE snapshots SET body = 'x' WHERE part = 0");
  const wanted = told(path);
  const file = beside(path, "backup.db");
  expect(backUp(path, file)).toMatchObject({ ok: true, checked: { snapshots: 0 } });
  expect(told(file)).toEqual(wanted);
  expect(compact(path, { ...KEPT_ALL, now: 0 })).toMatchObject({ ok: true });
  expect(checkSound(path)).toMatchObject({ ok: true, checked: { snapshots: 0 } });
  expect(told(path)).toEqual(wanted);
});
