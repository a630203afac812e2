#!/usr/bin/env node
/**
 * todo: the command line client.
 *
 * Node's compile cache takes two thirds off a command's start. It is kept in the user's own cache
 * folder (XDG_CACHE_HOME, ~/.cache), not in /tmp: what is in it is run.
 */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { launch } from "./launch.mjs";

const { HOME, XDG_CACHE_HOME = "" } = process.env;
const cache = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(HOME || homedir(), ".cache");
process.env.NODE_COMPILE_CACHE ??= join(cache, "todo-actors", "compile");

await launch("client/cli/main");
