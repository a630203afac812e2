/**
 * DurableFile: a name that another has taken meanwhile is not taken from it.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { putNew } from "../../../server/storage/tools/durable_file.ts";
import { newStorePath } from "../store_folder.ts";

test("a draft gets a name that is free, and replaces nothing", () => {
  const folder = dirname(newStorePath());
  const [draft, path] = [join(folder, "draft"), join(folder, "file")];
  writeFileSync(draft, "mine");
  writeFileSync(path, "theirs");
  expect(putNew(draft, path)).toBe(false);
  expect(readFileSync(path, "utf8")).toBe("theirs");
  const free = join(folder, "free");
  expect(putNew(draft, free)).toBe(true);
  expect([readFileSync(free, "utf8"), existsSync(draft)]).toEqual(["mine", false]);
});
