/**
 * WireClient: one connection of the load, as lean as can be, so that the server is the limit.
 *
 * Shape: answers come to a callback; a push is handed on as text, for many subscribers get the same
 *        and push_reader.ts decodes it once.
 * Bound: no deadline of its own: the server answers every call in time or closes; whoever waits for
 *        the end of a run has a deadline for all.
 * Source: PROTOCOL.md sections 1 and 2.
 */
import { closeError } from "../../client/close_error.ts";
import type { RpcError } from "../../client/rpc_error.ts";
import { openSocket, type Socket, type SocketClose } from "../../client/socket.ts";
import type { Push } from "../../shared/protocol/pushes.ts";
import type { Tally } from "./tally.ts";

const CONNECT_TIMEOUT_MS = 30_000; // Many connect at once, and a busy server takes its time.
const PUSH = `{"jsonrpc":"2.0","method":`; // How a server writes one; other orders are parsed.

/** What came of a call. `kind`: a kind of error, `closed` when the connection ended first. */
export type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly kind: string; readonly message: string };

/** Told what is not an answer. `closed`: not after a `close` of one's own. */
export interface WireListener {
  pushed(text: string): void;
  closed(error: RpcError): void;
}

/** Where to connect, as whom. */
export interface WireAddress {
  readonly url: string;
  readonly token: string | undefined;
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly data?: { readonly kind?: string } };
}

export class WireClient {
  readonly #tally: Tally | undefined;
  readonly #listener: WireListener;
  readonly #asked = new Map<number, (answer: Answer) => void>();
  readonly #welcomed = Promise.withResolvers<Push<"welcome">>();
  #socket: Socket | undefined;
  #bye: Push<"bye"> | undefined;
  #welcome: Push<"welcome"> | undefined;
  #closed = false;
  #nextId = 1;

  private constructor(listener: WireListener, tally: Tally | undefined) {
    this.#listener = listener;
    this.#tally = tally;
  }

  /** A client that has been welcomed; throws the RpcError that says why there is none. */
  static async connect(
    address: WireAddress,
    listener: WireListener,
    tally?: Tally,
  ): Promise<WireClient> {
    const client = new WireClient(listener, tally);
    const { url } = address;
    const late = { opened: false, code: 1006, reason: "" };
    const timer = setTimeout(() => client.#end(url, late), CONNECT_TIMEOUT_MS);
    try {
      client.#socket = await openSocket(address, {
        received: (text) => client.#receive(text),
        pinged: () => undefined,
        closed: (close) => client.#end(url, close),
      });
      client.#welcome = await client.#welcomed.promise;
      return client;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Who the server takes it for, and its limits. */
  get welcome(): Push<"welcome"> {
    if (this.#welcome === undefined) throw new Error("a client that was welcomed is wanted");
    return this.#welcome;
  }

  /** False once it has ended, by either side. */
  get isConnected(): boolean {
    return !this.#closed;
  }

  /** Sends a call; `done` comes once, at once when the connection has ended. */
  ask(method: string, params: object, done: (answer: Answer) => void): void {
    if (this.#closed) {
      done(CLOSED);
      return;
    }
    const id = this.#nextId++;
    this.#asked.set(id, done);
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    this.#tally?.count("sentBytes", text.length);
    this.#socket?.send(text);
  }

  /** The same as a promise, which never rejects. */
  call(method: string, params: object): Promise<Answer> {
    return new Promise((resolve) => this.ask(method, params, resolve));
  }

  close(): void {
    this.#closed = true;
    this.#socket?.close();
    this.#failAll();
  }

  #receive(text: string): void {
    this.#tally?.count("receivedBytes", text.length);
    if (this.#closed) return;
    if (text.startsWith(PUSH) && this.#welcome !== undefined) {
      if (text.startsWith(`"bye"`, PUSH.length)) this.#push(JSON.parse(text) as Reply, text);
      else this.#listener.pushed(text);
      return;
    }
    const reply = JSON.parse(text) as Reply;
    if (reply.method !== undefined) this.#push(reply, text);
    else if (reply.id !== undefined) {
      const done = this.#asked.get(reply.id);
      this.#asked.delete(reply.id);
      done?.(answerOf(reply));
    }
  }

  #push({ method, params }: Reply, text: string): void {
    if (method === "welcome") this.#welcomed.resolve(params as Push<"welcome">);
    else if (method === "bye") this.#bye = params as Push<"bye">;
    else this.#listener.pushed(text);
  }

  #end(url: string, close: SocketClose): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket?.close();
    const error = closeError(url, close, this.#bye);
    this.#failAll();
    if (this.#welcome !== undefined) this.#listener.closed(error);
    else this.#welcomed.reject(error);
  }

  #failAll(): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const done of asked) done(CLOSED);
  }
}

const CLOSED: Answer = { ok: false, kind: "closed", message: "The connection was lost." };

function answerOf({ result, error }: Reply): Answer {
  if (error === undefined) return { ok: true, result };
  return { ok: false, kind: error.data?.kind ?? "internal", message: error.message };
}
