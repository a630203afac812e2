/**
 * KilledAt: preloaded into a program, it kills it at one of the steps that change what is on disk.
 *
 * KILLED_AT=7: before the seventh call that renames, links, removes, copies, syncs or opens a file
 * of a store, runs SQL, or closes a database; those of the main thread alone are counted.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";

const FILE_STEPS = [
  "renameSync",
  "linkSync",
  "rmSync",
  "copyFileSync",
  "fsyncSync",
  "openSync",
  "writeSync",
] as const;
const DATABASE_STEPS = ["exec", "close"] as const;

let left = Number(process.env.KILLED_AT ?? Number.POSITIVE_INFINITY);

function wrap(owner: object, name: string): void {
  const step = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
    if (owner !== fs || isOfStore(args)) left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
    return step.apply(this, args);
  });
}

/** The program's own files are opened by the same calls. */
function isOfStore([first]: readonly unknown[]): boolean {
  return typeof first === "number" || String(first).includes("todo.db");
}

for (const name of FILE_STEPS) wrap(fs, name);
for (const name of DATABASE_STEPS) wrap(DatabaseSync.prototype, name);
syncBuiltinESMExports();
