/**
 * RpcClient: JSON-RPC calls, casts and pushes over one connection; it knows no method by name.
 *
 * Order:  calls and casts leave as they are made; replies and pushes are handed on as they come,
 *         each before the next is looked at.
 * Bound:  every call ends: by its reply, by a guard CLIENT_GUARD_MS after its server-side timeout,
 *         or with the connection. There is no reconnecting here; a closed client stays closed.
 * Errors: every failure is one RpcError; of a write, `data.applied` says whether it may have
 *         happened.
 * Source: PROTOCOL.md sections 1 and 2.
 */
import { assert } from "../shared/assert.ts";
import { ERRORS } from "../shared/protocol/errors.ts";
import type { ServerMessage } from "../shared/protocol/json_rpc.ts";
import { CALL_TIMEOUT_MS, CLIENT_GUARD_MS } from "../shared/protocol/limits.ts";
import type { Push } from "../shared/protocol/pushes.ts";
import { closeError } from "./close_error.ts";
import { type Outcome, PendingCalls } from "./pending_calls.ts";
import { RpcError, replyError } from "./rpc_error.ts";
import { openSocket, type Socket, type SocketAddress } from "./socket.ts";

const CONNECT_TIMEOUT_MS = 10_000; // Upgrade and welcome; a far server needs a few round trips.
const UTF8_BYTES_MAX = 3; // Of one UTF-16 unit.

/** What a client is told unasked. */
export interface RpcListener {
  /** `params` as it came: what a newer server sends is for the listener to ignore. */
  pushed(name: string, params: unknown): void;
  /** Once, after every pending call has failed; not after a `close` of one's own. */
  closed(error: RpcError): void;
}

/** One call. `timeoutMs`: 1..60000, CALL_TIMEOUT_MS unless given. `write`: it changes something. */
export interface RpcRequest {
  readonly method: string;
  readonly params: object;
  readonly timeoutMs?: number | undefined;
  readonly write?: boolean;
}

export class RpcClient {
  readonly #url: string;
  readonly #listener: RpcListener;
  readonly #pending = new PendingCalls();
  readonly #welcomed = Promise.withResolvers<Push<"welcome">>();
  #socket: Socket | undefined;
  #welcome: Push<"welcome"> | undefined;
  #bye: Push<"bye"> | undefined;
  #closed: RpcError | undefined;
  #nextId = 1;

  private constructor(url: string, listener: RpcListener) {
    this.#url = url;
    this.#listener = listener;
  }

  /** The client once the server has welcomed it; throws the RpcError that says why it did not. */
  static async connect(
    address: SocketAddress,
    listener: RpcListener,
    open: typeof openSocket = openSocket,
  ): Promise<RpcClient> {
    const client = new RpcClient(address.url, listener);
    const timer = setTimeout(() => client.#end(client.#lost(false)), CONNECT_TIMEOUT_MS);
    try {
      client.#socket = await open(address, {
        received: (text) => client.#receive(text),
        closed: (close) => client.#end(closeError(address.url, close, client.#bye)),
      });
      await client.#welcomed.promise;
      return client;
    } catch (error) {
      throw error instanceof RpcError ? error : client.#lost(false); // Such as a url that is none.
    } finally {
      clearTimeout(timer);
    }
  }

  /** Who the server takes this client for, and its limits. */
  get welcome(): Push<"welcome"> {
    assert(this.#welcome !== undefined, "a connected client has been welcomed");
    return this.#welcome;
  }

  /** The call's result; throws the RpcError of its refusal, deadline or lost connection. */
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
    const { method, timeoutMs, write = false } = request;
    const params =
      timeoutMs === undefined ? request.params : { ...request.params, timeout_ms: timeoutMs };
    const id = this.#nextId++;
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    const refusal = this.#closed ?? this.#sizeRefusal(method, text);
    if (refusal !== undefined) {
      done({ ok: false, error: write ? withApplied(refusal, "no") : refusal });
      return;
    }
    const guardMs = (timeoutMs ?? CALL_TIMEOUT_MS) + CLIENT_GUARD_MS;
    this.#pending.add(id, { method, write, timeoutMs: guardMs, done });
    this.#socket?.send(text);
  }

  /** Sends what is never answered. True: it left; that it was done is not known. */
  cast(method: string, params: object): boolean {
    const text = JSON.stringify({ jsonrpc: "2.0", method, params });
    if (this.#closed !== undefined || this.#sizeRefusal(method, text) !== undefined) return false;
    this.#socket?.send(text);
    return true;
  }

  /** Ends the connection; calls that still wait fail as `closed`. */
  close(): void {
    if (this.#closed !== undefined) return;
    this.#fail(
      new RpcError("The connection was closed by this client.", {
        kind: "closed",
        code: 0,
        retry: true,
      }),
    );
  }

  #receive(text: string): void {
    if (this.#closed !== undefined) return;
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
    this.#pending.take(id)?.done(outcome);
  }

  #push(name: string, params: unknown): void {
    if (name === "bye") this.#bye = params as Push<"bye">;
    if (name !== "welcome") {
      this.#listener.pushed(name, params);
      return;
    }
    this.#welcome = params as Push<"welcome">;
    this.#welcomed.resolve(this.#welcome);
  }

  #end(error: RpcError): void {
    if (this.#closed !== undefined) return;
    this.#fail(error);
    if (this.#welcome === undefined) this.#welcomed.reject(error);
    else this.#listener.closed(error);
  }

  #fail(error: RpcError): void {
    this.#closed = error;
    this.#socket?.close();
    this.#pending.failAll(({ write }) => (write ? withApplied(error, "unknown") : error));
  }

  #lost(opened: boolean): RpcError {
    return closeError(this.#url, { opened, code: 1006, reason: "" });
  }

  #sizeRefusal(method: string, text: string): RpcError | undefined {
    const bytesMax = this.welcome.limits.message_bytes;
    if (text.length * UTF8_BYTES_MAX <= bytesMax) return undefined;
    const bytes = new TextEncoder().encode(text).length;
    if (bytes <= bytesMax) return undefined;
    const message = `${method} takes at most ${bytesMax} bytes as one message; this has ${bytes}.`;
    return new RpcError(message, { kind: "too_large", ...ERRORS.too_large });
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

function withApplied(error: RpcError, applied: "no" | "unknown"): RpcError {
  const { message, kind, code, retry, data } = error;
  return new RpcError(message, { kind, code, retry, data: { ...data, applied } });
}
