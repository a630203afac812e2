/**
 * Command status: whether the server is there, who one is to it, and what it takes.
 *
 * JSON: {reachable, url, profile, data, user, pid, node, server, protocol, latency_ms, limits,
 *       features}; when it cannot be reached the first four alone, then the failure. --quiet: pid.
 */
import type { TodoClient } from "../../todo_client.ts";
import { withClient } from "../connect.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import type { Invocation, Settings } from "../settings.ts";
import { type Field, fieldLines } from "../table.ts";

const LATENCY_CALLS = 5;

export async function status(invocation: Invocation): Promise<ExitCode> {
  const { settings, printer } = invocation;
  const { url, profile = null, data } = settings;
  try {
    return await withClient(invocation, async (client) => {
      const { user, pid, node } = await client.whoami();
      const { server, protocol, limits, features } = client.welcome;
      const latency_ms = await latencyOf(client);
      const who = { user, pid, node, server, protocol, latency_ms, limits, features };
      const fields: Field[] = [
        ["server", `${url}, reachable, answers in ${latency_ms} ms`],
        ["version", `${server}, protocol ${protocol}, node ${node}`],
        ["you are", `${user}, as ${pid}`],
        ...placeFields(settings),
        ["limits", Object.entries(limits).map(limitText).join(", ")],
      ];
      const lines = fieldLines(fields, printer.paint);
      printer.print({ json: { reachable: true, url, profile, data, ...who }, id: pid }, ...lines);
      return EXIT.ok;
    });
  } catch (error) {
    const fields: Field[] = [["server", `${url}, not connected`], ...placeFields(settings)];
    const lines = fieldLines(fields, printer.paint);
    printer.print({ json: { reachable: false, url, profile, data } }, ...lines);
    throw error;
  }
}

/** Milliseconds that a call takes, to a tenth; the least of a few, for the first ones warm up. */
async function latencyOf(client: TodoClient): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let call = 0; call < LATENCY_CALLS; call++) {
    const begun = performance.now();
    await client.whoami();
    least = Math.min(least, performance.now() - begun);
  }
  return Number(least.toFixed(1));
}

function placeFields({ profile, data, list, ...token }: Settings): Field[] {
  return [
    ["profile", profile ?? "none"],
    ["data folder", data],
    ["token", tokenPlace(token)],
    ["list", list],
  ];
}

function tokenPlace({ token, mints }: Pick<Settings, "token" | "mints">): string {
  if (token === undefined) return mints ? "made from the data folder" : "none";
  return token.from === "file" ? `from ${token.file}` : "from TODO_TOKEN";
}

/** ["message_bytes", 65536] → "message_bytes 65536"; a rate of 0 is none. */
function limitText([name, value]: readonly [string, number]): string {
  return `${name} ${value === 0 ? "unlimited" : value}`;
}
