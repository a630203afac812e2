/**
 * DataFolder: makes the folder in which a server keeps what survives.
 *
 * Node's own recursive mkdir never returns for a folder below /proc, where making one fails as if
 * its parent were missing; so the missing ones are made here, one by one.
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Only for its owner: the secret is in there. */
const MODE = 0o700;

/** Makes `path` and the folders above it, where they are not there; throws what mkdir does. */
export function makeDataFolder(path: string): void {
  const folder = resolve(path);
  const missing: string[] = [];
  for (let above = folder; !existsSync(above); above = dirname(above)) missing.push(above);
  for (const each of missing.reverse()) makeOne(each);
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
}

/** Another starter may be quicker. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: MODE });
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
