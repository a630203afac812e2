/**
 * BitFlips: one bit of a store is another; every list is served as it was, or refused by name, or
 * the whole store is refused by a sentence. Nothing is ever served wrong.
 *
 * Shape: half of the flips are anywhere, half in the pages of the small tables, which take little
 *        room and no chain of sums. FLIPS=200 for more, FLIPS_SEED for others.
 */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { StoreMark } from "../../../server/storage/store_mark.ts";
import { isSound } from "../../../server/storage/tools/store_check.ts";
import { checkFile } from "../../../server/storage/tools/store_file.ts";
import { type Random, seeded } from "../../../shared/random.ts";
import { framesOf } from "../log_frames.ts";
import { newStorePath } from "../store_folder.ts";
import { makeSample, nameOf, USERS } from "./sample_store.ts";
import { type ListServed, type Served, served, wrongOf } from "./served.ts";

const FLIPS = Number(process.env.FLIPS ?? 30);
const SEED = Number(process.env.FLIPS_SEED ?? 1);
const LISTS = 12;
const NAMES = Array.from({ length: LISTS }, (_, index) => nameOf(index));
const PAGE_BYTES = 4096;

/** A closed store, some of its heads behind a checkpoint. */
function sample(): string {
  const path = newStorePath();
  makeSample(path, { seed: SEED, lists: LISTS, events: 900, checkpointEvents: 400 }).close();
  return path;
}

/** A store as a killed server leaves it: the last of it is in its log alone. */
function crashed(): { readonly path: string; readonly log: Buffer } {
  const live = newStorePath();
  const writer = makeSample(live, { seed: SEED, lists: LISTS, events: 300, checkpointEvents: 100 });
  const path = newStorePath();
  copyFileSync(live, path);
  const log = readFileSync(`${live}-wal`);
  new StoreMark(path).begin(writer.pos);
  writer.close();
  return { path, log };
}

/** The numbers of the pages of all tables but those of events and snapshots. */
function smallPages(path: string): number[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const pages = db
    .prepare("SELECT pageno FROM dbstat WHERE name NOT IN ('events', 'snapshots')")
    .all();
  db.close();
  return pages.map(({ pageno }) => Number(pageno));
}

/** Another file in the store's place; what SQLite made beside the former one goes. */
function replaceBy(path: string, bytes: Buffer): void {
  for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
  writeFileSync(path, bytes);
}

function flip(
  bytes: Buffer,
  chance: Random,
  pages: readonly number[],
): { at: number; bit: number } {
  const isSmall = chance() < 0.5;
  const page = pages[Math.floor(chance() * pages.length)] ?? 1;
  let at = 0;
  do {
    at = isSmall
      ? (page - 1) * PAGE_BYTES + Math.floor(chance() * PAGE_BYTES)
      : Math.floor(chance() * bytes.length);
  } while (bytes[at] === 0 && chance() < 0.9); // Most of a page is unused.
  const bit = Math.floor(chance() * 8);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return { at, bit };
}

function outcomeOf(now: Served): "refused" | "named" | "as it was" {
  if (!now.ok) return "refused";
  const isNamed = [...now.lists.values()].includes("damaged");
  return isNamed ? "named" : "as it was";
}

test(`after any of ${FLIPS} flips everything is as it was, or refused`, {
  timeout: 900_000,
}, () => {
  const path = sample();
  const whole = readFileSync(path);
  const pages = smallPages(path);
  const right = served(path, NAMES, USERS);
  expect(right.ok).toBe(true);
  const chance = seeded(SEED);
  const outcomes = new Map<string, number>();
  for (let count = 0; count < FLIPS; count++) {
    const bytes = Buffer.from(whole);
    const where = flip(bytes, chance, pages);
    replaceBy(path, bytes);
    const checked = checkFile(path);
    const isKnown = !checked.ok || !isSound(checked.checked);
    replaceBy(path, bytes);
    const now = served(path, NAMES, USERS);
    expect({ seed: SEED, ...where, wrong: wrongOf(right, now) }).toEqual({
      seed: SEED,
      ...where,
      wrong: [],
    });
    const outcome = outcomeOf(now);
    // Whatever a server refuses, `verify` finds.
    if (outcome !== "as it was") expect({ ...where, isKnown }).toEqual({ ...where, isKnown: true });
    if (!now.ok) expect(now.message).toMatch(/^\/.*todo\.db\b.*\.$/);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect([...outcomes.keys()].toSorted()).toEqual(["as it was", "named", "refused"]);
});

/** An earlier moment of the same list: its events are the oldest of those that were written. */
function isEarlier(was: ListServed | undefined, is: ListServed): boolean {
  if (typeof was !== "object") return false;
  if (is === "absent") return true;
  if (typeof is !== "object") return false;
  const [all, some] = [was, is].map(({ text }) => JSON.parse(text).history.events as object[]);
  if (all === undefined || some === undefined) return false;
  return JSON.stringify(all.slice(all.length - some.length)) === JSON.stringify(some);
}

test("after a flip in its log a crashed store lacks its last commit at most, or is refused", () => {
  const { path, log } = crashed();
  const lastBegins =
    framesOf(log)
      .filter(({ isCommit }) => isCommit)
      .at(-2)?.end ?? 0;
  const file = readFileSync(path);
  writeFileSync(`${path}-wal`, log);
  const right = served(path, NAMES, USERS);
  if (!right.ok) throw new Error(right.message);
  const chance = seeded(SEED);
  let [earlier, refused] = [0, 0];
  for (let count = 0; count < FLIPS; count++) {
    const bytes = Buffer.from(log);
    // Some of them in the header, which is 32 bytes of many thousand, and in the last commit.
    const part = chance();
    const from = part > 0.7 ? lastBegins : 0;
    const at = from + Math.floor(chance() * (part < 0.2 ? 32 : log.length - from));
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(chance() * 8));
    replaceBy(path, file);
    writeFileSync(`${path}-wal`, bytes);
    const now = served(path, NAMES, USERS);
    if (!now.ok) {
      refused += 1;
      continue;
    }
    const wrong = NAMES.filter(
      (name) => !isEarlier(right.lists.get(name), now.lists.get(name) ?? "absent"),
    );
    expect({ seed: SEED, at, wrong }).toEqual({ seed: SEED, at, wrong: [] });
    if (JSON.stringify([...now.lists]) === JSON.stringify([...right.lists])) continue;
    expect({ at, isInLast: at >= lastBegins }).toEqual({ at, isInLast: true });
    earlier += 1;
  }
  expect(earlier).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
});
