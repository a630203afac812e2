/**
 * StoreFolder: a folder for one test's store, gone when the test file is done.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The path of a store that is not there yet, in a new folder. */
export function newStorePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "todo-actors-log-"));
  folders.push(folder);
  return join(folder, "todo.db");
}
