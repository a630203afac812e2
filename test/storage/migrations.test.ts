/**
 * Migrations: stores of every former format come to this one whole, or not at all.
 */
import { execFile } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { FIRST_VERSION, SCHEMA_VERSION } from "../../server/storage/migrations.ts";
import { openSqliteLog } from "../../server/storage/sqlite_log.ts";
import { openForReading, openForWriting } from "../../server/storage/sqlite_schema.ts";
import { folded } from "../support/folded.ts";
import { newStorePath } from "./store_folder.ts";
import { loaded, openReader, openWriter } from "./sync_store.ts";

const FORMAT_2 = readFileSync(new URL("./format_2.sql", import.meta.url), "utf8");
const PROGRAM = fileURLToPath(new URL("./migrating_store.ts", import.meta.url));

/** A closed store of format 2, as the version that made it left it. */
function format2(): string {
  const path = newStorePath();
  const db = new DatabaseSync(path);
  db.exec(FORMAT_2);
  db.close();
  return path;
}

/** What there is in the store of what the SQL put there; it must be readable as a whole. */
function contents(path: string) {
  const reader = openReader(path);
  const lists = ["groceries", "work", "old", "empty"].map((list) => {
    const { birth, life, snapshot, events, isSnapshotDamaged } = loaded(reader, list);
    expect([snapshot, isSnapshotDamaged]).toEqual([null, false]);
    const { state, todosBytes } = folded({ birth, life, snapshot, events });
    const todos = [...state.todos.todos.root.slots];
    const { title, seq, members } = state;
    return { birth, life, events, todosBytes, todos, title, seq, members: [...members] };
  });
  const pages = ["alice", "bob"].map((user) => [
    reader.lists({ user, limit: 9 }),
    reader.lists({ user, limit: 9, deletedSince: 0 }),
  ]);
  const made = reader.made({ user: "alice", key: "k-start" });
  reader.close();
  return { lists, pages, made };
}

function versionOf(path: string): unknown {
  const db = new DatabaseSync(path);
  const { user_version: version } = db.prepare("PRAGMA user_version").get() ?? {};
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'snapshots'").all();
  db.close();
  return [version, tables.length];
}

describe("a store of format 2", () => {
  test("is brought to this format when it is opened for writing, and all is there", () => {
    const path = format2();
    expect(versionOf(path)).toEqual([FIRST_VERSION, 0]);
    const { writer } = openWriter(path);
    expect(versionOf(path)).toEqual([SCHEMA_VERSION, 1]);
    const { lists, pages, made } = contents(path);
    expect(lists.map(({ title, seq, life }) => [title, seq, life?.deletedAt ?? null])).toEqual([
      ["Food", 4, null],
      ["Work", 2, null],
      ["Old things", 1, 1_764_000_009_000],
      ["Empty", 0, null],
    ]);
    expect(lists[0]?.members).toEqual([
      ["alice", "owner"],
      ["bob", "editor"],
    ]);
    expect(lists[0]?.events.map(({ key }) => key)).toEqual([null, "add_todo\tk1\t1", null, null]);
    expect(made).toEqual({ ok: true, list: "work" });
    expect(pages).toMatchObject([
      [
        { lists: [{ list: "empty" }, { list: "groceries" }, { list: "work" }] },
        { lists: [{ list: "old" }] },
      ],
      [{ lists: [{ list: "groceries", role: "editor" }] }, { lists: [] }],
    ]);
    writer.close();
  });

  test("is one that a server trusts when it starts", async () => {
    const path = format2();
    const opened = await openSqliteLog({ path, onFatal: () => {} });
    expect(opened).toMatchObject({ ok: true });
    if (opened.ok) await opened.log.close();
    expect(versionOf(path)).toEqual([SCHEMA_VERSION, 1]);
  });

  test("takes appends where its lists ended, and no second time the migration", () => {
    const path = format2();
    openWriter(path).writer.close();
    const before = contents(path);
    const { writer } = openWriter(path);
    expect(contents(path)).toEqual(before);
    const row = { at: 1_764_000_010_000, user: "bob", pid: "<0.1.0>", key: null, count: 1 };
    const body = '{"op":"list_renamed","title":"Groceries"}';
    const append = (seq: number) => ({ list: "groceries", rows: [{ ...row, seq, body }] });
    expect(writer.commit([append(4)])).toEqual(new Map([[0, "fence"]]));
    expect(writer.commit([append(5)])).toEqual(new Map());
    writer.close();
  });

  test("then has the tables of one that is made new", () => {
    const shape = (path: string) => {
      const { writer, db } = openWriter(path);
      const rows = db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
      writer.close();
      return rows.map(({ type, name, sql }) => [type, name, String(sql).replaceAll(/\s+/g, " ")]);
    };
    expect(shape(format2())).toEqual(shape(newStorePath()));
  });

  test("is left as it is by a reader, which says what to do", () => {
    const path = format2();
    const before = readFileSync(path);
    const older = "has format 2, of an older version; start the server on it once before this.";
    expect(openForReading(path)).toEqual({ ok: false, message: `${path} ${older}` });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("is left as it is when another program holds it, and said so", () => {
    const path = format2();
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const opened = openForWriting(path, { generation: "g", secret: "s" });
    expect(opened).toMatchObject({ ok: false, message: expect.stringContaining("locked") });
    other.exec("ROLLBACK");
    other.close();
    expect(versionOf(path)).toEqual([FIRST_VERSION, 0]);
  });
});

describe("a kill -9 on the way", () => {
  const run = promisify(execFile);
  const program = (...args: string[]) =>
    run(process.execPath, ["--disable-warning=ExperimentalWarning", PROGRAM, ...args]);

  test("leaves the former format or this one, at every statement, and loses nothing", async () => {
    const whole = format2();
    const { stdout } = await program(whole, "-1", "never");
    const statements = Number(stdout);
    expect(statements).toBeGreaterThanOrEqual(4);
    openWriter(whole).writer.close();
    const expected = contents(whole);
    const versions = new Set<unknown>();
    for (let statement = 0; statement < statements; statement++) {
      for (const moment of ["before", "after"]) {
        const path = format2();
        const killed = await program(path, String(statement), moment).catch((error) => error);
        expect(killed).toMatchObject({ signal: "SIGKILL" });
        const copy = newStorePath();
        for (const end of ["", "-wal"]) copyFileSync(`${path}${end}`, `${copy}${end}`);
        const version = JSON.stringify(versionOf(copy));
        expect(["[2,0]", `[${SCHEMA_VERSION},1]`]).toContain(version);
        versions.add(version);
        openWriter(path).writer.close();
        expect(contents(path)).toEqual(expected);
      }
    }
    expect(versions.size).toBe(2);
  });
});
