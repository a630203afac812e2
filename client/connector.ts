/**
 * Connector: makes the connections of one client: when, with which token, and again when it fails.
 *
 * Owner: one reconnecting_client, which says that a connection was lost or is to be replaced.
 * Order: one attempt at a time; the next comes after the backoff, or at the moment that a `goaway`
 *        leads to.
 * Bound: an attempt ends after 10 s (rpc_client.ts); there is no bound to how many there are.
 * Source: PROTOCOL.md section 7.
 */
import { ERRORS } from "../shared/protocol/errors.ts";
import type { Push } from "../shared/protocol/pushes.ts";
import { fullJitterMs } from "./backoff.ts";
import type { ClientEnvironment } from "./client_environment.ts";
import { RpcClient, type RpcListener } from "./rpc_client.ts";
import { RpcError } from "./rpc_error.ts";
import type { WebSocketClass } from "./socket.ts";

const CLOSE_CREDENTIALS = 4401;

/** Where to connect. A `token` that is a function is asked before every connection. */
export interface ServerAddress {
  readonly url: string;
  readonly token?: string | (() => string | Promise<string>) | undefined;
  readonly webSocket?: WebSocketClass | undefined;
  /** False: the first connection is the only one. */
  readonly reconnect?: boolean | undefined;
}

/** Told of the connections, and of what they tell. */
export interface ConnectorListener extends RpcListener {
  connected(client: RpcClient): void;
  /** The server wants no connection of this client, now or later. */
  refused(error: RpcError): void;
}

export class Connector {
  readonly #address: ServerAddress;
  readonly #environment: ClientEnvironment;
  readonly #listener: ConnectorListener;
  readonly #abort = new AbortController();
  #isConnecting = false;
  #failures = 0; // Connections in a row that were no use.
  #callOff: (() => void) | undefined; // Of the alarm at which to connect.

  constructor(address: ServerAddress, environment: ClientEnvironment, listener: ConnectorListener) {
    this.#address = address;
    this.#environment = environment;
    this.#listener = listener;
  }

  /** Connects once. Throws the RpcError that says why it could not. */
  async connect(): Promise<RpcClient> {
    const { url, token, webSocket } = this.#address;
    const given = typeof token === "function" ? await tokenOf(token) : token;
    const client = await RpcClient.connect({ url, token: given, webSocket }, this.#listener, {
      environment: this.#environment,
      signal: this.#abort.signal,
    });
    if (client.ended !== undefined) throw client.ended; // Welcomed and closed at once.
    return client;
  }

  /** Whether a connection that ended so is followed by another. */
  mayComeBack({ retry, data }: RpcError): boolean {
    if (this.#address.reconnect === false) return false;
    // A token whose time is over is made anew where there is a function for it.
    const hasExpired = data.close_code === CLOSE_CREDENTIALS;
    return retry || (hasExpired && typeof this.#address.token === "function");
  }

  /** A connection did what it is for. */
  served(): void {
    this.#failures = 0;
  }

  /** Connects after the backoff, and not before `afterMs`. */
  connectLater(afterMs = 0): void {
    this.#failures += 1;
    if (this.#callOff !== undefined || this.#isConnecting) return;
    this.#connectIn(afterMs + fullJitterMs(this.#failures, this.#environment.random));
  }

  /** Connects at a random moment of the server's choice. */
  goAway({ jitter_ms: jitterMs }: Push<"goaway">): void {
    if (this.#address.reconnect === false || this.#isConnecting) return;
    this.#connectIn(this.#environment.random() * jitterMs);
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#callOff?.();
    this.#abort.abort();
  }

  #connectIn(delayMs: number): void {
    const { clock } = this.#environment;
    this.#callOff?.();
    this.#callOff = clock.alarm(clock.now() + delayMs, () => {
      this.#callOff = undefined;
      void this.#attempt();
    });
  }

  async #attempt(): Promise<void> {
    this.#isConnecting = true;
    const attempted = await this.connect().catch((error: unknown) => error);
    this.#isConnecting = false;
    if (this.#abort.signal.aborted) {
      if (attempted instanceof RpcClient) attempted.close();
    } else if (attempted instanceof RpcClient) this.#listener.connected(attempted);
    else if (!(attempted instanceof RpcError))
      throw attempted; // A bug.
    else if (attempted.retry) this.connectLater(attempted.data.after_ms);
    else this.#listener.refused(attempted);
  }
}

async function tokenOf(make: () => string | Promise<string>): Promise<string> {
  try {
    return await make();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const { code } = ERRORS.unauthenticated;
    const fields = { kind: "unauthenticated", code, retry: true } as const;
    throw new RpcError(`There is no token to connect with: ${why}`, fields);
  }
}
