/**
 * Connect: a client for one command, with the token it finds, closed when the command is through.
 *
 * Order: the token that was named (TODO_TOKEN or a profile's file); else one minted from the data
 *        folder, when the server is on this machine or the folder was named for it (a token must
 *        not go to a stranger's server); else none, so that the server itself says whether it is
 *        there.
 */
import { isUserName } from "../../shared/protocol/names.ts";
import { RpcError } from "../rpc_error.ts";
import { TodoClient, type TodoClientOptions } from "../todo_client.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Invocation, Settings } from "./settings.ts";
import type { Connection } from "./shared_client.ts";
import type { Terminal } from "./terminal.ts";
import {
  noSecret,
  otherFolder,
  readToken,
  tokenOfAnother,
  tokenRefused,
  tokenWanted,
} from "./token.ts";

/** What a command wants to be told of the connection, which heals by itself. */
export type ConnectionListener = Pick<TodoClientOptions, "stateChanged">;

/** Runs `run` with a connected client; what it throws is thrown on. */
export async function withClient<Value>(
  invocation: Invocation,
  run: (client: TodoClient) => Promise<Value>,
  listener: ConnectionListener = {},
): Promise<Value> {
  const { shared } = invocation;
  const { client, denied } = await (shared === undefined
    ? connect(invocation, listener)
    : shared.open(() => connect(invocation, listener)));
  try {
    return await run(client);
  } catch (error) {
    throw deniedBy(error, denied); // The token's time is over.
  } finally {
    if (shared === undefined) client.close();
  }
}

async function connect(
  { settings, terminal }: Invocation,
  listener: ConnectionListener,
): Promise<Connection> {
  const { url, token: source, user: wanted } = settings;
  const { token, denied } = await findToken(settings, terminal);
  let client: TodoClient;
  try {
    client = await TodoClient.connect({ url, token, ...listener });
  } catch (error) {
    throw deniedBy(error, denied);
  }
  const { user } = client.welcome;
  if (source === undefined || wanted === undefined || wanted === user) return { client, denied };
  client.close();
  throw new CliError(EXIT.usage, tokenOfAnother(source, user, wanted));
}

function deniedBy(error: unknown, denied: string): unknown {
  const isDenied = error instanceof RpcError && error.kind === "unauthenticated";
  return isDenied ? new CliError(EXIT.denied, denied, error.kind) : error;
}

/** The token to try, each time it connects, and what to say should the server not take it. */
interface FoundToken extends Pick<Connection, "denied"> {
  readonly token: TodoClientOptions["token"];
}

async function findToken(settings: Settings, terminal: Terminal): Promise<FoundToken> {
  const { token: source, data, mints, url } = settings;
  if (source !== undefined) {
    const token = source.from === "file" ? tokenOf(source.file) : source.token;
    return { token, denied: tokenRefused(source, url) };
  }
  if (!mints) return { token: undefined, denied: tokenWanted(url) };
  const user = settings.user ?? systemUser(terminal);
  const { localToken } = await import("./local_token.ts"); // jose is loaded only when needed.
  const minted = await localToken(data, user);
  if (!minted.ok) return { token: undefined, denied: noSecret(minted.message) };
  const token = renewed(minted.token, async () => {
    const again = await localToken(data, user);
    if (!again.ok) throw new Error(again.message);
    return again.token;
  });
  return { token, denied: otherFolder(url, data) };
}

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

function systemUser({ env, systemUser: nameOfUser }: Terminal): string {
  const user = nameOfUser() ?? env.USER ?? "";
  if (isUserName(user)) return user;
  const sentence =
    "The system's user has no name that the server takes: say who you are with --as USER.";
  throw new CliError(EXIT.usage, sentence);
}
