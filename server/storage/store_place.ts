/**
 * StorePlace: where the store of a data folder is, and to whom the files beside it belong.
 *
 * What guards a store (lock, mark, log) stands beside it under its name, so it has one name alone:
 * a link is followed here, as SQLite would follow it.
 */
import { chownSync, existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

/** The path of the store in that folder, which need not be there yet. */
export function storePathIn(folder: string): string {
  const path = join(folder, "todo.db");
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (!isLink || !existsSync(path)) return path; // One that leads nowhere is refused at its place.
  return realpathSync(path);
}

/** As giveTo, by root and where that may do so. */
export function offerTo(file: string, like: string): void {
  if (process.getuid?.() !== 0) return;
  try {
    giveTo(file, like);
  } catch {
    return; // Root of a container, without that right.
  }
}

/** Makes the owner of `like` that of a file we made: a server run by another user is to open it. */
export function giveTo(file: string, like: string): void {
  const [is, wanted] = [statSync(file), statSync(like)];
  if (is.uid !== wanted.uid || is.gid !== wanted.gid) chownSync(file, wanted.uid, wanted.gid);
}
