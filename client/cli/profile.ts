/**
 * Profile: a server and who one is there, kept under a name in the user's configuration.
 *
 * Shape: `todo/config.json` in XDG_CONFIG_HOME (~/.config): {"profiles": {NAME: {url, as, data,
 *        list, token_file}}}, each member text and optional. `default` is the one that counts when
 *        none is named. Paths are absolute, begin with ~/ or are meant from the file's folder.
 *        A token has a file of its own, so that this one may be shown to others.
 * Errors: CliError (usage).
 */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Env, homeOf, userFile } from "./environment.ts";
import { CliError, EXIT } from "./exit_code.ts";

const MEMBERS = ["url", "as", "data", "list", "token_file"];
const DEFAULT = "default";
const EXAMPLE = '{"profiles": {"NAME": {"url": "wss://HOST/socket", "token_file": "PATH"}}}';

/** What a profile says; absent: not said. */
export interface Profile {
  readonly name?: string;
  readonly url?: string;
  readonly as?: string;
  readonly data?: string;
  readonly list?: string;
  readonly tokenFile?: string;
}

/** The profile of that name; undefined: `default`, or an empty one when there is none. */
export function readProfile(name: string | undefined, env: Env): Profile {
  const file = userFile(env, "config", "config.json");
  const profiles = readProfiles(file);
  const raw = Object.hasOwn(profiles, name ?? DEFAULT) ? profiles[name ?? DEFAULT] : undefined;
  if (raw !== undefined) return profileOf(raw, { name: name ?? DEFAULT, file, env });
  if (name === undefined) return {};
  const names = Object.keys(profiles).map((known) => JSON.stringify(known));
  const has = names.length === 0 ? "none" : names.join(", ");
  throw usage(`${file} has no profile ${JSON.stringify(name)}; it has ${has}.`);
}

function readProfiles(file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return {};
    throw usage(`${file} cannot be read (${codeOf(error)}). Make it readable, or remove it.`);
  }
  const config = parsed(text, file);
  const profiles = isRecord(config) ? (config.profiles ?? {}) : undefined;
  if (isRecord(profiles)) return profiles;
  throw usage(`${file} wants the shape ${EXAMPLE}; another one came.`);
}

/** The parser's own words may repeat what the file holds, so only the place is taken over. */
function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [, line, column] = /line (\d+) column (\d+)/.exec(String(error)) ?? [];
    const where = line === undefined ? "" : ` at line ${line}, column ${column}`;
    throw usage(`${file} is not JSON${where}. Correct it, or remove it.`);
  }
}

function profileOf(
  raw: unknown,
  { name, file, env }: { readonly name: string; readonly file: string; readonly env: Env },
): Profile {
  const about = `${file}: profile ${JSON.stringify(name)}`;
  if (!isRecord(raw)) throw usage(`${about} wants an object with ${MEMBERS.join(", ")}.`);
  const path = (text: string) => pathFrom(dirname(file), text, env);
  const said: Record<string, string> = {};
  for (const [member, value] of Object.entries(raw)) {
    if (member === "token") {
      throw usage(`${about} has a token: keep it in a file of its own, named as "token_file".`);
    }
    if (!MEMBERS.includes(member)) {
      throw usage(`${about} has a ${JSON.stringify(member)}; want ${MEMBERS.join(", ")}.`);
    }
    if (typeof value !== "string" || value === "") {
      throw usage(`${about} wants text as ${JSON.stringify(member)}.`);
    }
    said[member] = value;
  }
  const { url, as, data, list, token_file } = said;
  if (token_file !== undefined && url === undefined) {
    throw usage(`${about} has a "token_file": say with "url" which server it is for.`);
  }
  return {
    name,
    ...(url === undefined ? {} : { url }),
    ...(as === undefined ? {} : { as }),
    ...(data === undefined ? {} : { data: path(data) }),
    ...(list === undefined ? {} : { list }),
    ...(token_file === undefined ? {} : { tokenFile: path(token_file) }),
  };
}

function pathFrom(folder: string, text: string, env: Env): string {
  return text.startsWith("~/") ? join(homeOf(env), text.slice(2)) : resolve(folder, text);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown error";
}

function usage(sentence: string): CliError {
  return new CliError(EXIT.usage, sentence);
}
