/**
 * Compact: what is in the smaller file, what is dropped when asked for, what is refused and left.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { StoreMark } from "../../../server/storage/store_mark.ts";
import { backUp } from "../../../server/storage/tools/backup.ts";
import { compact } from "../../../server/storage/tools/compact.ts";
import { importList } from "../../../server/storage/tools/import_list.ts";
import { checkFile, checkSound } from "../../../server/storage/tools/store_file.ts";
import { RESTORE_MS } from "../../../shared/protocol/limits.ts";
import { crashedStore, withGap } from "../crashed_store.ts";
import { born, row, rows } from "../samples.ts";
import { newStorePath } from "../store_folder.ts";
import { load, openReader, openWriter, tamper } from "../sync_store.ts";
import { nameOf, USERS } from "./sample_store.ts";
import { served } from "./served.ts";
import {
  beside,
  endOf,
  generationOf,
  KEPT_ALL,
  LATER,
  loadOne,
  markAsLeft,
  NAMES,
  sample,
  told,
} from "./small_store.ts";

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

test("beside a reader of a torn log it leaves all as it was", () => {
  const { path, log } = crashedStore();
  writeFileSync(`${path}-wal`, withGap(log));
  const other = new DatabaseSync(path, { readOnly: true });
  other.exec("BEGIN; SELECT count(*) FROM lists");
  expect(compact(path, { ...KEPT_ALL, now: LATER })).toMatchObject({
    message: expect.stringMatching(/is being read by another program/),
  });
  expect(existsSync(`${path}.mark`)).toBe(false);
  other.close();
  expect(compact(path, { ...KEPT_ALL, now: LATER })).toMatchObject({ ok: true });
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

function loadFrom(reader: ReturnType<typeof openReader>, list: string): boolean {
  return load(reader, list).end.ok;
}
