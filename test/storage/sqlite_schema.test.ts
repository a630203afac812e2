/**
 * SqliteSchema: what a new file is like, and which files are refused.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openForReading, openForWriting } from "../../server/storage/sqlite_schema.ts";
import { born, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { openWriter, tamper } from "./sync_store.ts";

const MARKS = { generation: "g", secret: "s" };

const NOT_OURS = "is not a store of todo-actors, or is damaged; it is left as it is.";

/** Opens it for writing, expects a refusal and an unchanged file, and gives the sentence. */
function refusal(path: string): string {
  const before = readFileSync(path);
  const opened = openForWriting(path, MARKS);
  expect(readFileSync(path).equals(before)).toBe(true);
  return opened.ok ? "opened" : opened.message;
}

describe("a file that is refused, and left as it is:", () => {
  test("one that is no database", () => {
    const path = newStorePath();
    writeFileSync(path, "Dear diary, ".repeat(1000));
    expect(refusal(path)).toBe(`${path} ${NOT_OURS}`);
  });

  test("an empty one", () => {
    const path = newStorePath();
    writeFileSync(path, "");
    expect(refusal(path)).toBe(`${path} ${NOT_OURS}`);
  });

  test("another program's database", () => {
    const path = newStorePath();
    tamper(path, "CREATE TABLE events (pos INTEGER PRIMARY KEY)");
    expect(refusal(path)).toBe(`${path} ${NOT_OURS}`);
  });

  test("one of a newer version", () => {
    const path = newStorePath();
    openWriter(path).writer.close();
    tamper(path, "PRAGMA user_version = 4");
    expect(refusal(path)).toBe(`${path} has format 4, of a newer version; this one reads up to 3.`);
  });

  test("one of a version before the first", () => {
    const path = newStorePath();
    openWriter(path).writer.close();
    tamper(path, "PRAGMA user_version = 1");
    const fault = "has format 1, of a version that was never released; this one cannot read it.";
    expect(refusal(path)).toBe(`${path} ${fault}`);
  });

  test("one that was cut off, wherever", () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    writer.commit([born("a", rows(1, 100))]);
    writer.close();
    const whole = readFileSync(path);
    const pages = Array.from({ length: whole.length / 4096 }, (_, page) => page * 4096);
    expect(pages.length).toBeGreaterThan(10);
    for (const end of [1, 15, 16, 99, 100, ...pages, 4095, 4097, 6000, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, end));
      expect([end, refusal(path)]).toEqual([end, `${path} ${NOT_OURS}`]);
    }
    writeFileSync(path, whole);
    openWriter(path).writer.close();
  });

  test("one whose first page is not what was written", () => {
    const path = newStorePath();
    openWriter(path).writer.close();
    const bytes = readFileSync(path);
    bytes.fill(0, 100, 4096);
    writeFileSync(path, bytes);
    expect(refusal(path)).toBe(`${path} ${NOT_OURS}`);
  });
});

test("what is left of a store that was being made is no store, and the next is made anew", () => {
  const path = newStorePath();
  const whole = newStorePath();
  openWriter(whole).writer.close();
  for (const torn of ["", "half", readFileSync(whole).subarray(0, 5000)]) {
    writeFileSync(`${path}.new`, torn);
    expect(existsSync(path)).toBe(false);
    const { writer } = openWriter(path);
    expect(writer.commit([born("a", rows(1, 3))])).toEqual(new Map());
    writer.close();
    expect(existsSync(`${path}.new`)).toBe(false);
    rmSync(path);
  }
});

test("a store whose file is gone but whose log is there is not begun anew", () => {
  const path = newStorePath();
  writeFileSync(`${path}-wal`, "frames");
  expect(openForWriting(path, MARKS)).toMatchObject({ ok: false, message: /is missing, but/ });
  expect(existsSync(path)).toBe(false);
});

test("a folder that is not there is named", () => {
  const path = join(dirname(newStorePath()), "nowhere", "todo.db");
  const opened = openForWriting(path, MARKS);
  expect(opened).toMatchObject({ ok: false, message: expect.stringContaining(path) });
});

test("a reader makes no file", () => {
  const path = newStorePath();
  expect(openForReading(path)).toMatchObject({ ok: false });
  expect(existsSync(path)).toBe(false);
});

test("a new store is durable: WAL, full fsync; and says whose it is in its header", () => {
  const path = newStorePath();
  const { db, writer } = openWriter(path);
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(pragma("journal_mode")).toBe("wal");
  expect(pragma("synchronous")).toBe(2);
  writer.close();
  expect(readFileSync(path).subarray(68, 72).toString()).toBe("todo");
  expect(existsSync(`${path}.new`)).toBe(false);
});

test("the generation and the secret are given once, when the file is made", () => {
  const path = newStorePath();
  openWriter(path).writer.close();
  const again = openForWriting(path, { generation: "another", secret: "another" });
  expect(again).toMatchObject({ ok: true, marks: { generation: "generation", secret: "secret" } });
  if (again.ok) again.db.close();
  expect(() => new DatabaseSync(path, { readOnly: true }).close()).not.toThrow();
});
