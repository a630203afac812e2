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
import { CliError, EXIT } from "./exit_code.ts";
import type { Printer, PrintMode } from "./printer.ts";
import { readProfile } from "./profile.ts";
import type { SharedClient } from "./shared_client.ts";
import type { Terminal } from "./terminal.ts";

export interface Settings {
  /** ws:// or wss://, with the path of the socket. */
  readonly url: string;
  /** Whom to act as; undefined: the token's user, or the system's. */
  readonly user: string | undefined;
  /** The list by title or id; undefined: the last one used. */
  readonly list: string | undefined;
  readonly data: string;
  /** The data folder was named, so it is meant for this server, wherever that is. */
  readonly dataGiven: boolean;
  /** Where the token is; undefined: none was named. */
  readonly token: TokenSource | undefined;
  /** The profile in use. */
  readonly profile: string | undefined;
}
/** A token as TODO_TOKEN holds it, or the file that holds it. */
export type TokenSource =
  | { readonly from: "variable"; readonly token: string }
  | { readonly from: "file"; readonly file: string };
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

/** Where `npm start` listens and keeps its data. */
export const URL_DEFAULT = "ws://127.0.0.1:4000/socket";
export const DATA_DEFAULT = "./data";

const SOCKET_PATH = "/socket";
const SOCKET_SCHEME: ReadonlyMap<string, string> = new Map([
  ["ws:", "ws:"],
  ["wss:", "wss:"],
  ["http:", "ws:"],
  ["https:", "wss:"],
]);

/** Throws a CliError (usage) for what cannot be. */
export function settingsOf(options: GlobalOptions, { env }: Pick<Terminal, "env">): Settings {
  const named = options.profile !== undefined;
  const profile = readProfile(options.profile ?? given(env.TODO_PROFILE), env);
  const pick = (flag: string | undefined, variable: string | undefined, kept?: string) =>
    flag ?? (named ? (kept ?? given(variable)) : (given(variable) ?? kept));

  const user = pick(options.as, env.TODO_USER, profile.as);
  if (user !== undefined && !isUserName(user)) {
    throw new CliError(EXIT.usage, `--as wants ${USER_NAME_WANTED}; ${JSON.stringify(user)} came.`);
  }
  const url = socketUrl(pick(options.url, env.TODO_URL, profile.url) ?? URL_DEFAULT);
  const own = url === socketUrl(profile.url ?? URL_DEFAULT);
  const data = pick(options.data, env.TODO_DATA, own ? profile.data : undefined);
  const file = own ? profile.tokenFile : undefined;
  return {
    url,
    user,
    list: pick(options.list, env.TODO_LIST, profile.list),
    data: data ?? DATA_DEFAULT,
    dataGiven: data !== undefined,
    token: tokenSource(given(env.TODO_TOKEN), file, named),
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
  return token === undefined ? undefined : { from: "variable", token };
}

/** A variable that is set to nothing is not set. */
function given(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** socketUrl("http://127.0.0.1:4000") → "ws://127.0.0.1:4000/socket" */
function socketUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = SOCKET_SCHEME.get(url?.protocol ?? "");
  if (url === undefined || scheme === undefined) {
    const came = JSON.stringify(text);
    throw new CliError(
      EXIT.usage,
      `--url wants one like ws://127.0.0.1:4000/socket; ${came} came.`,
    );
  }
  if (url.search !== "" || url.username !== "" || url.hash !== "") {
    throw new CliError(
      EXIT.usage,
      "--url wants no token, user or query; a token goes in TODO_TOKEN.",
    );
  }
  url.protocol = scheme;
  if (url.pathname === "/") url.pathname = SOCKET_PATH;
  return url.href;
}
