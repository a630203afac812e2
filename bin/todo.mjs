#!/usr/bin/env node
/**
 * todo: the command line client.
 *
 * Node's compile cache takes two thirds off a command's start. It is kept in the user's own cache
 * folder (XDG_CACHE_HOME, ~/.cache), not in /tmp: what is in it is run.
 */
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { launch } from "./launch.mjs";

const { HOME, XDG_CACHE_HOME = "", NODE_COMPILE_CACHE } = process.env;
if (NODE_COMPILE_CACHE === undefined) {
  const cache = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(HOME || homedir(), ".cache");
  const folder = join(cache, "todo", "compile");
  try {
    makeFolder(folder);
    process.env.NODE_COMPILE_CACHE = folder;
  } catch {
    process.env.NODE_DISABLE_COMPILE_CACHE = "1"; // Slower, and right.
  }
}

await launch("client/cli/main");

/** One by one: Node's recursive mkdir, which the cache uses, never returns below /proc. */
function makeFolder(path) {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
