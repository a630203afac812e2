/**
 * Socket: one WebSocket that carries whole JSON-RPC messages, in Node and in browsers.
 *
 * Shape: in Node the package `ws`, the token in the Authorization header; elsewhere the browser's
 *        own class, the token as the subprotocol `todo.bearer.TOKEN`, for a page cannot set
 *        headers.
 * Order: messages leave as they were given. Those given in one tick share a frame, joined by "\n".
 * Bound: FRAME_BYTES_MAX per frame; a longer single message goes alone, its sender checks it.
 * Source: PROTOCOL.md section 1.
 */
import { assert } from "../shared/assert.ts";
import { BEARER_PREFIX, SUBPROTOCOL } from "../shared/protocol/version.ts";

const FRAME_BYTES_MAX = 512 * 1024; // Half of what the server takes.
const BYTES_PER_CHARACTER_MAX = 3; // UTF-8 of one UTF-16 unit; saves measuring every message.
const FRAME_CHARACTERS_MAX = Math.floor(FRAME_BYTES_MAX / BYTES_PER_CHARACTER_MAX);
const RECEIVED_BYTES_MAX = 16 * 1024 * 1024; // One message is at most 1 MiB; frames hold several.
const CLOSE_TIMEOUT_MS = 1000; // A server that does not answer the close holds nobody up.

/** How to reach a server. `webSocket`: the browser's class, or one that behaves as it does. */
export interface SocketAddress {
  readonly url: string;
  readonly token?: string | undefined;
  readonly webSocket?: WebSocketClass | undefined;
}

/** Why a socket ended. `status`: the HTTP status of a refused upgrade, where it can be known. */
export interface SocketClose {
  readonly opened: boolean;
  readonly code: number;
  readonly reason: string;
  readonly status?: number;
}

/** Told of what comes. `closed` comes once and last, also when the socket never opened. */
export interface SocketListener {
  received(message: string): void;
  /** The server pinged: it is there. Browsers do not tell. */
  pinged(): void;
  closed(close: SocketClose): void;
}

/** Sends; before it is open and after it has closed, sending is a bug and does nothing. */
export interface Socket {
  send(message: string): void;
  /** Says goodbye; what was sent before leaves. */
  close(): void;
  /** Ends it without waiting for a server that may be gone. */
  terminate(): void;
}

/** Opens sockets: `openSocket`, or what a test has in its place. */
export type OpenSocket = (address: SocketAddress, listener: SocketListener) => Promise<Socket>;

/** What is used of the browser's WebSocket; that of `ws` has the same. */
export interface WebSocketLike {
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { code: number; reason: string }) => void,
  ): void;
  send(text: string): void;
  close(): void;
  /** Only that of `ws` has it. */
  terminate?(): void;
}
/** A class that makes them, called as the browser's WebSocket is. */
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

/** Starts connecting. What comes of it is told to the listener, never thrown. */
export async function openSocket(
  { url, token, webSocket }: SocketAddress,
  listener: SocketListener,
): Promise<Socket> {
  if (webSocket === undefined && isNode()) return openInNode({ url, token }, listener);
  const Class = webSocket ?? (globalThis.WebSocket as WebSocketClass);
  const protocols = token === undefined ? [] : [`${BEARER_PREFIX}${token}`];
  return attach(new Class(url, [SUBPROTOCOL, ...protocols]), listener, () => undefined);
}

async function openInNode(
  { url, token }: SocketAddress,
  listener: SocketListener,
): Promise<Socket> {
  // A bundle for browsers gets the few lines that `ws` has for them: its "browser" export.
  const { WebSocket } = await import("ws");
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const options = {
    headers,
    perMessageDeflate: false,
    maxPayload: RECEIVED_BYTES_MAX,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  const webSocket = new WebSocket(url, [SUBPROTOCOL], options);
  let status: number | undefined;
  webSocket.on("unexpected-response", (_request, response) => {
    status = response.statusCode;
    webSocket.terminate();
  });
  webSocket.on("ping", () => listener.pinged());
  return attach(webSocket, listener, () => status);
}

function attach(
  webSocket: WebSocketLike,
  listener: SocketListener,
  status: () => number | undefined,
): Socket {
  let opened = false;
  webSocket.addEventListener("open", () => {
    opened = true;
  });
  webSocket.addEventListener("error", () => undefined); // A close follows and says what it can.
  webSocket.addEventListener("message", ({ data }) => {
    if (typeof data !== "string") {
      webSocket.close(); // A binary frame: no server of this protocol sends one.
      return;
    }
    for (const message of data.split("\n")) if (message !== "") listener.received(message);
  });
  webSocket.addEventListener("close", ({ code, reason }) => {
    const refused = status();
    listener.closed({
      opened,
      code,
      reason,
      ...(refused === undefined ? {} : { status: refused }),
    });
  });
  return new GatheringSocket(webSocket);
}

/** Gathers what is sent in one tick into as few frames as the bound allows. */
class GatheringSocket implements Socket {
  readonly #webSocket: WebSocketLike;
  #waiting: string[] = [];
  #characters = 0;

  constructor(webSocket: WebSocketLike) {
    this.#webSocket = webSocket;
  }

  send(message: string): void {
    assert(!message.includes("\n"), "a message of one line is wanted, one of several came");
    if (this.#characters + message.length > FRAME_CHARACTERS_MAX) this.#flush();
    if (this.#waiting.length === 0) queueMicrotask(() => this.#flush());
    this.#waiting.push(message);
    this.#characters += message.length + 1;
  }

  close(): void {
    this.#flush();
    this.#webSocket.close();
  }

  terminate(): void {
    if (this.#webSocket.terminate === undefined) this.#webSocket.close();
    else this.#webSocket.terminate();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const frame = this.#waiting.join("\n");
    this.#waiting = [];
    this.#characters = 0;
    this.#webSocket.send(frame);
  }
}

function isNode(): boolean {
  return typeof process === "object" && typeof process.versions?.node === "string";
}
