/**
 * DurableFile: files that are at their place whole or not at all, whenever the power goes.
 *
 * Whoever makes one writes it beside its place, syncs it, and only then gives it its name.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname } from "node:path";

/** What is in the file is on disk. */
export function syncFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Gives a synced file that name. False: another has it. */
export function putNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path); // Unlike a rename it replaces nothing.
    rmSync(draft);
  } catch (error) {
    if (existsSync(path)) return false;
    if (!isWithoutLinks(error)) throw error;
    renameSync(draft, path);
  }
  syncFolder(path);
  return true;
}

/** Gives a synced file that name, in place of what has it. */
export function putOver(draft: string, path: string): void {
  renameSync(draft, path);
  syncFolder(path);
}

/** Gives a file a second name, which it keeps when another is put over it. */
export function keepAs(path: string, name: string): void {
  try {
    linkSync(path, name);
  } catch (error) {
    if (!isWithoutLinks(error)) throw error;
    copyFileSync(path, name);
    syncFile(name);
  }
  syncFolder(name);
}

/** The names in the folder of `path` are on disk. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return; // It has no fsync of a folder.
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Its file system has no hard links: FAT, some of a network. */
function isWithoutLinks(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS" || code === "EOPNOTSUPP";
}
