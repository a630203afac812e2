/**
 * Connect: a client for one command, with the token it finds, closed when the command is through.
 *
 * Order: the token that was named (TODO_TOKEN or a profile's file); else one minted from the data
 *        folder, when the server is on this machine or the folder was named (a token must not go to
 *        a stranger's server); else none, so that the server itself says whether it is there.
 */
import { isUserName } from "../../shared/protocol/names.ts";
import { RpcError } from "../rpc_error.ts";
import { TodoClient, type TodoClientOptions } from "../todo_client.ts";
import { CliError, EXIT } from "./exit_code.ts";
import { readToken } from "./profile.ts";
import type { Invocation, Settings, TokenSource } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What a command wants to be told of the connection, which heals by itself. */
export type ConnectionListener = Pick<TodoClientOptions, "stateChanged">;

/** Runs `run` with a connected client; what it throws is thrown on. */
export async function withClient<Value>(
  invocation: Invocation,
  run: (client: TodoClient) => Promise<Value>,
  listener: ConnectionListener = {},
): Promise<Value> {
  const { shared } = invocation;
  if (shared !== undefined) return run(await shared.open(() => connect(invocation, listener)));
  const client = await connect(invocation, listener);
  try {
    return await run(client);
  } finally {
    client.close();
  }
}

async function connect(
  { settings, terminal }: Invocation,
  listener: ConnectionListener,
): Promise<TodoClient> {
  const found = await findToken(settings, terminal);
  let client: TodoClient;
  try {
    client = await TodoClient.connect({ url: settings.url, token: found.token, ...listener });
  } catch (error) {
    const denied = error instanceof RpcError && error.kind === "unauthenticated";
    throw denied ? new CliError(EXIT.denied, found.denied, error.kind) : error;
  }
  const { user } = client.welcome;
  if (settings.user === undefined || settings.user === user) return client;
  client.close();
  const whose = `${nameOf(settings.token)} is a token of ${user}, not of ${settings.user}`;
  throw new CliError(EXIT.usage, `${whose}: unset it or leave out --as.`);
}

/** The token to try, each time it connects, and what to say should the server not take it. */
interface FoundToken {
  readonly token: TodoClientOptions["token"];
  readonly denied: string;
}

async function findToken(settings: Settings, terminal: Terminal): Promise<FoundToken> {
  const { token: source, data, dataGiven, url } = settings;
  if (source !== undefined) {
    return {
      token: source.from === "file" ? tokenOf(source.file) : source.token,
      denied: `The token in ${nameOf(source)} is expired or not one of ${url}. ${newToken(source)}`,
    };
  }
  if (!dataGiven && !LOOPBACK.test(new URL(url).hostname)) {
    const denied = `The server at ${url} wants a token. ${newToken(source)}`;
    return { token: undefined, denied };
  }
  const user = settings.user ?? systemUser(terminal);
  const { localToken } = await import("./local_token.ts"); // jose is loaded only when needed.
  const minted = await localToken(data, user);
  if (minted.ok) {
    return {
      token: renewed(minted.token, async () => {
        const again = await localToken(data, user);
        if (!again.ok) throw new Error(again.message);
        return again.token;
      }),
      denied: `The server at ${url} has another data folder than ${data}. ${NAME_FOLDER}`,
    };
  }
  return { token: undefined, denied: `No token was found: ${minted.message} ${NAME_FOLDER}` };
}

const NAME_FOLDER = "Name the server's data folder with --data, or put a token into TODO_TOKEN.";

/** Throws now when there is none; later the file may hold a newer one. */
function tokenOf(file: string): () => string | Promise<string> {
  return renewed(readToken(file), () => readToken(file));
}

/** `first` for the first connection; when that is lost, its time may be over. */
function renewed(
  first: string,
  renew: () => string | Promise<string>,
): () => string | Promise<string> {
  let left: string | undefined = first;
  return () => {
    const token = left ?? renew();
    left = undefined;
    return token;
  };
}

function newToken(source: TokenSource | undefined): string {
  const place = source?.from === "file" ? "there" : "into TODO_TOKEN";
  return `Put one ${place}, made beside the server with \`npm run -s token -- USER\`.`;
}

function nameOf(source: TokenSource | undefined): string {
  return source?.from === "file" ? source.file : "TODO_TOKEN";
}

function systemUser({ env, systemUser: nameOfUser }: Terminal): string {
  const user = nameOfUser() ?? env.USER ?? "";
  if (isUserName(user)) return user;
  const sentence =
    "The system's user has no name that the server takes: say who you are with --as USER.";
  throw new CliError(EXIT.usage, sentence);
}
