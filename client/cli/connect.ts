/**
 * Connect: a client for one command, with the token it finds, closed when the command is through.
 *
 * Order: TODO_TOKEN; else a token minted from the data folder, when the server is on this machine
 *        or the folder was named (a token must not go to a stranger's server); else none, so that
 *        the server itself says whether it is there.
 */
import { isUserName } from "../../shared/protocol/names.ts";
import { RpcError } from "../rpc_error.ts";
import { TodoClient, type TodoClientOptions } from "../todo_client.ts";
import { CliError, EXIT } from "./exit_code.ts";
import type { Invocation, Settings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Runs `run` with a connected client; what it throws is thrown on. */
export async function withClient<Value>(
  invocation: Invocation,
  run: (client: TodoClient) => Promise<Value>,
): Promise<Value> {
  const client = await connect(invocation);
  try {
    return await run(client);
  } finally {
    client.close();
  }
}

async function connect({ settings, terminal }: Invocation): Promise<TodoClient> {
  const found = await findToken(settings, terminal);
  const options: TodoClientOptions = { url: settings.url, token: found.token };
  let client: TodoClient;
  try {
    client = await TodoClient.connect(options);
  } catch (error) {
    const denied = error instanceof RpcError && error.kind === "unauthenticated";
    throw denied ? new CliError(EXIT.denied, found.denied) : error;
  }
  const { user } = client.welcome;
  if (settings.user === undefined || settings.user === user) return client;
  client.close();
  throw new CliError(
    EXIT.usage,
    `TODO_TOKEN is a token of ${user}, not of ${settings.user}: unset it or leave out --as.`,
  );
}

/** The token to try, and what to say should the server not take it. */
interface FoundToken {
  readonly token: string | undefined;
  readonly denied: string;
}

async function findToken(settings: Settings, terminal: Terminal): Promise<FoundToken> {
  const { token, data, dataGiven, url } = settings;
  if (token !== undefined)
    return {
      token,
      denied: `The token in TODO_TOKEN is expired or not one of ${url}. ${NEW_TOKEN}`,
    };
  if (!dataGiven && !LOOPBACK.test(new URL(url).hostname)) {
    return { token: undefined, denied: `The server at ${url} wants a token. ${NEW_TOKEN}` };
  }
  const user = settings.user ?? systemUser(terminal);
  const { localToken } = await import("./local_token.ts"); // jose is loaded only when needed.
  const minted = await localToken(data, user);
  if (minted.ok) {
    return {
      token: minted.token,
      denied: `The server at ${url} has another data folder than ${data}. ${NAME_FOLDER}`,
    };
  }
  return { token: undefined, denied: `No token was found: ${minted.message} ${NAME_FOLDER}` };
}

const NEW_TOKEN =
  "Put one into TODO_TOKEN, made beside the server with `npm run -s token -- USER`.";
const NAME_FOLDER = "Name the server's data folder with --data, or put a token into TODO_TOKEN.";

function systemUser({ env, systemUser: nameOf }: Terminal): string {
  const user = nameOf() ?? env.USER ?? "";
  if (isUserName(user)) return user;
  const sentence =
    "The system's user has no name that the server takes: say who you are with --as USER.";
  throw new CliError(EXIT.usage, sentence);
}
