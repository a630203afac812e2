/**
 * Connector: makes the connections of one client: when, with which token, and again when it fails.
 *
 * Owner: one reconnecting_client, which says that a connection was lost or is to be replaced.
 * Order: one attempt at a time; the next comes after the backoff, or at the moment that a `goaway`
 *        leads to. A server that said it goes away is soon back: for RESTART_MS it is tried again
 *        within a second each time.
 * Bound: an attempt waits 10 s for its token and 10 s for its connection; there is no bound to how
 *        many there are.
 * Errors: an address that can be none, or a token that can be none, is not tried.
 * Source: PROTOCOL.md section 7.
 */
import type { Push } from "../shared/protocol/pushes.ts";
import { fullJitterMs, restartJitterMs } from "./backoff.ts";
import type { ClientEnvironment } from "./client_environment.ts";
import { CONNECT_TIMEOUT_MS, RpcClient, type RpcListener } from "./rpc_client.ts";
import { closedByUs, RpcError, unauthenticated } from "./rpc_error.ts";
import type { WebSocketClass } from "./socket.ts";

const CLOSE_GOING_AWAY = 4100;
const CLOSE_CREDENTIALS = 4401;
const RESTART_MS = 15_000; // From the last word of a server that restarts: a slow start, and spare.
const WEB_SOCKET_URL = /^(?:wss?|https?):\/\//i; // Browsers take http for ws: WHATWG WebSockets.
const TOKEN = /^[A-Za-z0-9._~-]{1,4096}$/; // TOKEN_CHARACTERS_MAX; PROTOCOL.md section 1.

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
  #failures = 0; // Connections in a row that were no use, but for those during a restart.
  #restartsUntilMs = Number.NEGATIVE_INFINITY;
  #callOff: (() => void) | undefined; // Of the alarm at which to connect.

  constructor(address: ServerAddress, environment: ClientEnvironment, listener: ConnectorListener) {
    this.#address = address;
    this.#environment = environment;
    this.#listener = listener;
  }

  /** Connects once. Throws the RpcError that says why it could not. */
  async connect(): Promise<RpcClient> {
    const { url, webSocket } = this.#address;
    const environment = this.#environment;
    const { signal } = this.#abort;
    if (!WEB_SOCKET_URL.test(url) || !URL.canParse(url)) throw noUrl(url);
    const token = await this.#token();
    if (token !== undefined && !TOKEN.test(token)) throw noToken();
    const address = { url, token, webSocket };
    const client = await RpcClient.connect(address, this.#listener, { environment, signal });
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

  /** A connection ended so, or did not come about: connects after the backoff. */
  connectLater({ data }: RpcError): void {
    if (data.close_code === CLOSE_GOING_AWAY) this.#expectRestart();
    const { clock, random } = this.#environment;
    const isRestart = clock.now() < this.#restartsUntilMs;
    if (!isRestart) this.#failures += 1;
    if (this.#callOff !== undefined || this.#isConnecting) return;
    const backoffMs = isRestart ? restartJitterMs(random) : fullJitterMs(this.#failures, random);
    this.#connectIn((data.after_ms ?? 0) + backoffMs);
  }

  /** Connects at a random moment of the server's choice. */
  goAway({ jitter_ms: jitterMs }: Push<"goaway">): void {
    this.#expectRestart();
    if (this.#address.reconnect === false || this.#isConnecting) return;
    this.#connectIn(this.#environment.random() * jitterMs);
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#callOff?.();
    this.#abort.abort();
  }

  #expectRestart(): void {
    if (this.#failures > 0) return; // It has served nobody since it said so: it is not soon back.
    this.#failures = 1;
    this.#restartsUntilMs = this.#environment.clock.now() + RESTART_MS;
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
    else if (attempted.retry) this.connectLater(attempted);
    else this.#listener.refused(attempted);
  }

  /** The token to connect with; throws an RpcError when there is none in its time. */
  async #token(): Promise<string | undefined> {
    const { token } = this.#address;
    if (typeof token !== "function") return token;
    const { clock } = this.#environment;
    const { promise: given, resolve, reject } = Promise.withResolvers<string>();
    const abort = (): void => reject(closedByUs());
    this.#abort.signal.addEventListener("abort", abort);
    const callOff = clock.alarm(clock.now() + CONNECT_TIMEOUT_MS, () => {
      reject(unauthenticated(`There was no token to connect with in ${CONNECT_TIMEOUT_MS} ms.`));
    });
    made(token).then(resolve, reject);
    try {
      return await given;
    } finally {
      callOff();
      this.#abort.signal.removeEventListener("abort", abort);
    }
  }
}

async function made(token: () => string | Promise<string>): Promise<string> {
  try {
    return await token();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unauthenticated(`There is no token to connect with: ${why}`, true, cause);
  }
}

function noToken(): RpcError {
  const sentence = "A token of letters, digits and . _ ~ - is wanted, 4096 at most; this is none.";
  return unauthenticated(sentence, false);
}

function noUrl(url: string): RpcError {
  const sentence = `A url such as wss://example.org/socket is wanted, not ${JSON.stringify(url)}.`;
  return new RpcError(sentence, { kind: "unreachable", code: 0, retry: false });
}
