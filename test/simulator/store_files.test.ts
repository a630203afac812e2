/**
 * StoreFiles: what a crash leaves of bytes that were not synced.
 */
import { expect, test } from "vitest";
import { Dice } from "./dice.ts";
import { cutWithin, tornWithin } from "./store_files.ts";

const SEEDS = 300;
const SYNCED = 2_000;

/** A log that had SYNCED bytes and has more. */
const before = Buffer.alloc(SYNCED, "a");
const after = Buffer.concat([before, Buffer.alloc(3_000, "b")]);

test("a program leaves what it wrote up to some byte", () => {
  const lengths = new Set<number>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const left = cutWithin(before, after, new Dice(seed));
    expect(left).toEqual(after.subarray(0, left.length));
    expect(left.length).toBeGreaterThanOrEqual(SYNCED);
    lengths.add(left.length);
  }
  expect(lengths.size).toBeGreaterThan(SEEDS / 2);
});

test("a machine leaves all up to some byte, or all but some pages, and all that was synced", () => {
  let holes = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const left = tornWithin(before, after, new Dice(seed));
    expect(left.subarray(0, SYNCED)).toEqual(before);
    if (left.includes(0)) holes += 1;
  }
  expect(holes).toBeGreaterThan(SEEDS / 4);
});

test("a log that begins anew has its old header, or the new one and what follows", () => {
  const old = Buffer.alloc(4_096, "o");
  const anew = Buffer.concat([Buffer.alloc(1_000, "n"), old.subarray(1_000)]);
  const headers = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const left = (seed % 2 === 0 ? cutWithin : tornWithin)(old, anew, new Dice(seed));
    expect(left).toHaveLength(old.length);
    expect(left.subarray(1_000)).toEqual(old.subarray(1_000));
    headers.add(left.toString("utf8", 0, 32));
    if (left[0] === old[0]) expect(left).toEqual(old);
  }
  expect(headers).toEqual(new Set(["o".repeat(32), "n".repeat(32)]));
});
