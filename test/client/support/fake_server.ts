/**
 * FakeServer: a WebSocket server that speaks raw frames, for tests of the client.
 *
 * It welcomes whoever connects and answers calls as `answer` says; a test may also take the frames
 * as they came and send its own. Nothing of the product but the version's name is used.
 */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** A message as it came. */
export interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}
/** What a call is answered with; undefined: nothing, the test does it. */
export type Answer = { readonly result: unknown } | { readonly error: unknown } | undefined;

export interface FakeServerOptions {
  readonly answer?: (message: Message, connection: FakeConnection) => Answer;
  /** In place of the welcome. */
  readonly greet?: (connection: FakeConnection) => void;
  /** HTTP status with which every upgrade is refused. */
  readonly refuse?: number;
}

export class FakeConnection {
  readonly request: IncomingMessage;
  /** Text of every frame that came. */
  readonly frames: string[] = [];
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.#socket = socket;
    this.request = request;
  }

  get user(): string {
    return this.request.headers.authorization?.replace(/^Bearer token-of-/, "") ?? "nobody";
  }

  /** Sends the messages in one frame. */
  send(...messages: readonly object[]): void {
    this.sendText(messages.map((message) => JSON.stringify(message)).join("\n"));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  push(method: string, params: object): void {
    this.send({ jsonrpc: "2.0", method, params });
  }

  welcome(): void {
    const limits = { message_bytes: 65_536, in_flight: 256, subscriptions: 1000 };
    const who = { pid: "<0.7.0>", user: this.user, node: "n", server: "0", protocol: 1 };
    const params = { ...who, heartbeat_ms: 25_000, features: [], limits };
    this.push("welcome", params);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  ping(): void {
    this.#socket.ping();
  }

  /** Cuts the connection as a cable does. */
  cut(): void {
    this.#socket.terminate();
  }
}

export class FakeServer {
  readonly connections: FakeConnection[] = [];
  /** Also after it has stopped: an address where nobody listens. */
  readonly url: string;
  /** Resolves when somebody has. */
  readonly connected: Promise<unknown>;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.connected = once(server, "connection");
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/socket`;
  }

  static async start(options: FakeServerOptions = {}): Promise<FakeServer> {
    const { refuse } = options;
    const server = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      handleProtocols: (offered) => (offered.has("todo.v1") ? "todo.v1" : false),
      verifyClient: (_info, done) => done(refuse === undefined, refuse),
    });
    await once(server, "listening");
    const fake = new FakeServer(server);
    server.on("connection", (socket, request) => fake.#accept(socket, request, options));
    return fake;
  }

  get connection(): FakeConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nobody has connected");
    return connection;
  }

  async stop(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: WebSocket, request: IncomingMessage, options: FakeServerOptions): void {
    const connection = new FakeConnection(socket, request);
    this.connections.push(connection);
    socket.on("message", (data) => {
      const frame = String(data);
      connection.frames.push(frame);
      for (const text of frame.split("\n")) answer(JSON.parse(text), connection, options);
    });
    if (options.greet === undefined) connection.welcome();
    else options.greet(connection);
  }
}

function answer(message: Message, connection: FakeConnection, options: FakeServerOptions): void {
  const given = options.answer?.(message, connection);
  if (given !== undefined) connection.send({ jsonrpc: "2.0", id: message.id, ...given });
}

/** An `error` member as PROTOCOL.md section 6 has it. */
export function refusal(kind: string, details: object = {}): { error: object } {
  const message = `The fake server says ${kind}.`;
  return { error: { code: -32000, message, data: { kind, retry: false, ...details } } };
}
