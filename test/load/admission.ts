/**
 * admission: whether the server is there and lets this run in, and with which tokens.
 *
 * Shape: TODO_TOKEN, and all are its user; else tokens made with the secret in the data folder, for
 *        as many users as the plan has.
 * Errors: no server, a refused token, no secret: each a LoadError of one sentence.
 */
import { explain } from "../../client/cli/exit_code.ts";
import { localToken } from "../../client/cli/local_token.ts";
import { noSecret, otherFolder, tokenRefused } from "../../client/cli/token.ts";
import { RpcError } from "../../client/rpc_error.ts";
import type { WelcomeLimits } from "../../shared/protocol/pushes.ts";
import { EXIT, LoadError } from "./load_error.ts";
import type { LoadOptions } from "./load_options.ts";
import { type Plan, planOf } from "./plan.ts";
import { WireClient } from "./wire_client.ts";

/** The plan, and a token for each of its users. */
export interface Admission {
  readonly plan: Plan;
  readonly tokens: Readonly<Record<string, string>>;
}

const DEAF = { pushed: () => undefined, closed: () => undefined };

export async function admit(options: LoadOptions, run: string): Promise<Admission> {
  const first = options.token ?? (await mint(options, `${options.as}-1`));
  const { user, limits } = await knock(options, first);
  const one = options.token === undefined ? undefined : user;
  const plan = planOf(options, { run, user: one });
  checkNewLists(plan, limits);
  const pairs = plan.users.map(async (name): Promise<[string, string]> => {
    return [name, options.token ?? (await mint(options, name))];
  });
  return { plan, tokens: Object.fromEntries(await Promise.all(pairs)) };
}

async function mint({ data }: LoadOptions, user: string): Promise<string> {
  const minted = await localToken(data, user);
  if (minted.ok) return minted.token;
  throw new LoadError(noSecret(minted.message));
}

/** Who the server takes the first connection for, and its limits. */
async function knock(
  { url, token: given, data }: LoadOptions,
  token: string,
): Promise<{ readonly user: string; readonly limits: WelcomeLimits }> {
  try {
    const client = await WireClient.connect({ url, token }, DEAF);
    client.close();
    return client.welcome;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    if (error.kind !== "unauthenticated") throw new LoadError(explain(error).message);
    throw new LoadError(
      given === undefined
        ? otherFolder(url, data)
        : tokenRefused({ from: "variable", token: given }, url),
    );
  }
}

function checkNewLists({ lists, users }: Plan, limits: WelcomeLimits): void {
  const each = Math.ceil(lists.length / users.length);
  if (limits.new_lists_per_min === 0 || each <= limits.new_lists_per_min) return;
  throw new LoadError(
    `This run wants ${each} new lists of one user, the server allows ` +
      `${limits.new_lists_per_min} a minute: use fewer, or --data for more users.`,
    EXIT.usage,
  );
}
