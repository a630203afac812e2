/**
 * SqliteLog: the suite of all event logs, reopening, shared commits and faults.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { openSqliteLog, type SqliteLogOptions } from "../../server/storage/sqlite_log.ts";
import { Asker, eventLogSuite } from "./event_log_suite.ts";
import { born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { tamper } from "./sync_store.ts";

async function open(path: string, options: Partial<SqliteLogOptions> = {}): Promise<Asker> {
  const onFatal = (error: Error) => {
    throw error;
  };
  const opened = await openSqliteLog({ path, onFatal, ...options });
  if (!opened.ok) throw new Error(opened.message);
  return new Asker(opened.log);
}

eventLogSuite("SqliteLog", async () => (await open(newStorePath())).log);

describe("a store that was put back from a copy", () => {
  /** A folder with a store of two appends, a copy of it made between them, and its generation. */
  async function withCopy() {
    const folder = dirname(newStorePath());
    const data = join(folder, "data");
    const backup = join(folder, "backup");
    mkdirSync(data);
    const first = await open(join(data, "todo.db"));
    await first.append(born("a", rows(1, 3)));
    const { generation } = first.log;
    await first.log.close();
    cpSync(data, backup, { recursive: true, preserveTimestamps: true });
    const second = await open(join(data, "todo.db"));
    await second.append({ list: "a", rows: [row(4)] });
    await second.log.close();
    expect(await generationOf(data)).toBe(generation);
    return { folder, data, backup, generation };
  }

  async function generationOf(folder: string): Promise<string> {
    const { log } = await open(join(folder, "todo.db"));
    await log.close();
    return log.generation;
  }

  test.each([
    [
      "file by file, over the old ones",
      (data: string, backup: string) => sh`cp -rp ${backup}/. ${data}/`,
    ],
    [
      "as a folder, in place of the old one",
      (data: string, backup: string) => sh`rm -r ${data} && cp -rp ${backup} ${data}`,
    ],
    [
      "the database alone",
      (data: string, backup: string) => sh`cp ${backup}/todo.db ${data}/todo.db`,
    ],
    [
      "with a mark of other lengths",
      (data: string, backup: string) => {
        rmSync(data, { recursive: true });
        cpSync(backup, data, { recursive: true });
        writeFileSync(join(data, "todo.db.mark"), `${"9".repeat(300)}\n`);
      },
    ],
    ["without its mark", (data: string) => rmSync(join(data, "todo.db.mark"))],
  ])("%s, is of another generation, and stays so", async (_, putBack) => {
    const { data, backup, generation } = await withCopy();
    putBack(data, backup);
    const restored = await generationOf(data);
    expect(restored).not.toBe(generation);
    expect([await generationOf(data), await generationOf(data)]).toEqual([restored, restored]);
  });

  test("is told also when nothing had been written to it", async () => {
    const folder = dirname(newStorePath());
    const path = join(folder, "todo.db");
    const first = await open(path);
    await first.append(born("a"));
    await first.log.close();
    cpSync(path, join(folder, "copy.db"));
    const second = await open(path);
    await second.append({ list: "a", rows: [row(1)] });
    await second.log.close();
    rmSync(path);
    cpSync(join(folder, "copy.db"), path);
    expect(await generationOf(folder)).not.toBe(first.log.generation);
  });

  test("is not the one that lies in a folder that was moved", async () => {
    const { folder, data, generation } = await withCopy();
    renameSync(data, join(folder, "moved"));
    expect(await generationOf(join(folder, "moved"))).toBe(generation);
  });

  test("is not one in which nothing was written, whatever its mark", async () => {
    const path = newStorePath();
    const first = await generationOf(dirname(path));
    rmSync(`${path}.mark`);
    expect(await generationOf(dirname(path))).toBe(first);
  });
});

/** Runs a line of shell. */
function sh(parts: TemplateStringsArray, ...words: string[]): void {
  execFileSync("sh", ["-c", String.raw({ raw: parts }, ...words)]);
}

describe("after a close and another open", () => {
  test("lists, seqs, members and the generation are as they were", async () => {
    const path = newStorePath();
    const before = await open(path);
    await before.append(born("a", rows(1, 3)));
    await before.append(born("b"));
    const pageBefore = await before.lists({ user: "alice", limit: 9 });
    const { generation } = before.log;
    await before.log.close();
    const after = await open(path);
    expect(after.log.generation).toBe(generation);
    expect(await after.lists({ user: "alice", limit: 9 })).toEqual(pageBefore);
    expect(await after.append({ list: "a", rows: [row(3)] })).toMatchObject({ reason: "fence" });
    expect(await after.append({ list: "a", rows: [row(4)] })).toMatchObject({ seq: 4 });
    expect(await after.append({ list: "b", rows: [row(1)] })).toMatchObject({ seq: 1 });
    expect(await after.append(born("b"))).toMatchObject({ reason: "fence" });
    expect(await after.events("a")).toHaveLength(4);
    await after.log.close();
  });

  test("heads come from the checkpoints", async () => {
    const path = newStorePath();
    const lists = ["a", "b", "c", "d", "e"];
    const before = await open(path, { checkpointEvents: 40 });
    for (const list of lists) await before.append(born(list));
    for (let seq = 1; seq <= 50; seq++) {
      // "e" has its only event before the first checkpoint.
      for (const list of seq === 1 ? lists : lists.slice(0, 4)) {
        await before.append({ list, rows: [row(seq)] });
      }
      if (seq % 7 === 0) expect(await before.events("c")).toHaveLength(seq); // Its reader follows.
    }
    expect((await before.lists({ user: "alice", limit: 9 })).lists.map(({ seq }) => seq)).toEqual([
      50, 50, 50, 50, 1,
    ]);
    await before.log.close();

    const db = new DatabaseSync(path, { readOnly: true });
    const { pos } = db.prepare("SELECT checkpoint_pos AS pos FROM meta").get() as { pos: number };
    db.close();
    expect(pos).toBe(201); // Those after the last one that was due are written at the end.

    const after = await open(path, { checkpointEvents: 40 });
    for (const list of lists) {
      const seq = list === "e" ? 1 : 50;
      expect(await after.events(list)).toHaveLength(seq);
      expect(await after.append({ list, rows: [row(seq)] })).toMatchObject({ reason: "fence" });
      expect(await after.append({ list, rows: [row(seq + 1)] })).toMatchObject({ seq: seq + 1 });
    }
    await after.log.close();
  });
});

describe("appends that share a commit", () => {
  test("are told of once per list, with the highest seq", async () => {
    const { log, owner } = await open(newStorePath());
    log.append(born("a"), owner.pid);
    log.append(born("b"), owner.pid);
    for (const event of rows(1, 30)) log.append({ list: "a", rows: [event] }, owner.pid);
    expect(log.uncommittedBytes).toBeGreaterThan(30 * row(1).body.length);
    expect(await owner.take()).toEqual({ type: "committed", list: "a", seq: 30 });
    expect(await owner.take()).toEqual({ type: "committed", list: "b", seq: 0 });
    await log.close();
    expect(owner.left).toEqual([]);
  });

  test("do not suffer from one that the store cannot hold", async () => {
    const asker = await open(newStorePath());
    const { log, owner } = asker;
    log.append(born("a", rows(1, 2)), owner.pid);
    log.append(born("bad", [row(1), row(2, { at: 1.5 })]), owner.pid);
    log.append(born("c"), owner.pid);
    log.append({ list: "bad", rows: [row(3)] }, owner.pid);
    log.append({ list: "a", rows: [row(3)] }, owner.pid);
    expect(await owner.take()).toEqual({ type: "committed", list: "a", seq: 3 });
    expect(await owner.take()).toEqual({ type: "committed", list: "c", seq: 0 });
    const refused = { type: "refused", list: "bad", reason: "constraint" };
    expect(await owner.take()).toEqual({ ...refused, seq: 1 });
    expect(await owner.take()).toEqual({ ...refused, seq: 3 });
    expect(await asker.load("bad")).toMatchObject({ state: null });
    expect(await asker.append(born("bad", [row(1)]))).toMatchObject({ type: "committed" });
    expect((await asker.events("a")).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await log.close();
  });
});

test("a load is answered while a commit is held up", async () => {
  const path = newStorePath();
  const asker = await open(path);
  await asker.append(born("a", rows(1, 3)));
  const db = new DatabaseSync(path);
  db.exec("BEGIN IMMEDIATE"); // The commit waits for it, for a second.
  const order: string[] = [];
  const append = asker.append(born("b")).then(({ type }) => order.push(type));
  await asker.load("a").then(({ type }) => order.push(type));
  db.exec("ROLLBACK");
  db.close();
  await append;
  expect(order).toEqual(["loaded", "committed"]);
  await asker.log.close();
});

describe("snapshots", () => {
  /** Loads the list until a load starts from a snapshot of that seq or a later one. */
  async function snapshotAt(asker: Asker, list: string, seq: number): Promise<number> {
    for (;;) {
      const loaded = await asker.load(list);
      const at = loaded.type === "loaded" ? (loaded.state?.snapshot?.seq ?? 0) : 0;
      if (at >= seq) return at;
    }
  }

  test("are made while lists are written, and loads come to the same with them", async () => {
    const asker = await open(newStorePath(), { snapshotEvents: 10 });
    await asker.append(born("a"));
    await asker.append(born("b", rows(1, 9)));
    for (let seq = 1; seq <= 60; seq += 4) {
      await asker.append({ list: "a", rows: rows(seq, seq + 3) });
      await asker.events("a");
    }
    expect(await snapshotAt(asker, "a", 50)).toBeLessThanOrEqual(60);
    expect(await asker.events("a")).toHaveLength(60);
    expect(await asker.load("b")).toMatchObject({ state: { snapshot: null } });
    await asker.log.close();
  });

  test("are made of a list that was long when it was loaded", async () => {
    const path = newStorePath();
    const before = await open(path, { snapshotEvents: 1e9 });
    await before.append(born("a", rows(1, 1000)));
    await before.append(born("b", rows(1, 900)));
    await before.log.close();
    const after = await open(path);
    expect(await snapshotAt(after, "a", 1000)).toBe(1000);
    expect(await after.load("b")).toMatchObject({ state: { snapshot: null } });
    await after.log.close();
  });

  test("that are damaged are told of, replaced, and keep no list from being read", async () => {
    const path = newStorePath();
    const faults: string[][] = [];
    const onSnapshotFault = (...fault: string[]) => faults.push(fault);
    const asker = await open(path, { snapshotEvents: 10, onSnapshotFault });
    await asker.append(born("a", rows(1, 20)));
    await snapshotAt(asker, "a", 20);
    await asker.append({ list: "a", rows: rows(21, 22) });
    tamper(path, "UPDATE snapshots SET body = '' WHERE part = 1");
    expect(await asker.load("a")).toMatchObject({ state: { snapshot: null } });
    expect(faults).toEqual([["a", "it is not what was written"]]);
    await snapshotAt(asker, "a", 22);
    expect(await asker.events("a")).toHaveLength(22);
    await asker.log.close();
  });

  test("that cannot be made are told of, and the reader goes on", async () => {
    const told = Promise.withResolvers<string[]>();
    const onSnapshotFault = (...fault: string[]) => told.resolve(fault);
    const asker = await open(newStorePath(), { snapshotEvents: 10, onSnapshotFault });
    await asker.append(born("a", [...rows(1, 19), row(20, { body: "no JSON" })]));
    expect(await told.promise).toEqual(["a", expect.stringContaining("SyntaxError")]);
    await asker.append(born("b", rows(1, 10)));
    expect(await snapshotAt(asker, "b", 10)).toBe(10);
    await asker.log.close();
  });
});

describe("when the file is not as we left it", () => {
  test("a store that is damaged where it is looked at first is refused by a sentence", async () => {
    const path = newStorePath();
    const before = await open(path);
    await before.append(born("a", rows(1, 500)));
    await before.log.close();
    const db = new DatabaseSync(path);
    const { rootpage } = db
      .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events'")
      .get() as { rootpage: number };
    db.close();
    const bytes = readFileSync(path);
    bytes.fill(255, (rootpage - 1) * 4096, rootpage * 4096);
    writeFileSync(path, bytes);
    const opened = await openSqliteLog({ path, onFatal: () => {} });
    expect(opened).toEqual({ ok: false, message: expect.stringContaining(path) });
    expect(opened).toMatchObject({ message: expect.stringContaining("it is left as it is.") });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test("a change of it under the writer's feet is fatal, once, and nothing is told", async () => {
    const path = newStorePath();
    const { promise, resolve } = Promise.withResolvers<Error>();
    let calls = 0;
    const onFatal = (error: Error) => {
      calls += 1;
      resolve(error);
    };
    const { log, owner } = await open(path, { onFatal });
    const boot = () => readFileSync(`${path}.mark`, "utf8").trim().split(/ +/).at(-1);
    if (existsSync("/proc/sys/kernel/random/boot_id")) expect(boot()).not.toBe("0");
    const db = new DatabaseSync(path);
    db.exec("DROP TABLE heads");
    db.close();
    log.append(born("a"), owner.pid);
    log.append(born("b"), owner.pid);
    expect((await promise).message).toContain("heads");
    expect(boot()).toBe("0"); // What is in the log now may be anything.
    await log.close();
    expect(calls).toBe(1);
    expect(owner.left).toEqual([]);
  });

  test("a read that fails is told as io, and later reads are tried afresh", async () => {
    const path = newStorePath();
    const asker = await open(path);
    await asker.append(born("a"));
    const db = new DatabaseSync(path);
    db.exec("ALTER TABLE lists RENAME TO away");
    expect(await asker.load("a", 1)).toEqual({
      type: "load_failed",
      ref: 1,
      list: "a",
      reason: "io",
    });
    await expect(asker.lists({ user: "alice", limit: 9 })).rejects.toThrow("lists_failed");
    db.exec("ALTER TABLE away RENAME TO lists");
    db.close();
    expect(await asker.load("a")).toMatchObject({ type: "loaded" });
    await asker.log.close();
  });

  test("a second log of the same file is refused while the first is open", async () => {
    const path = newStorePath();
    const first = await open(path);
    const second = await openSqliteLog({ path, onFatal: () => {} });
    expect(second).toEqual({ ok: false, message: expect.stringContaining("in use by another") });
    await first.log.close();
    await (await open(path)).log.close();
  });
});
