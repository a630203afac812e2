/**
 * WholeStore: backup, restore and compact: what is in the copies, and what is refused and left.
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
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { lockStore } from "../../../server/storage/store_lock.ts";
import { StoreMark } from "../../../server/storage/store_mark.ts";
import { backUp } from "../../../server/storage/tools/backup.ts";
import { compact } from "../../../server/storage/tools/compact.ts";
import { exportList } from "../../../server/storage/tools/export_list.ts";
import { importList } from "../../../server/storage/tools/import_list.ts";
import { restore } from "../../../server/storage/tools/restore.ts";
import { checkFile, checkSound } from "../../../server/storage/tools/store_file.ts";
import { RESTORE_MS } from "../../../shared/protocol/limits.ts";
import { framesOf } from "../log_frames.ts";
import { born, row, rows } from "../samples.ts";
import { newStorePath } from "../store_folder.ts";
import { load, openReader, openWriter, tamper } from "../sync_store.ts";
import { makeSample, nameOf, USERS } from "./sample_store.ts";
import { served } from "./served.ts";

const NAMES = [0, 1, 2, 3, 4].map(nameOf);
const NOW = new Date("2026-11-29T20:15:00.123Z");
const KEPT_ALL = { dropDeleted: false, dropDamaged: false };
const KEPT = "todo.db.replaced-20261129T201500Z";
/** Later than all that is in a sample. */
const LATER = 1_764_000_000_000 * 4;

/** The path of a store with something of everything, closed. */
function sample(seed = 1): string {
  const path = newStorePath();
  makeSample(path, { seed, lists: NAMES.length, events: 300, checkpointEvents: 100 }).close();
  return path;
}

function beside(path: string, name: string): string {
  return join(dirname(path), name);
}

function told(path: string): object {
  return served(path, NAMES, USERS);
}

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
    const live = newStorePath();
    const { writer } = openWriter(live);
    writer.commit([born("a", rows(1, 9))]);
    const path = newStorePath();
    copyFileSync(live, path);
    const wal = readFileSync(`${live}-wal`);
    writer.close();
    wal[20] = (wal[20] ?? 0) ^ 4;
    writeFileSync(`${path}-wal`, wal);
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
    const live = newStorePath();
    const { writer } = openWriter(live);
    writer.commit([born("a", rows(1, 60))]);
    for (let seq = 61; seq < 70; seq++) writer.commit([{ list: "a", rows: [row(seq)] }]);
    const file = newStorePath();
    copyFileSync(live, file);
    const log = readFileSync(`${live}-wal`);
    writer.close();
    const place = framesOf(log).filter(({ isCommit }) => isCommit)[2]?.at ?? 0;
    log[place + 99] = (log[place + 99] ?? 0) ^ 4;
    writeFileSync(`${file}-wal`, log);
    const path = newStorePath();
    const damaged = { ok: false, message: expect.stringMatching(/-wal is damaged/) };
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
    writeFileSync(`${path}-wal`, "frames");
    const file = sample();
    const wanted = told(file);
    expect(restore(file, path, NOW)).toMatchObject({ ok: true });
    expect(told(path)).toEqual(wanted);
    expect(readFileSync(beside(path, KEPT), "utf8")).toMatch(/^Dear diary/);
    expect(readFileSync(beside(path, `${KEPT}-wal`), "utf8")).toBe("frames");
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

describe("compact", () => {
  test("leaves all that can be asked for, in a smaller file, of the same generation", () => {
    const path = sample();
    tamper(path, "CREATE TABLE big (text TEXT)");
    tamper(path, `INSERT INTO big VALUES ('${"x".repeat(1_000_000)}')`);
    tamper(path, "DROP TABLE big");
    const before = told(path);
    const generation = generationOf(path);
    markAsLeft(path);
    const done = compact(path, { ...KEPT_ALL, now: LATER });
    expect(done).toMatchObject({ ok: true, dropped: 0 });
    if (done.ok) expect(done.after).toBeLessThan(done.before - 900_000);
    expect(new StoreMark(path).isCopy(endOf(path))).toBe(false);
    expect(told(path)).toEqual(before);
    expect(generationOf(path)).toBe(generation);
    expect(readdirSync(dirname(path)).filter((name) => /draft|-wal/.test(name))).toEqual([]);
  });

  test("of a store that was put back leaves it one that was", () => {
    const path = sample();
    expect(compact(path, { ...KEPT_ALL, now: LATER })).toMatchObject({ ok: true });
    expect(new StoreMark(path).isCopy(endOf(path))).toBe(true);
  });

  test("drops what nobody can restore, when told to; its id stays taken", async () => {
    const path = sample();
    const before = checkFile(path);
    const done = compact(path, { ...KEPT_ALL, dropDeleted: true, now: LATER });
    expect(done).toMatchObject({ ok: true });
    const dropped = done.ok ? done.dropped : 0;
    expect(dropped).toBeGreaterThanOrEqual(3);
    const after = checkSound(path);
    if (!before.ok || !after.ok) throw new Error("not sound");
    expect(after.checked).toMatchObject({ lists: 5, deleted: before.checked.deleted });
    expect(after.checked.events).toBeLessThan(before.checked.events);
    const { end, events } = loadOne(path, nameOf(3));
    expect(end).toMatchObject({ ok: true, life: { deletedAt: expect.any(Number) } });
    expect(events).toEqual([]);
    // What is written to it next stands behind the rest, and nothing is dropped twice.
    const { writer } = openWriter(path);
    expect(writer.commit([born("new", rows(1, 3))])).toEqual(new Map());
    expect(writer.commit([born(nameOf(3), [row(1)])])).toEqual(new Map([[0, "fence"]]));
    writer.close();
    expect(compact(path, { ...KEPT_ALL, dropDeleted: true, now: LATER })).toMatchObject({
      dropped: 0,
    });
    expect(checkSound(path)).toMatchObject({ ok: true });
  });

  test("drops damaged lists when told to, and nothing else; then there is a backup again", () => {
    const path = sample();
    const before = served(path, NAMES, USERS);
    tamper(path, "UPDATE events SET user = 'mallory' WHERE list = 2 AND seq = 3");
    tamper(path, "UPDATE lists SET at = at + 1 WHERE id = 5");
    const options = { ...KEPT_ALL, now: LATER };
    expect(compact(path, options)).toMatchObject({ ok: false });
    const done = compact(path, { ...options, dropDamaged: true });
    expect(done).toMatchObject({ ok: true, dropped: 2 });
    const after = served(path, NAMES, USERS);
    if (!before.ok || !after.ok) throw new Error("not served");
    for (const name of [0, 2, 3].map(nameOf)) {
      expect([name, after.lists.get(name)]).toEqual([name, before.lists.get(name)]);
    }
    for (const name of [1, 4].map(nameOf)) {
      const { end, events } = loadOne(path, name);
      expect(end).toMatchObject({ ok: true, life: { deletedAt: expect.any(Number) } });
      expect(events).toEqual([]);
    }
    expect(backUp(path, beside(path, "backup.db"))).toMatchObject({ ok: true });
  });

  test("drops nothing when more than lists is damaged", () => {
    const path = sample();
    tamper(path, "UPDATE events SET user = 'mallory' WHERE list = 2 AND seq = 3");
    tamper(path, "UPDATE lists SET title = 'x' WHERE id = 3");
    const before = readFileSync(path);
    expect(compact(path, { ...KEPT_ALL, dropDamaged: true, now: LATER })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/ is damaged: .* So it is left as it is\.$/),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("drops nothing that its owner may still restore", () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    const members = [{ user: "alice", role: "owner" as const }];
    writer.commit([born("a", rows(1, 3))]);
    writer.commit([
      { list: "a", rows: [], life: { epoch: "e", deletedAt: LATER, seq: 3, by: "alice", members } },
    ]);
    writer.close();
    const now = LATER + RESTORE_MS;
    expect(compact(path, { ...KEPT_ALL, dropDeleted: true, now })).toMatchObject({ dropped: 0 });
    expect(loadOne(path, "a").events).toHaveLength(3);
    expect(compact(path, { ...KEPT_ALL, dropDeleted: true, now: now + 1 })).toMatchObject({
      dropped: 1,
    });
  });

  test("of a store that is damaged, or that others read, is refused and changes nothing", () => {
    const path = sample();
    const reader = openReader(path);
    expect(loadFrom(reader, nameOf(0))).toBe(true);
    const read = compact(path, { ...KEPT_ALL, now: LATER });
    expect(read).toMatchObject({
      ok: false,
      message: expect.stringMatching(/is being read by another program/),
    });
    reader.close();
    tamper(path, "UPDATE events SET user = 'mallory' WHERE pos = 9");
    const before = readFileSync(path);
    expect(compact(path, { ...KEPT_ALL, now: LATER })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/is damaged: 1 of 5 lists.* So it is left as it is\.$/),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

test("an import is no sign of a store that was put back", async () => {
  const path = sample();
  markAsLeft(path);
  const lines = [
    `{"format":"todo-actors list","version":1,"list":"x","owner":"bob","at":1,"first_title":"F",`,
    `"title":"F","members":[{"user":"bob","role":"owner"}],"seq":0}`,
  ];
  const chunks = (async function* () {
    yield Buffer.from(lines.join(""));
  })();
  const options = { list: "in", listTodosMax: 9, listBytesMax: 999, now: LATER };
  expect(await importList(path, chunks, options)).toMatchObject({ ok: true });
  expect(new StoreMark(path).isCopy(endOf(path))).toBe(false);
});

/** As a server leaves it that has stopped. */
function markAsLeft(path: string): void {
  const mark = new StoreMark(path);
  mark.begin(endOf(path));
  mark.close();
}

function endOf(path: string): number {
  const { writer } = openWriter(path);
  const { pos } = writer;
  writer.close();
  return pos;
}

function generationOf(path: string): unknown {
  const { db, writer } = openWriter(path);
  const generation = db.prepare("SELECT generation FROM meta").get()?.generation;
  writer.close();
  return generation;
}

function loadOne(path: string, list: string) {
  const reader = openReader(path);
  const loaded = load(reader, list);
  reader.close();
  return loaded;
}

function loadFrom(reader: ReturnType<typeof openReader>, list: string): boolean {
  return load(reader, list).end.ok;
}
