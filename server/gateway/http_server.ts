/**
 * HttpServer: the port: health pages, metrics, and upgrades that become connections.
 *
 * Bound: a peer has UPGRADE_MS to send its request's head; ws reads frames of FRAME_BYTES_MAX.
 * Errors: an unknown path is 404; nothing of the inside is ever shown.
 */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { FRAME_BYTES_MAX } from "../../shared/protocol/limits.ts";
import { SUBPROTOCOL } from "../../shared/protocol/version.ts";
import type { Identity } from "../auth/identity.ts";
import type { Tokens } from "../auth/tokens.ts";
import { type Pid, Supervisor } from "../runtime/index.ts";
import { BadCredentials } from "./bad_credentials.ts";
import * as Connection from "./connection.ts";
import { ConnectionSocket } from "./connection_socket.ts";
import { offeredProtocols, tokenOf } from "./credentials.ts";
import type { Gateway } from "./gateway.ts";
import {
  type MetricsText,
  refusalOf as metricsRefusalOf,
  needsOperator,
  type Page,
} from "./metrics_page.ts";
import { originCheck } from "./origins.ts";
import { answerTo, refusalOf, type UpgradeAnswer, type UpgradeRequest } from "./upgrade.ts";

/** Milliseconds a peer may take to send the head of its request. */
const HEAD_MS_MAX = 10_000;
/** How much later one that took longer may be found. */
const HEAD_CHECK_MS = 5_000;

const TEXT = "text/plain; charset=utf-8";
const NOTHING: Page = { status: 404, text: "There is nothing here.\n" };
const FAILED: Page = { status: 500, text: "The server failed at this.\n" };
const GOING_AWAY: UpgradeAnswer = {
  kind: "http",
  status: 503,
  sentence: "The server is going away; come back later.",
};

/** Where to listen, whom to let in, and under whom they run. */
export interface HttpServerOptions {
  readonly gateway: Gateway;
  readonly tokens: Tokens;
  /** The supervisor under which connections run. */
  readonly supervisor: Pid;
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  readonly allowedOrigins: readonly string[];
  /** What `/metrics` shows; absent: there is no such page. */
  readonly metrics?: MetricsText;
  /** Every address is a proxy's. */
  readonly isBehindProxy?: boolean;
}

/** One listening port. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #http: Server;
  readonly #ws: WebSocketServer;
  readonly #badCredentials = new BadCredentials();
  readonly #protocols = new WeakMap<IncomingMessage, string>();
  #isAllowedOrigin: (origin: string) => boolean = () => false;
  #isDraining = false;
  #opened = 0;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { tls } = options;
    const limits = {
      headersTimeout: HEAD_MS_MAX,
      requestTimeout: HEAD_MS_MAX,
      connectionsCheckingInterval: HEAD_CHECK_MS,
    };
    this.#http = tls === undefined ? createServer(limits) : createTlsServer({ ...limits, ...tls });
    this.#ws = new WebSocketServer({
      noServer: true,
      clientTracking: true, // For `close`.
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
      handleProtocols: (_offered, request) => this.#protocols.get(request) ?? false,
    });
    this.#http.on("request", (request, response) => {
      const page = this.#page(request).catch(() => FAILED);
      void page.then(({ status, text, headers }) => {
        response.writeHead(status, { "content-type": TEXT, ...headers });
        response.end(text);
      });
    });
    this.#http.on("upgrade", (request, socket, head) => {
      socket.on("error", () => socket.destroy()); // Gone before it was let in.
      void this.#upgrade(request, socket, head);
    });
  }

  /** Begins to listen. Gives the port, or what is wrong: "EADDRINUSE", "EACCES", … */
  listen(): Promise<{ ok: true; port: number } | { ok: false; code: string }> {
    const { host, port, tls, allowedOrigins } = this.#options;
    return new Promise((resolve) => {
      this.#http.once("error", (error: NodeJS.ErrnoException) => {
        resolve({ ok: false, code: error.code ?? error.message });
      });
      this.#http.listen({ host, port }, () => {
        const listening = (this.#http.address() as AddressInfo).port;
        const scheme = tls === undefined ? "http" : "https";
        this.#isAllowedOrigin = originCheck({
          scheme,
          host,
          port: listening,
          allowed: allowedOrigins,
        });
        resolve({ ok: true, port: listening });
      });
    });
  }

  /** From now on nobody is let in; those who are in stay. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Lets go of the port and of whoever is left. */
  close(): void {
    this.#http.close();
    this.#http.closeAllConnections();
    for (const ws of this.#ws.clients) ws.terminate();
  }

  async #page(request: IncomingMessage): Promise<Page> {
    switch (request.url) {
      case "/metrics":
        return this.#metricsPage(request);
      case "/healthz":
        return { status: 200, text: "ok\n" };
      case "/readyz":
        return this.#isDraining
          ? { status: 503, text: "draining\n" }
          : { status: 200, text: "ready\n" };
      case "/socket":
        return { status: 426, text: "This is a WebSocket endpoint: upgrade.\n" };
      default:
        return NOTHING;
    }
  }

  async #metricsPage(request: IncomingMessage): Promise<Page> {
    const { metrics, isBehindProxy = false } = this.#options;
    if (metrics === undefined) return NOTHING;
    const { headers, socket } = request;
    if (isBehindProxy || needsOperator(socket.remoteAddress ?? "", headers)) {
      const refusal = metricsRefusalOf(await this.#identity(request));
      if (refusal !== undefined) return refusal;
    }
    const text = await metrics.text();
    return { status: 200, text, headers: { "content-type": metrics.contentType } };
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { headers, url = "/" } = request;
    const asked: UpgradeRequest = { url, headers, isAllowedOrigin: this.#isAllowedOrigin };
    const { remoteAddress = "" } = request.socket; // Before the wait, after which it may be gone.
    const decided = refusalOf(asked) ?? answerTo(asked, await this.#identity(request));
    const answer = this.#isDraining ? GOING_AWAY : decided;
    this.#count(answer, remoteAddress);
    if (answer.kind === "http") return refuse(socket, answer.status, answer.sentence);
    if (answer.protocol !== undefined) this.#protocols.set(request, answer.protocol);
    this.#ws.handleUpgrade(request, socket, head, (ws) => {
      this.#open(ws, socket as Socket, answer);
    });
  }

  #count(answer: UpgradeAnswer, address: string): void {
    if (answer.kind === "accept") return;
    const { connections, runtime } = this.#options.gateway;
    const code = answer.kind === "http" ? answer.status : answer.code;
    connections.traffic.upgradeRefused(code);
    runtime.telemetry.emit("upgrade_refused", { address, code });
  }

  /** Whom its token speaks for; undefined: it is bad or missing; "too_many": once too often. */
  async #identity({
    headers,
    socket,
  }: IncomingMessage): Promise<Identity | "too_many" | undefined> {
    const { gateway, tokens } = this.#options;
    const { remoteAddress = "" } = socket; // Before the wait, after which it may be gone.
    const token = tokenOf(headers, offeredProtocols(headers));
    const verdict = token === undefined ? undefined : await tokens.verify(token);
    if (verdict?.ok) return verdict.identity;
    gateway.connections.traffic.badCredentials += 1;
    const now = gateway.runtime.clock.now();
    return this.#badCredentials.allows(remoteAddress, now) ? undefined : "too_many";
  }

  #open(ws: WebSocket, tcp: Socket, answer: Exclude<UpgradeAnswer, { kind: "http" }>): void {
    const { gateway, supervisor } = this.#options;
    tcp.setNoDelay(true);
    const socket = new ConnectionSocket(ws, tcp, gateway.runtime);
    if (answer.kind === "close") return socket.close(answer.code);
    this.#opened += 1;
    const { identity, protocol } = answer;
    const onePerFrame = protocol !== SUBPROTOCOL;
    const started = Supervisor.startChild(supervisor, {
      id: `connection#${this.#opened}`,
      restart: "temporary",
      start: () => Connection.start({ gateway, socket, identity, onePerFrame }),
    });
    if (!started.ok) socket.terminate();
  }
}

function refuse(socket: Duplex, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.once("finish", () => socket.destroy()); // A peer may keep its half open for ever.
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
