/**
 * Environment: what variables say, and the user's own files, whose folders they may move.
 *
 * Shape: a file lies in the folder `todo` of XDG_CONFIG_HOME (~/.config) or of XDG_STATE_HOME
 *        (~/.local/state). The compiled code in XDG_CACHE_HOME is found by bin/todo.mjs, which runs
 *        before any of this is loaded.
 * Source: XDG Base Directory Specification; it has relative paths ignored.
 */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Variables by name, as in process.env. */
export type Env = Readonly<Record<string, string | undefined>>;

const FOLDERS = {
  config: { variable: "XDG_CONFIG_HOME", else: [".config"] },
  state: { variable: "XDG_STATE_HOME", else: [".local", "state"] },
} as const;

/** A variable that is set to nothing is not set. */
export function given(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** userFile({}, "config", "config.json") → "/home/alice/.config/todo/config.json" */
export function userFile(env: Env, kind: keyof typeof FOLDERS, name: string): string {
  const folder = FOLDERS[kind];
  const named = env[folder.variable] ?? "";
  const base = isAbsolute(named) ? named : join(homeOf(env), ...folder.else);
  return join(base, "todo", name);
}

/** The user's home. */
export function homeOf(env: Env): string {
  return given(env.HOME) ?? homedir();
}
