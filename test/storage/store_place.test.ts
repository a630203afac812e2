/**
 * StorePlace, StoreLock: one name for a store, one server for it, and files that its owner can use.
 *
 * Some of it wants the right to act as another user, as root has.
 */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { openForReading, openForWriting } from "../../server/storage/sqlite_schema.ts";
import { lockStore } from "../../server/storage/store_lock.ts";
import { StoreMark } from "../../server/storage/store_mark.ts";
import { storePathIn } from "../../server/storage/store_place.ts";
import { born, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { load, openReader, openWriter, tamper } from "./sync_store.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const MARKS = { generation: "g", secret: "s" };

/** Runs it as a user without rights. */
function asNobody<Result>(run: () => Result): Result {
  process.seteuid?.(NOBODY);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}

function storeWith(events: number): string {
  const path = newStorePath();
  const { writer } = openWriter(path);
  writer.commit([born("a", rows(1, events))]);
  writer.close();
  return path;
}

function refusalOf(path: string): string {
  const opened = openForWriting(path, MARKS);
  return opened.ok ? "opened" : opened.message.replace(`${path} `, "");
}

test("a link is followed: what guards the store stands beside the file itself", () => {
  const path = storeWith(3);
  const folder = dirname(newStorePath());
  symlinkSync(path, join(folder, "todo.db"));
  expect(storePathIn(folder)).toBe(path);
  expect(storePathIn(dirname(path))).toBe(path);
  expect(storePathIn("data")).toBe(join("data", "todo.db"));
});

test("in the place of a store that is missing none is made", () => {
  const folder = dirname(newStorePath());
  const path = join(folder, "todo.db");
  symlinkSync("/nowhere/todo.db", path);
  expect(storePathIn(folder)).toBe(path);
  const isLink = "is a link to a file that is not there; put that back, or remove the link.";
  expect(refusalOf(path)).toBe(isLink);
  const taken = storeWith(3);
  new StoreMark(taken).begin(3);
  rmSync(taken);
  const hasMark = "is missing, but its .mark file is there; put it back, or remove that file too.";
  expect(refusalOf(taken)).toBe(hasMark);
  rmSync(`${taken}.mark`);
  expect(refusalOf(taken)).toBe("opened");
});

test("a lock is one alone, and free again once it is let go", () => {
  const path = newStorePath();
  const lock = lockStore(path);
  if (!lock.ok) throw new Error(lock.message);
  const message = `${path} is in use by another server; stop that one first.`;
  expect(lockStore(path)).toEqual({ ok: false, message });
  lock.release();
  const again = lockStore(path);
  if (again.ok) again.release();
  expect(again.ok).toBe(true);
});

test.runIf(isRoot)("a lock that may not be written is none, and refused", () => {
  const path = newStorePath();
  chmodSync(dirname(path), 0o777);
  writeFileSync(`${path}.lock`, "");
  const lock = asNobody(() => lockStore(path));
  expect(lock).toMatchObject({ ok: false, message: expect.stringMatching(/\.lock cannot be wri/) });
});

test.runIf(isRoot)("what root makes beside a store belongs to whom the store does", () => {
  const path = storeWith(3);
  chownSync(path, NOBODY, NOBODY);
  chownSync(dirname(path), NOBODY, NOBODY);
  const lock = lockStore(path);
  new StoreMark(path).begin(3);
  if (lock.ok) lock.release();
  expect(statSync(`${path}.lock`).uid).toBe(NOBODY);
  expect(statSync(`${path}.mark`).uid).toBe(NOBODY);
  expect(asNobody(() => lockStore(path))).toMatchObject({ ok: true });
});

test.runIf(isRoot)("a store in a folder that may not be written can be read", () => {
  const path = storeWith(3);
  const folder = join(dirname(path), "fol?der#1");
  mkdirSync(folder);
  const moved = join(folder, "todo.db");
  symlinkSync(path, moved);
  for (const each of [path, moved]) {
    chmodSync(dirname(each), 0o555);
    asNobody(() => {
      const reader = openReader(each);
      expect(load(reader, "a").events).toHaveLength(3);
      reader.close();
    });
  }
});

test("one that another program has locked is not read past its lock", () => {
  const path = storeWith(3);
  tamper(path, "PRAGMA journal_mode = DELETE");
  const other = new DatabaseSync(path);
  other.exec("BEGIN EXCLUSIVE");
  expect(openForReading(path)).toMatchObject({
    message: expect.stringMatching(/cannot be opened: database is locked/),
  });
  other.close();
});

test("one that cannot be opened says why", () => {
  const path = join(dirname(newStorePath()), "none", "todo.db");
  expect(openForReading(path)).toMatchObject({ ok: false, message: /cannot be opened: / });
});
