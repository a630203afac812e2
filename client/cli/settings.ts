/**
 * Settings: what the global flags and their environment variables say, checked.
 *
 * Shape: flag --url, --as, --list, --data, --profile; variable TODO_URL, TODO_USER, TODO_LIST,
 *        TODO_DATA, TODO_PROFILE; a token only by TODO_TOKEN or a profile's file, for arguments
 *        can be read by every process of the machine.
 * Order: a flag, then what --profile names, then a variable, then the profile of TODO_PROFILE or
 *        `default`, then the default. A profile's token and data folder go with its url alone.
 */
import { isUserName, USER_NAME_WANTED } from "../../shared/protocol/names.ts";
import { given } from "./environment.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Printer, PrintMode } from "./printer.ts";
import { readProfile } from "./profile.ts";
import { isLoopback, socketUrl, URL_DEFAULT } from "./server_url.ts";
import type { SharedClient } from "./shared_client.ts";
import type { Terminal } from "./terminal.ts";
import { isToken, NO_TOKEN_IN_VARIABLE, type TokenSource } from "./token.ts";

export interface Settings {
  /** ws:// or wss://, with the path of the socket. */
  readonly url: string;
  /** Whom to act as; undefined: the token's user, or the system's. */
  readonly user: string | undefined;
  /** The list by title or id; undefined: the last one used. */
  readonly list: string | undefined;
  readonly data: string;
  /**
   * Tokens are made from the data folder: the server is on this machine, or the folder was named
   * for it, by --data or beside its url in a profile. TODO_DATA may be of another server.
   */
  readonly mints: boolean;
  /** Where the token is; undefined: none was named. */
  readonly token: TokenSource | undefined;
  /** The profile in use. */
  readonly profile: string | undefined;
}
/** What every command is given besides its own arguments. */
export interface Invocation {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly printer: Printer;
  /** The connection that commands from standard input have in common. */
  readonly shared?: SharedClient;
}
/** The global options as commander hands them over. */
export interface GlobalOptions {
  readonly url?: string;
  readonly data?: string;
  readonly as?: string;
  readonly list?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Where `npm start` keeps its data. */
export const DATA_DEFAULT = "./data";

/** Throws a CliError for what cannot be: usage, or denied for a TODO_TOKEN that is none. */
export function settingsOf(options: GlobalOptions, { env }: Pick<Terminal, "env">): Settings {
  const named = options.profile !== undefined;
  const profile = readProfile(options.profile ?? given(env.TODO_PROFILE), env);
  const pick = (flag: string | undefined, variable: string | undefined, kept?: string) =>
    flag ?? (named ? (kept ?? given(variable)) : (given(variable) ?? kept));

  const user = pick(options.as, env.TODO_USER, profile.as);
  if (user !== undefined && !isUserName(user)) {
    throw new CliError(EXIT.usage, `--as wants ${USER_NAME_WANTED}; ${JSON.stringify(user)} came.`);
  }
  const url = urlInput(pick(options.url, env.TODO_URL, profile.url) ?? URL_DEFAULT);
  const own = url === urlInput(profile.url ?? URL_DEFAULT);
  const kept = own ? profile.data : undefined;
  const data = pick(options.data, env.TODO_DATA, kept) ?? DATA_DEFAULT;
  const file = own ? profile.tokenFile : undefined;
  return {
    url,
    user,
    list: pick(options.list, env.TODO_LIST, profile.list),
    data,
    mints: isLoopback(url) || options.data !== undefined || data === kept,
    // A named profile that makes its own tokens is not that of the variable's server.
    token: tokenSource(
      named && kept !== undefined ? undefined : given(env.TODO_TOKEN),
      file,
      named,
    ),
    profile: profile.name,
  };
}

/** The mode that --json or --quiet asks for. */
export function modeOf({ json, quiet }: GlobalOptions): PrintMode {
  if (json === true) return "json";
  return quiet === true ? "ids" : "lines";
}

function tokenSource(
  token: string | undefined,
  file: string | undefined,
  fileFirst: boolean,
): TokenSource | undefined {
  if (file !== undefined && (fileFirst || token === undefined)) return { from: "file", file };
  if (token === undefined) return undefined;
  if (!isToken(token)) throw new CliError(EXIT.denied, NO_TOKEN_IN_VARIABLE);
  return { from: "variable", token };
}

function urlInput(text: string): string {
  const url = socketUrl(text);
  if (!url.ok) throw new CliError(EXIT.usage, url.sentence);
  return url.url;
}
