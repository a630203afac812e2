/**
 * Connected: a ReconnectingClient on a FakeNetwork, with a record of all that it tells.
 */
import type { ServerAddress } from "../../../client/connector.ts";
import {
  type Asking,
  type ClientState,
  ReconnectingClient,
} from "../../../client/reconnecting_client.ts";
import type { RpcError } from "../../../client/rpc_error.ts";
import { FakeNetwork } from "./fake_network.ts";

interface AskOptions extends Partial<Asking> {
  /** That the call is about. */
  readonly list?: string;
}

/** Connected once; `limits`: what every welcome says of its limits. */
export async function connect(more: Partial<ServerAddress> = {}, limits: object = {}) {
  const network = new FakeNetwork();
  network.accept = (socket) => socket.welcome(limits);
  const states: ClientState[] = [];
  const closed: RpcError[] = [];
  const pushes: string[] = [];
  const listener = {
    pushed: (name: string) => pushes.push(name),
    stateChanged: (state: ClientState) => states.push(state),
    resume: (resumed: () => void) => resumed(),
    closed: (error: RpcError) => closed.push(error),
  };
  const address = { url: "ws://test/", ...more };
  const client = await ReconnectingClient.connect(address, listener, network.environment);
  /** Asks, and keeps what comes of it in `outcomes`. */
  const outcomes: Record<string, unknown> = {};
  const ask = (method: string, n: number, { list, ...options }: AskOptions = {}): void => {
    client.ask({ method, params: { n, list }, ...options }, (outcome) => {
      const { ok } = outcome;
      outcomes[`${method} ${n}`] = ok
        ? outcome.result
        : `${outcome.error.kind} ${outcome.error.data.applied ?? ""}`.trim();
    });
  };
  return { network, client, states, closed, pushes, outcomes, ask };
}
