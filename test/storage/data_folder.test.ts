/**
 * DataFolder: what is missing is made, and what cannot be made is refused at once.
 */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { makeDataFolder } from "../../server/storage/data_folder.ts";
import { newStorePath } from "./store_folder.ts";

test("the folder and those above it are made, for their owner alone", () => {
  const above = join(dirname(newStorePath()), "a");
  const folder = join(above, "b", "c");
  makeDataFolder(folder);
  makeDataFolder(folder); // It is there now.
  expect(statSync(folder).isDirectory()).toBe(true);
  expect(statSync(above).mode & 0o777).toBe(0o700);
});

test("a file in its place, or above it, is refused", () => {
  const file = newStorePath();
  writeFileSync(file, "");
  expect(() => makeDataFolder(file)).toThrow();
  expect(() => makeDataFolder(join(file, "b"))).toThrow();
});

test.runIf(existsSync("/proc/self"))("a folder below /proc is refused, not tried for ever", () => {
  expect(() => makeDataFolder("/proc/data")).toThrow("ENOENT");
  expect(() => makeDataFolder("/proc/data/below")).toThrow("ENOENT");
});
