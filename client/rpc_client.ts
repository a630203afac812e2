/**
 * RpcClient: JSON-RPC calls, casts and pushes over one connection; it knows no method by name.
 *
 * Order:  calls and casts leave as they are made; replies and pushes are handed on as they come,
 *         each before the next is looked at.
 * Bound:  every call ends by its reply or with the connection, and a connection on which nothing
 *         came for CLIENT_SILENCE_MS_MAX is given up. Deadlines, and connecting again, are
 *         reconnecting_client.ts: a closed RpcClient stays closed.
 * Errors: every failure is one RpcError; of a write, `data.applied` says whether it may have
 *         happened.
 * Source: PROTOCOL.md sections 1, 2 and 7.
 */
import { assert } from "../shared/assert.ts";
import type { ServerMessage } from "../shared/protocol/json_rpc.ts";
import { CLIENT_SILENCE_MS_MAX } from "../shared/protocol/limits.ts";
import type { Push } from "../shared/protocol/pushes.ts";
import { sizeRefusal } from "./call_refusals.ts";
import { type ClientEnvironment, SYSTEM_ENVIRONMENT } from "./client_environment.ts";
import { closeError } from "./close_error.ts";
import { messageText, type RpcRequest } from "./message_text.ts";
import { closedByUs, type Outcome, RpcError, replyError, withApplied } from "./rpc_error.ts";
import type { Socket, SocketAddress } from "./socket.ts";

/** Upgrade and welcome; a far server needs a few round trips. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** What a client is told unasked. */
export interface RpcListener {
  /** `params` as it came: what a newer server sends is for the listener to ignore. */
  pushed(name: string, params: unknown, client: RpcClient): void;
  /** Once, after every pending call has failed; not after a `close` of one's own. */
  closed(error: RpcError, client: RpcClient): void;
}

/** How to connect, beside where. `signal` gives up while it is still connecting. */
export interface ConnectOptions {
  readonly environment?: ClientEnvironment;
  readonly signal?: AbortSignal;
}

interface Asked {
  readonly write: boolean;
  readonly done: (outcome: Outcome) => void;
}

export class RpcClient {
  readonly #url: string;
  readonly #listener: RpcListener;
  readonly #environment: ClientEnvironment;
  readonly #asked = new Map<unknown, Asked>();
  readonly #welcomed = Promise.withResolvers<Push<"welcome">>();
  #socket: Socket | undefined;
  #welcome: Push<"welcome"> | undefined;
  #bye: Push<"bye"> | undefined;
  #goaway: Push<"goaway"> | undefined;
  #ended: RpcError | undefined;
  #nextId = 1;
  #heardMs: number;
  #callOff: () => void;

  private constructor(url: string, listener: RpcListener, environment: ClientEnvironment) {
    this.#url = url;
    this.#listener = listener;
    this.#environment = environment;
    this.#heardMs = environment.clock.now();
    this.#callOff = this.#alarm(CONNECT_TIMEOUT_MS, () => this.#giveUp());
  }

  /** The client once the server has welcomed it; throws the RpcError that says why it did not. */
  static async connect(
    address: SocketAddress,
    listener: RpcListener,
    { environment = SYSTEM_ENVIRONMENT, signal }: ConnectOptions = {},
  ): Promise<RpcClient> {
    if (signal?.aborted === true) throw closedByUs();
    const client = new RpcClient(address.url, listener, environment);
    const abort = (): void => client.#end(closedByUs());
    signal?.addEventListener("abort", abort);
    try {
      await Promise.all([client.#open(address), client.#welcomed.promise]);
      return client;
    } catch (error) {
      throw error instanceof RpcError ? error : client.#unreachable(error);
    } finally {
      signal?.removeEventListener("abort", abort);
      if (client.#welcome === undefined) client.#callOff();
    }
  }

  /** Who the server takes this client for, and its limits. */
  get welcome(): Push<"welcome"> {
    assert(this.#welcome !== undefined, "a connected client has been welcomed");
    return this.#welcome;
  }

  /** What the server said of its going away, maybe before the client was handed out. */
  get goaway(): Push<"goaway"> | undefined {
    return this.#goaway;
  }

  /** Why the connection is no more; undefined while it is there. */
  get ended(): RpcError | undefined {
    return this.#ended;
  }

  /** The call's result; throws the RpcError of its refusal or of the lost connection. */
  call(request: RpcRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.ask(request, (outcome) => {
        if (outcome.ok) resolve(outcome.result);
        else reject(outcome.error);
      });
    });
  }

  /** The same for those who must act on the reply before the push behind it is handed on. */
  ask(request: RpcRequest, done: (outcome: Outcome) => void): void {
    const { method, write = false } = request;
    const id = this.#nextId++;
    const text = messageText(request, id);
    const refusal = this.#ended ?? this.#sizeRefusal(method, text);
    if (refusal !== undefined) {
      done({ ok: false, error: write ? withApplied(refusal, "no") : refusal });
      return;
    }
    this.#asked.set(id, { write, done });
    this.#socket?.send(text);
  }

  /** Sends what is never answered. True: it left; that it was done is not known. */
  cast(request: RpcRequest): boolean {
    const text = messageText(request);
    if (this.#ended !== undefined || this.#sizeRefusal(request.method, text)) return false;
    this.#socket?.send(text);
    return true;
  }

  /** Ends the connection; calls that still wait fail as `closed`. */
  close(): void {
    if (this.#ended !== undefined) return;
    this.#socket?.close();
    this.#fail(closedByUs());
  }

  async #open(address: SocketAddress): Promise<void> {
    this.#socket = await this.#environment.open(address, {
      received: (text) => this.#receive(text),
      pinged: () => this.#hear(),
      closed: (close) => this.#end(closeError(address.url, close, this.#bye)),
    });
    if (this.#ended !== undefined) this.#socket.terminate(); // It ended while this was on its way.
  }

  #receive(text: string): void {
    if (this.#ended !== undefined) return;
    this.#hear();
    const message = decode(text);
    if (message === undefined)
      this.#end(this.#lost(true)); // Not a server of this protocol.
    else if ("method" in message) this.#push(message.method, message.params);
    // A late reply finds no call and is dropped; so does id null, which answers what is no call.
    else if ("error" in message)
      this.#reply(message.id, { ok: false, error: replyError(message.error) });
    else this.#reply(message.id, { ok: true, result: message.result });
  }

  #reply(id: unknown, outcome: Outcome): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    asked?.done(outcome);
  }

  #push(name: string, params: unknown): void {
    if (name === "bye") this.#bye = params as Push<"bye">;
    if (name === "goaway") this.#goaway = params as Push<"goaway">;
    if (name !== "welcome") {
      this.#listener.pushed(name, params, this);
      return;
    }
    this.#welcome = params as Push<"welcome">;
    this.#callOff();
    this.#watch();
    this.#welcomed.resolve(this.#welcome);
  }

  // ── Silence

  #hear(): void {
    this.#heardMs = this.#environment.clock.now();
  }

  #watch(): void {
    const leftMs = this.#heardMs + CLIENT_SILENCE_MS_MAX - this.#environment.clock.now();
    if (leftMs <= 0) this.#giveUp();
    else this.#callOff = this.#alarm(leftMs, () => this.#watch());
  }

  #giveUp(): void {
    this.#end(this.#lost(this.#welcome !== undefined));
  }

  #alarm(afterMs: number, ring: () => void): () => void {
    const { clock } = this.#environment;
    return clock.alarm(clock.now() + afterMs, ring);
  }

  // ── The end

  #end(error: RpcError): void {
    if (this.#ended !== undefined) return;
    this.#socket?.terminate();
    this.#fail(error);
    if (this.#welcome === undefined) this.#welcomed.reject(error);
    else this.#listener.closed(error, this);
  }

  #fail(error: RpcError): void {
    this.#ended = error;
    this.#callOff();
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { write, done } of asked) {
      done({ ok: false, error: write ? withApplied(error, "unknown") : error });
    }
  }

  #lost(opened: boolean): RpcError {
    return closeError(this.#url, { opened, code: 1006, reason: "" });
  }

  #unreachable(cause: unknown): RpcError {
    const { message, kind, code, retry, data } = this.#lost(false);
    return new RpcError(message, { kind, code, retry, data, cause });
  }

  #sizeRefusal(method: string, text: string): RpcError | undefined {
    return sizeRefusal(method, text, this.welcome.limits.message_bytes);
  }
}

/** Only as much of the shape as is needed to read on: the server is trusted with the rest. */
function decode(text: string): ServerMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof message === "object" && message !== null ? (message as ServerMessage) : undefined;
}
