/**
 * Config: the server's settings, from flags and environment variables.
 *
 * Shape:  every flag has a variable: --port is TODO_PORT. A flag wins over its variable.
 * Errors: an unknown flag or a bad value is one plain sentence; the program then exits with 2.
 */
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { parseArgs } from "node:util";
import {
  CALL_TIMEOUT_MS_MAX,
  LIST_TODOS_BYTES_MAX,
  LIST_TODOS_MAX,
} from "../shared/protocol/limits.ts";

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly store: "sqlite" | "memory";
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly isBehindProxy: boolean;
  readonly allowedOrigins: readonly string[];
  readonly messagesPerS: number;
  readonly newListsPerMin: number;
  readonly listTodosMax: number;
  readonly listBytesMax: number;
  readonly logLevel: string;
  /** Milliseconds from which a call is logged as slow; 0: none is. */
  readonly slowCallMs: number;
}

/** What the arguments came to: settings, a wish for help, or a sentence about what is wrong. */
export type ParsedConfig =
  | { readonly kind: "config"; readonly config: Config }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "refused"; readonly sentence: string };

/** Flag → its value when none is given, and what it is for. No default: it is a switch. */
const FLAGS = {
  port: { fallback: "4000", help: "TCP port, 0 for one that is free" },
  host: {
    fallback: "127.0.0.1",
    help: "address to listen on; others than loopback want TLS or a proxy",
  },
  data: { fallback: "./data", help: "folder of the lists and of the tokens' secret" },
  store: { fallback: "sqlite", help: "sqlite, or memory, which keeps nothing" },
  "tls-cert": { fallback: "", help: "file of a certificate chain, PEM; with --tls-key" },
  "tls-key": { fallback: "", help: "file of its private key, PEM" },
  "behind-proxy": { fallback: "false", help: "a proxy stands before the server" },
  "allow-origin": { fallback: "", help: "origins whose pages may connect, with commas between" },
  "messages-per-s": {
    fallback: "10000",
    help: "messages read of one connection a second; 0: no limit",
  },
  "new-lists-per-min": { fallback: "1000", help: "new lists of one user a minute; 0: no limit" },
  "list-todos": { fallback: String(LIST_TODOS_MAX), help: "todos one list may hold" },
  "list-bytes": {
    fallback: `${LIST_TODOS_BYTES_MAX / 1024 ** 2}MiB`,
    help: "bytes of them as JSON; 4194304, 4096KiB or 4MiB",
  },
  "slow-call-ms": { fallback: "1000", help: "calls that take longer are logged; 0: none" },
  "log-level": { fallback: "warn", help: "trace, debug, info, warn, error or silent" },
} as const;

type Flag = keyof typeof FLAGS;
const SWITCHES: readonly Flag[] = ["behind-proxy"];
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];
const BYTES = { "": 1, KiB: 1024, MiB: 1024 ** 2 } as const;
/** A list is loaded and read as a whole. */
const LIST_BYTES_MAX = 1024 ** 3;
/** No call takes longer. */
const SLOW_CALL_MS_MAX = CALL_TIMEOUT_MS_MAX;
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** Reads the arguments after the program's name, and the environment. */
export function parseConfig(
  args: readonly string[],
  env: { readonly [name: string]: string | undefined },
): ParsedConfig {
  try {
    const { values } = parseArgs({ args: [...args], options: options(), strict: true });
    if (values.help === true) return { kind: "help", text: help() };
    const value = (flag: Flag) =>
      String(values[flag] ?? env[variable(flag)] ?? FLAGS[flag].fallback);
    return { kind: "config", config: read(value) };
  } catch (error) {
    const [sentence = ""] = String(error instanceof Error ? error.message : error).split("\n");
    return { kind: "refused", sentence };
  }
}

function read(value: (flag: Flag) => string): Config {
  const host = value("host");
  const tls = readTls(value("tls-cert"), value("tls-key"));
  const isLocal = LOOPBACK.includes(host);
  const isBehindProxy = readSwitch(value, "behind-proxy");
  if (!isLocal && tls === undefined && !isBehindProxy) {
    throw new Error(
      `--host ${host} is not loopback: give --tls-cert and --tls-key, or --behind-proxy`,
    );
  }
  return {
    host,
    tls,
    isBehindProxy,
    port: readInteger(value, "port", { max: 65_535 }),
    data: readName(value, "data"),
    store: readWord(value, "store", ["sqlite", "memory"] as const),
    allowedOrigins: value("allow-origin")
      .split(",")
      .filter((origin) => origin !== ""),
    messagesPerS: readInteger(value, "messages-per-s", { max: 1_000_000 }),
    newListsPerMin: readInteger(value, "new-lists-per-min", { max: 1_000_000 }),
    listTodosMax: readInteger(value, "list-todos", { min: 1, max: 1_000_000 }),
    listBytesMax: readBytes(value, "list-bytes"),
    logLevel: readWord(value, "log-level", LOG_LEVELS),
    slowCallMs: readInteger(value, "slow-call-ms", { max: SLOW_CALL_MS_MAX }),
  };
}

function readInteger(
  value: (flag: Flag) => string,
  flag: Flag,
  { min = 0, max }: { readonly min?: number; readonly max: number },
): number {
  const text = value(flag);
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new Error(`--${flag} must be an integer from ${min} to ${max}; "${text}" came`);
}

function readName(value: (flag: Flag) => string, flag: Flag): string {
  const text = value(flag);
  if (text !== "") return text;
  throw new Error(`--${flag} must name a folder; nothing came`);
}

function readBytes(value: (flag: Flag) => string, flag: Flag): number {
  const text = value(flag);
  const [, digits = "0", unit = ""] = /^(\d+)(KiB|MiB)?$/.exec(text) ?? [];
  const bytes = Number(digits) * BYTES[unit as keyof typeof BYTES];
  if (bytes > 0 && bytes <= LIST_BYTES_MAX) return bytes;
  throw new Error(`--${flag} must be 1 to ${LIST_BYTES_MAX} bytes, as 4MiB; "${text}" came`);
}

function readWord<Word extends string>(
  value: (flag: Flag) => string,
  flag: Flag,
  words: readonly Word[],
): Word {
  const text = value(flag);
  const word = words.find((other) => other === text);
  if (word !== undefined) return word;
  throw new Error(`--${flag} must be ${words.join(" or ")}; "${text}" came`);
}

function readSwitch(value: (flag: Flag) => string, flag: Flag): boolean {
  return readWord(value, flag, ["true", "false", "1", "0", ""] as const).match(/true|1/) !== null;
}

function readTls(cert: string, key: string): Config["tls"] {
  if (cert === "" && key === "") return undefined;
  if (cert === "" || key === "") throw new Error("--tls-cert and --tls-key must be given together");
  const tls = { cert: readPem("tls-cert", cert), key: readPem("tls-key", key) };
  try {
    createSecureContext(tls);
    return tls;
  } catch {
    throw new Error("--tls-cert and --tls-key must be a certificate and its own key, in PEM");
  }
}

function readPem(flag: Flag, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new Error(`--${flag}: the file ${path} cannot be read`);
  }
}

function options(): { [flag: string]: { type: "string" | "boolean"; short?: string } } {
  const flags = Object.keys(FLAGS).map((flag) => {
    const type = SWITCHES.includes(flag as Flag) ? ("boolean" as const) : ("string" as const);
    return [flag, { type }] as const;
  });
  return { ...Object.fromEntries(flags), help: { type: "boolean", short: "h" } };
}

function variable(flag: string): string {
  return `TODO_${flag.toUpperCase().replaceAll("-", "_")}`;
}

function help(): string {
  const lines = Object.entries(FLAGS).map(([flag, { fallback, help: about }]) => {
    const shown = fallback === "" || fallback === "false" ? "" : ` (${fallback})`;
    return `  --${flag.padEnd(18)} ${variable(flag).padEnd(24)} ${about}${shown}`;
  });
  return [
    "Usage: todo-server [flags]",
    "       todo-server verify | backup | restore | export | import | compact [--help]",
    "",
    "  flag                 variable",
    ...lines,
    "",
  ].join("\n");
}
