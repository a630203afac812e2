/**
 * Settings: what the global flags and their environment variables say, checked.
 *
 * Shape: flag --url, --as, --list, --data, --json; variable TODO_URL, TODO_USER, TODO_LIST,
 *        TODO_DATA; a token only by TODO_TOKEN, for arguments can be read by every process of the
 *        machine.
 */
import { isUserName, USER_NAME_WANTED } from "../../shared/protocol/names.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Printer } from "./printer.ts";
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
  readonly token: string | undefined;
}
/** What every command is given besides its own arguments. */
export interface Invocation {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly printer: Printer;
}
/** The global options as commander hands them over. */
export interface GlobalOptions {
  readonly url?: string;
  readonly data?: string;
  readonly as?: string;
  readonly list?: string;
  readonly json?: boolean;
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

/** A flag goes before its variable. Throws a CliError (usage) for what cannot be. */
export function settingsOf(options: GlobalOptions, { env }: Pick<Terminal, "env">): Settings {
  const user = options.as ?? given(env.TODO_USER);
  if (user !== undefined && !isUserName(user)) {
    throw new CliError(EXIT.usage, `--as wants ${USER_NAME_WANTED}; ${JSON.stringify(user)} came.`);
  }
  const data = options.data ?? given(env.TODO_DATA);
  return {
    url: socketUrl(options.url ?? given(env.TODO_URL) ?? URL_DEFAULT),
    user,
    list: options.list ?? given(env.TODO_LIST),
    data: data ?? DATA_DEFAULT,
    dataGiven: data !== undefined,
    token: given(env.TODO_TOKEN),
  };
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
