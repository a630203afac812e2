/**
 * SimDisk: what is synced survives, what is not meets its fate; the real store comes through it.
 */
import { afterEach, expect, test, vi } from "vitest";
import type { Append, ReadFault } from "../../server/storage/event_log.ts";
import { Conditions } from "./conditions.ts";
import { Dice } from "./dice.ts";
import { Reached } from "./reached.ts";
import { SimDisk } from "./sim_disk.ts";
import type { SimStore } from "./sim_store.ts";
import { StoreFiles } from "./store_files.ts";
import type { Look } from "./store_looks.ts";

const FATES = ["lost", "kept", "torn"] as const;
const SEEDS = 40;
const DAMAGED: ReadFault = "damaged";

/** A disk, and what its world knows of it. */
interface World {
  readonly disk: SimDisk;
  readonly conditions: Conditions;
  readonly reached: Reached;
  /** The batches of which something is kept. */
  readonly learned: (readonly Append[])[];
}

let worlds: World[] = [];

afterEach(() => {
  for (const { disk } of worlds) disk.close();
  worlds = [];
});

function worldOf(seed: number): World {
  const learned: (readonly Append[])[] = [];
  const truth = {
    get records() {
      return learned.length;
    },
    learn: (kept: readonly Append[]) => void learned.push(kept),
  };
  const conditions = new Conditions(() => 0);
  const reached = new Reached();
  const dice = new Dice(seed, 9);
  const disk = new SimDisk({ secret: "secret", dice, truth, conditions, reached });
  const world = { disk, conditions, reached, learned };
  worlds.push(world);
  return world;
}

/** An event of a list, with its birth when it is the first. */
function event(list: string, seq: number, bytes = 20): Append {
  const title = `${list}-${seq}`.padEnd(bytes, "x");
  const body = JSON.stringify({ op: "list_renamed", title });
  const row = { seq, at: 1, user: "alice", pid: "p", key: `k${seq}`, body, count: 0, title };
  const birth = { epoch: "e", title: "t", owner: "alice", at: 1, key: null, firstSeq: 1 };
  return { list, rows: [row], ...(seq === 1 && { birth }) };
}

function write({ learned }: World, store: SimStore, ...appends: Append[]) {
  store.write({ appends, bad: -1, isFull: false });
  const committed = store.sync();
  if (committed.kept.length > 0) learned.push(committed.kept);
  return committed;
}

function begin(store: SimStore, ...appends: Append[]): void {
  store.write({ appends, bad: -1, isFull: false });
}

function lookAt<News>(look: Look<News>): readonly News[] {
  const told: News[] = [];
  for (;;) {
    const { done, value } = look.next();
    told.push(...value);
    if (done === true) return told;
  }
}

/** The highest seq of a list, 0: there is none; or why that is not told. */
function seqOf(store: SimStore, list: string): number | ReadFault {
  const [loaded] = lookAt(store.load(list, 1));
  if (loaded?.type !== "loaded") return loaded?.reason ?? "io";
  if (loaded.state === null) return 0;
  return loaded.state.events.at(-1)?.seq ?? loaded.state.snapshot?.seq ?? 0;
}

test("what is synced survives, whatever becomes of the rest, and of the machine", () => {
  for (const isMachine of [false, true]) {
    for (const fate of FATES) {
      const world = worldOf(1);
      const store = world.disk.open("g0");
      write(world, store, event("a", 1));
      begin(store, event("a", 2), event("b", 1));
      expect(world.disk.crash({ isMachine, fate })).toBe(true);
      const next = world.disk.open("g1");
      expect(world.disk.generation).toBe("g0");
      const kept = world.learned.length - 1;
      if (fate !== "torn") expect(kept).toBe(fate === "kept" ? 1 : 0);
      expect([seqOf(next, "a"), seqOf(next, "b")]).toEqual([1 + kept, kept]);
    }
  }
});

test("a batch cut off at any place is there or is not, and what is written next is read", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const isMachine = seed % 2 === 0;
    const world = worldOf(seed);
    const store = world.disk.open("g0");
    write(world, store, event("a", 1));
    begin(store, event("a", 2, 9_000), event("b", 1));
    world.disk.crash({ isMachine, fate: "torn" });
    const next = world.disk.open("g1");
    const seq = world.learned.length;
    expect(seqOf(next, "a")).toBe(seq);
    write(world, next, event("a", seq + 1), event("c", 1));
    expect([seqOf(next, "a"), seqOf(next, "c")]).toEqual([seq + 1, 1]);
  }
});

test("what a program has left in the cache is lost with the machine", () => {
  const world = worldOf(1);
  const store = world.disk.open("g0");
  write(world, store, event("a", 1));
  begin(store, event("a", 2));
  world.disk.crash({ isMachine: false, fate: "kept" });
  expect(world.disk.crash({ isMachine: true, fate: "lost" })).toBe(true);
  expect(world.reached.counts.cache_lost).toBe(1);
  expect(seqOf(world.disk.open("g1"), "a")).toBe(1);
});

test("what was found in the cache is safe once the store is open", () => {
  for (const fate of FATES) {
    const world = worldOf(1);
    const store = world.disk.open("g0");
    write(world, store, event("a", 1));
    begin(store, event("a", 2));
    world.disk.crash({ isMachine: false, fate: "kept" });
    world.disk.open("g1");
    expect(world.learned).toHaveLength(2);
    world.disk.crash({ isMachine: true, fate });
    expect(seqOf(world.disk.open("g1"), "a")).toBe(2);
  }
});

test("a store that was opened without a sync, and has lost what was found, is noticed", () => {
  const notSynced = vi.spyOn(StoreFiles.prototype, "isLogWritten", "get").mockReturnValue(false);
  const { disk } = worldOf(1);
  begin(disk.open("g0"), event("a", 1));
  disk.crash({ isMachine: false, fate: "kept" });
  disk.open("g1");
  disk.crash({ isMachine: true, fate: "lost" });
  expect(() => disk.open("g1")).toThrow(/the store is at .*, and was synced at/);
  notSynced.mockRestore();
});

test("a copy put back has what it had, and another generation", () => {
  const had = new Set<number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = worldOf(seed);
    let store = world.disk.open("g0");
    for (let seq = 1; seq <= 20; seq++) write(world, store, event("a", seq));
    if (seed % 2 === 0) store.mark();
    if (seed % 3 === 0) store.close();
    else world.disk.crash({ isMachine: false, fate: "lost" });
    const kept = world.disk.putBack(10);
    had.add(kept);
    world.learned.length = kept;
    store = world.disk.open("g1");
    expect(world.disk.generation).toBe("g1");
    expect(seqOf(store, "a")).toBe(kept);
  }
  expect(had).toContain(20); // All of it, moved there and back.
  expect(had.size).toBeGreaterThan(3);
});

test("a full disk refuses a batch, also in its midst, and keeps the next", () => {
  const world = worldOf(3);
  const store = world.disk.open("g0");
  write(world, store, event("a", 1));
  for (let turn = 0; turn < 12; turn++) {
    store.write({ appends: [event("b", 1, 50_000)], bad: -1, isFull: true });
    const { kept, refused } = store.sync();
    expect([kept.length, refused.get(0)]).toEqual([0, "read_only"]);
  }
  expect(world.reached.counts.full_amid_batch).toBeGreaterThan(0);
  expect(world.reached.counts.full_amid_batch).toBeLessThan(12);
  write(world, store, event("a", 2), event("b", 1, 50_000));
  expect([seqOf(store, "a"), seqOf(store, "b")]).toEqual([2, 1]);
});

test("an append that cannot be kept is refused with those of its list behind it", () => {
  const { disk } = worldOf(1);
  const store = disk.open("g0");
  const appends = [event("a", 1), event("b", 1), event("a", 2), event("b", 2)];
  store.write({ appends, bad: 1, isFull: false });
  const { kept, refused } = store.sync();
  expect(kept).toEqual([appends[0], appends[2]]);
  expect([...refused]).toEqual([
    [1, "constraint"],
    [3, "constraint"],
  ]);
});

test("a damaged list is met by every look that passes the place, until it is mended", () => {
  const world = worldOf(1);
  const store = world.disk.open("g0");
  write(world, store, event("a", 1), event("b", 1));
  world.conditions.damaged.add("a");
  const range = { before: 9, after: 0, limit: 9, bytesMax: 999, bytesEach: 1 };
  const events = () => lookAt(store.events({ list: "a", ...range }, 1));
  const writes = () =>
    lookAt(store.writes({ list: "a", since: 0, allSince: 0, limit: 9 }, 1)).slice(-1);
  expect(seqOf(store, "a")).toBe("damaged");
  expect(events()).toEqual([{ type: "look_failed", ref: 1, reason: DAMAGED }]);
  expect(writes()).toEqual([{ type: "look_failed", ref: 1, reason: DAMAGED }]);
  expect(seqOf(store, "b")).toBe(1);
  world.disk.crash({ isMachine: true, fate: "lost" });
  const next = world.disk.open("g1");
  expect(seqOf(next, "a")).toBe("damaged");
  world.conditions.damaged.clear();
  expect(seqOf(next, "a")).toBe(1);
});
