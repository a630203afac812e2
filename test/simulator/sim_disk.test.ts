/**
 * SimDisk: what is synced survives, what is torn is none.
 */
import { expect, test } from "vitest";
import { SimDisk } from "./sim_disk.ts";

function diskWith(...records: string[]): SimDisk {
  const disk = new SimDisk("secret", "g0");
  for (const record of records) {
    disk.write(record);
    disk.sync();
  }
  return disk;
}

test("what is synced survives a crash, whatever becomes of the rest", () => {
  for (const fate of ["lost", "kept", "torn"] as const) {
    const disk = diskWith('["a"]');
    disk.write('["b"]');
    expect(disk.crash(fate, 0.5)).toBe(true);
    expect(disk.read()).toEqual(fate === "kept" ? ['["a"]', '["b"]'] : ['["a"]']);
  }
});

test("a torn record is cut off at every length, and what is written next is read", () => {
  for (let length = 0; length < 1; length += 0.05) {
    const disk = diskWith('["a"]');
    disk.write('["b;b:b"]');
    disk.crash("torn", length);
    expect(disk.read()).toEqual(['["a"]']);
    disk.write('["c"]');
    disk.sync();
    expect(disk.read()).toEqual(['["a"]', '["c"]']);
  }
});

test("a copy put back has what it had, and another generation", () => {
  const disk = diskWith('["a"]', '["b"]', '["c"]');
  disk.putBack(1, "g1");
  expect(disk.read()).toEqual(['["a"]']);
  expect(disk.generation).toBe("g1");
});
