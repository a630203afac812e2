/**
 * StoreMark: which stores are taken for ones that were put back, and which are not.
 */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { StoreMark } from "../../server/storage/store_mark.ts";
import { backUp } from "../../server/storage/tools/backup.ts";
import { OwnMark } from "../../server/storage/tools/own_mark.ts";
import { born, row, rows } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { openWriter } from "./sync_store.ts";

/** What a server does that opens the store: whether it is a copy, and where its log ends. */
function start(path: string) {
  const mark = new StoreMark(path);
  const { writer } = openWriter(path);
  const isCopy = mark.isCopy(writer.pos);
  mark.begin(writer.pos);
  const stop = () => {
    mark.closing();
    writer.close();
    mark.close();
  };
  return { mark, writer, isCopy, stop };
}

test("a new store, one that was stopped, and one that was killed are none", () => {
  const path = newStorePath();
  const first = start(path);
  first.writer.commit([born("a", rows(1, 20))]);
  first.mark.move(20);
  first.stop();
  const second = start(path); // Never stopped, as one that is killed.
  second.writer.commit([{ list: "a", rows: rows(21, 30) }]);
  second.mark.move(30);
  const third = start(path);
  expect([first.isCopy, second.isCopy, third.isCopy]).toEqual([false, false, false]);
  third.writer.close();
  second.stop();
});

test("the first event of a while is marked at once", () => {
  const path = newStorePath();
  const { mark, writer, stop } = start(path);
  writer.commit([born("a", [row(1)])]);
  mark.move(1);
  expect(Number(readFileSync(`${path}.mark`, "utf8").trim().split(/ +/)[2])).toBe(1);
  stop();
});

test("a backup put over a killed store in place is one, however little the mark says", () => {
  const path = newStorePath();
  const killed = start(path);
  killed.writer.commit([born("a", rows(1, 20))]);
  killed.mark.move(20);
  const backup = join(dirname(path), "backup.db");
  expect(backUp(path, backup)).toMatchObject({ ok: true });
  killed.writer.commit([{ list: "a", rows: rows(21, 30) }]);
  killed.mark.move(30); // Not in the mark for a second yet.
  killed.writer.close();
  for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  copyFileSync(backup, path);
  const again = start(path);
  expect(again.isCopy).toBe(true);
  again.stop();
});

test("one that ended while it was closed is none, and neither is one of an earlier version", () => {
  const path = newStorePath();
  const first = start(path);
  first.writer.commit([born("a", rows(1, 20))]);
  first.mark.move(20);
  first.mark.closing();
  const mark = readFileSync(`${path}.mark`, "utf8");
  first.writer.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
  const second = start(path);
  second.stop();
  const numbers = readFileSync(`${path}.mark`, "utf8").trim().split(/ +/);
  writeFileSync(`${path}.mark`, `${numbers.slice(0, 4).join(" ")}\n`);
  const third = start(path);
  third.stop();
  writeFileSync(`${path}.mark`, mark.replace("20", "99")); // What it had is not there.
  const fourth = start(path);
  fourth.stop();
  expect([second, third, fourth].map(({ isCopy }) => isCopy)).toEqual([false, false, true]);
});

test("what a tool does to a store that was put back leaves it one", () => {
  const path = newStorePath();
  const first = start(path);
  first.writer.commit([born("a", rows(1, 5))]);
  first.stop();
  const old = readFileSync(path);
  const second = start(path);
  second.writer.commit([{ list: "a", rows: rows(6, 10) }]);
  second.mark.move(10);
  second.stop();
  writeFileSync(path, old);
  const own = new OwnMark(path);
  const { writer } = openWriter(path);
  own.look(writer.pos);
  writer.commit([born("b", rows(1, 60))]);
  const { pos } = writer;
  writer.close();
  own.renew(pos);
  const third = start(path);
  expect([pos, third.isCopy]).toEqual([65, true]);
  third.stop();
});
