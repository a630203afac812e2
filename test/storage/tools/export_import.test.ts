/**
 * ExportImport: a list that leaves one store and enters another is the same list; what no client
 * could have sent does not enter, and the line is named.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportList, exportToFile } from "../../../server/storage/tools/export_list.ts";
import { type ImportOptions, importList } from "../../../server/storage/tools/import_list.ts";
import { checkSound } from "../../../server/storage/tools/store_file.ts";
import { LINE_BYTES_MAX } from "../../../server/storage/tools/text_lines.ts";
import {
  LIST_MEMBERS_MAX,
  LIST_TODOS_BYTES_MAX,
  LIST_TODOS_MAX,
  USER_LISTS_MAX,
} from "../../../shared/protocol/limits.ts";
import { BIRTH, born } from "../samples.ts";
import { newStorePath } from "../store_folder.ts";
import { openWriter } from "../sync_store.ts";
import { makeSample, nameOf, USERS } from "./sample_store.ts";
import { served } from "./served.ts";

const NOW = 1_764_000_000_000 * 3;
const OPTIONS: ImportOptions = {
  list: "in",
  listTodosMax: LIST_TODOS_MAX,
  listBytesMax: LIST_TODOS_BYTES_MAX,
  now: NOW,
};

async function* chunksOf(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  // Small ones, so that lines and characters are cut.
  for (let at = 0; at < bytes.length; at += 1009) yield bytes.subarray(at, at + 1009);
}

function importText(path: string, text: string | Uint8Array, more: Partial<ImportOptions> = {}) {
  return importList(path, chunksOf(text), { ...OPTIONS, ...more });
}

function exported(path: string, list: string): string {
  let text = "";
  const done = exportList(path, list, (part) => {
    text += part;
  });
  if (!done.ok) throw new Error(done.message);
  return text;
}

/** Without what belongs to the store a list is in. */
function bare(text: string): string {
  return text
    .replace(/"list":"[^"]+",/, "")
    .replace(/,"deleted_at":\d+/, "")
    .trimEnd();
}

/** What a store's server tells of a list, without keys, epochs and snapshots. */
function toldOf(path: string, list: string): object {
  const all = served(path, [list], []);
  const told = all.ok ? all.lists.get(list) : undefined;
  if (typeof told !== "object") throw new Error(`${list} is not served`);
  const { birth, seq, parts, todosBytes, lastAt, history } = JSON.parse(told.text);
  const events = history.events.map(({ key, ...event }: { key: string | null }) => ({
    ...event,
    isWithNext: key === "+",
  }));
  return {
    birth: { ...birth, epoch: "", key: null, firstSeq: 0 },
    seq,
    parts,
    todosBytes,
    lastAt,
    events,
  };
}

test.each([1, 2, 3, 4, 5, 6])(
  "whatever a list is, it comes in as it went out, by its events and by its text: %i",
  async (seed) => {
    const from = newStorePath();
    makeSample(from, { seed, lists: 5, events: 400 }).close();
    const to = newStorePath();
    makeSample(to, { seed: seed + 1, lists: 2, events: 50 }).close();
    for (let index = 0; index < 5; index++) {
      const text = exported(from, nameOf(index));
      const list = `in-${index}`;
      const events = text.trimEnd().split("\n").length - 1;
      expect(await importText(to, text, { list })).toEqual({ ok: true, list, events });
      expect(bare(exported(to, list))).toBe(bare(text));
      expect(toldOf(to, list)).toEqual(toldOf(from, nameOf(index)));
    }
    expect(checkSound(to)).toMatchObject({ ok: true, checked: { lists: 7 } });
  },
);

test("one that was deleted comes in alive, under an epoch of its own, without keys", async () => {
  const path = newStorePath();
  makeSample(path, { seed: 1, lists: 5, events: 100 }).close();
  const text = exported(path, nameOf(3));
  expect(text).toMatch(/^[^\n]+"deleted_at":\d+/);
  expect(text).not.toMatch(/key|epoch/);
  await importText(path, text);
  const all = served(path, ["in"], USERS);
  if (!all.ok) throw new Error(all.message);
  const told = all.lists.get("in");
  expect(typeof told === "object" && JSON.parse(told.text)).toMatchObject({ life: null, keys: [] });
  const owners = [...all.pages].filter(([, page]) => page !== "failed" && page.has("in"));
  expect(owners.length).toBeGreaterThan(0);
});

test("without an id it gets one that cannot be guessed", async () => {
  const path = newStorePath();
  makeSample(path, { seed: 1, lists: 1, events: 9 }).close();
  const done = await importText(path, exported(path, nameOf(0)), { list: undefined });
  expect(done).toMatchObject({ ok: true, list: expect.stringMatching(/^[\w-]{21}$/) });
});

test("it makes the store when there is none", async () => {
  const from = newStorePath();
  makeSample(from, { seed: 1, lists: 1, events: 9 }).close();
  const to = newStorePath();
  expect(await importText(to, exported(from, nameOf(0)))).toMatchObject({ ok: true });
  expect(checkSound(to)).toMatchObject({ ok: true, checked: { lists: 1 } });
});

test("a file is there whole or not at all, is its owner's, and is never replaced", () => {
  const path = newStorePath();
  makeSample(path, { seed: 1, lists: 1, events: 9 }).close();
  const file = join(dirname(path), "list.jsonl");
  expect(exportToFile(path, "nowhere", file)).toEqual({
    ok: false,
    message: `There is no list nowhere in ${path}.`,
  });
  expect(existsSync(file)).toBe(false);
  expect(exportToFile(path, nameOf(0), file)).toMatchObject({ ok: true });
  expect(readFileSync(file, "utf8")).toBe(exported(path, nameOf(0)));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, "mine");
  expect(exportToFile(path, nameOf(0), file)).toMatchObject({ ok: false });
  expect(readFileSync(file, "utf8")).toBe("mine");
  expect(existsSync(`${file}.draft`)).toBe(false);
});

describe("what no client could have sent is refused by its line, and nothing comes in:", () => {
  const member = (user: string, role: string) => ({ user, role });
  const header = {
    format: "todo-actors list",
    version: 1,
    list: "out",
    owner: "alice",
    at: 1000,
    first_title: "Food",
    title: "Food",
    members: [member("alice", "owner")],
    seq: 1,
  };
  const todo = { id: 1, title: "Milk", date: null, done: false, rev: 1 };
  const added = { seq: 1, at: 1000, by: "alice", pid: "<0.7.0>", op: "todo_added", todo };
  const second = { ...added, seq: 2 };
  const set = { ...second, op: "member_set", todo: undefined, user: "bob" };

  async function sentence(lines: readonly unknown[], more: Partial<ImportOptions> = {}) {
    const path = newStorePath();
    openWriter(path).writer.close();
    const before = readFileSync(path);
    const text = lines
      .map((line) => (typeof line === "string" ? line : JSON.stringify(line)))
      .join("\n");
    const done = await importText(path, text, more);
    expect(readFileSync(path).equals(before)).toBe(true);
    return done.ok ? "came in" : done.message;
  }

  test("the lines that the others are changed from are good", async () => {
    expect(
      await importText(newStorePath(), [header, added].map((l) => JSON.stringify(l)).join("\n")),
    ).toEqual({ ok: true, list: "in", events: 1 });
  });

  test.each<[string, readonly unknown[], RegExp]>([
    ["nothing", [], /^After line 0: there is no line/],
    ["no JSON", ["{"], /^Line 1: this is no JSON/],
    ["no header", [added], /^Line 1: format must be "todo-actors list"; nothing came/],
    ["a newer one", [{ ...header, version: 2 }], /^Line 1: version must be 1, or the file is of a/],
    ["a bad owner", [{ ...header, owner: "a b" }], /^Line 1: owner must be a user name/],
    ["a header of tomorrow", [{ ...header, at: NOW * 2 }], /^Line 1: at is in the future/],
    ["an empty line", [header, "", added], /^Line 2: this is no JSON/],
    ["a list for an event", [header, []], /^Line 2: /],
    [
      "an op of a newer one",
      [header, { ...added, op: "todo_sung" }],
      /^Line 2: op must be an event/,
    ],
    ["a member more", [header, { ...added, epoch: "e" }], /^Line 2: params must be an object with/],
    ["a seq too high", [header, second], /^Line 2: seq must be 1, one more than before; 2 came/],
    ["a seq twice", [header, added, added], /^Line 3: seq must be 2/],
    ["a time that goes back", [header, { ...added, at: 999 }], /^Line 2: at is earlier/],
    ["a time of tomorrow", [header, { ...added, at: NOW * 2 }], /^Line 2: at is in the future/],
    ["a bad pid", [header, { ...added, pid: "me" }], /^Line 2: pid must be a process/],
    [
      "a bad date",
      [header, { ...added, todo: { ...todo, date: "2026-02-30" } }],
      /^Line 2: todo\.date/,
    ],
    [
      "a title too long",
      [header, { ...added, todo: { ...todo, title: "x".repeat(501) } }],
      /todo\.title/,
    ],
    ["a todo's member more", [header, { ...added, todo: { ...todo, x: 1 } }], /^Line 2: todo\./],
    [
      "a wrong rev",
      [header, { ...added, todo: { ...todo, rev: 7 } }],
      /^Line 2: todo\.rev must be/,
    ],
    [
      "an id too high",
      [header, { ...added, todo: { ...todo, id: 2 } }],
      /todo\.id must be at most 1/,
    ],
    [
      "an id twice",
      [header, added, { ...second, todo: { ...todo, rev: 2 } }],
      /^Line 3: there is a todo/,
    ],
    [
      "a change of none",
      [header, { ...added, op: "todo_updated" }],
      /^Line 2: there is no such todo/,
    ],
    [
      "an end of none",
      [header, { ...added, todo: undefined, op: "todo_deleted", id: 1 }],
      /^Line 2: there is no such todo/,
    ],
    [
      "the last owner lowered",
      [header, added, { ...set, user: "alice", role: "editor" }],
      /^Line 3: a list always has an owner/,
    ],
    [
      "the last owner removed",
      [header, added, { ...set, op: "member_removed", user: "alice" }],
      /^Line 3: a list always has an owner/,
    ],
    [
      "nobody removed",
      [header, added, { ...set, op: "member_removed" }],
      /^Line 3: there is no such member/,
    ],
    ["a role of none", [header, added, { ...set, role: "king" }], /^Line 3: role must be/],
    [
      "a write of two kinds",
      [header, added, { ...set, role: "editor", with_next: true }],
      /with_next/,
    ],
    ["fewer events than told", [header], /^After line 1: the header tells of 1 events; 0 came/],
    ["half a write", [header, { ...added, with_next: true }], /^After line 2: /],
    [
      "another title at the end",
      [{ ...header, title: "F" }, added],
      /another title or other members/,
    ],
    [
      "other members at the end",
      [{ ...header, members: [...header.members, member("bob", "viewer")] }, added],
      /another title or other members/,
    ],
    [
      "a line too long",
      [header, "x".repeat(LINE_BYTES_MAX + 1)],
      /^Line 2: it is no UTF-8, or longer/,
    ],
  ])("%s", async (_, lines, says) => {
    expect(await sentence(lines)).toMatch(says);
  });

  test("text that is no UTF-8", async () => {
    expect(await importText(newStorePath(), Buffer.from([0x7b, 0xff, 0x7d, 0x0a]))).toMatchObject({
      message: expect.stringMatching(/^Line 1: it is no UTF-8/),
    });
  });

  test("more than a list may hold", async () => {
    expect(await sentence([header, added], { listTodosMax: 0 })).toMatch(/^Line 2: .* 0 todos/);
    expect(await sentence([header, added], { listBytesMax: 9 })).toMatch(/^Line 2: .* 9 bytes/);
    const many = Array.from({ length: LIST_MEMBERS_MAX }, (_, index) => {
      return { ...set, seq: index + 2, user: `user-${index}`, role: "viewer" };
    });
    expect(await sentence([header, added, ...many])).toMatch(/^Line 1002: a list has at most 1000/);
  });

  test("an id that is taken, also by a list that was deleted", async () => {
    const path = newStorePath();
    makeSample(path, { seed: 1, lists: 5, events: 100 }).close();
    const text = exported(path, nameOf(0));
    for (const list of [nameOf(0), nameOf(3)]) {
      expect(await importText(path, text, { list })).toEqual({
        ok: false,
        message: expect.stringContaining(`The id ${list} is taken`),
      });
    }
  });

  test("a member of too many lists", async () => {
    const path = newStorePath();
    const { writer } = openWriter(path);
    writer.commit(Array.from({ length: USER_LISTS_MAX }, (_, index) => born(`${index}`)));
    writer.close();
    const lines = [{ ...header, owner: BIRTH.owner }, added].map((line) => JSON.stringify(line));
    expect(await importText(path, lines.join("\n"))).toMatchObject({
      message: expect.stringContaining("as many lists as anybody may be"),
    });
  });
});
