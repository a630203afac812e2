/**
 * ConnectionSocket: one WebSocket, with what its connection's process does to it.
 *
 * `ws` reads and answers pings and closes; messages are written by the outbox, past `ws`, a turn's
 * frames in one write. What comes is sent as messages to the connection's pid.
 * Source: RFC 6455; PROTOCOL.md section 1 for what closes 4400.
 */
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { CLOSE_CODES, type CloseCode } from "../../shared/protocol/close_codes.ts";
import { encodePush } from "../../shared/protocol/codec.ts";
import type { Pid, Runtime } from "../runtime/index.ts";
import { Outbox } from "./outbox.ts";

/** Frames handed over and not yet taken, beyond which no more are read. */
const UNTAKEN_MAX = 1_000;
/** Milliseconds a peer has to take what is queued and to say its close. */
const CLOSE_MS_MAX = 5_000;
/** The same for one that has read nothing for long, while much may be queued for it. */
const DEAF_CLOSE_MS_MAX = 1_500;
const DEAF: ReadonlySet<CloseCode> = new Set([4108, 4109]);
/** Milliseconds a server that goes away waits for the close of a peer that has taken all … */
const LET_GO_MS = 300;
/** … and how often it waits so long for one that has not. */
const LET_GO_TIMES = 3;

/** What a socket tells its connection. */
export type SocketNews =
  | { readonly type: "frame"; readonly text: string }
  | { readonly type: "binary" }
  | { readonly type: "pong" }
  | { readonly type: "drained" }
  | { readonly type: "closed" };

export class ConnectionSocket {
  readonly outbox: Outbox;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #runtime: Runtime;
  #untaken = 0;
  /** Too many are untaken. */
  #isFull = false;
  /** The connection wants to be read to no more. */
  #isPaused = false;
  /** Calls off the end by force that is to come. */
  #callOff: (() => void) | undefined;

  /** `socket` is the one under `ws`, as the upgrade handed it over. */
  constructor(ws: WebSocket, socket: Socket, runtime: Runtime) {
    this.#ws = ws;
    this.#socket = socket;
    this.#runtime = runtime;
    const isOpen = () => ws.readyState === ws.OPEN;
    this.outbox = new Outbox({ socket, runtime, isOpen });
    // Its close follows, and `ws` has sent ours; a peer's bad frames are no news. Here, and not in
    // `tell`: a connection that is refused at once can get bad frames too, and an error nobody
    // listens to ends the program.
    ws.on("error", () => {
      this.outbox.drop();
      if (this.#callOff === undefined) this.#terminateAfter(CLOSE_MS_MAX);
    });
    ws.on("close", () => this.#callOff?.());
  }

  /** Sends everything that comes to `pid`, which is the connection's. */
  tell(pid: Pid<SocketNews>): void {
    const news = (message: SocketNews) => pid.process?.deliver(message);
    this.#ws.on("message", (data, isBinary) => {
      news(isBinary ? { type: "binary" } : { type: "frame", text: String(data) });
      this.#untaken += 1;
      if (this.#untaken === UNTAKEN_MAX) this.#fill();
    });
    this.#ws.on("pong", () => news({ type: "pong" }));
    this.#ws.on("close", () => news({ type: "closed" }));
    this.#socket.on("drain", () => news({ type: "drained" }));
  }

  /** The connection has taken one frame. */
  took(): void {
    this.#untaken -= 1;
    if (this.#untaken > 0 || !this.#isFull) return;
    this.#isFull = false;
    if (!this.#isPaused) this.#ws.resume();
  }

  /** Reads no more until `resume`. What was read already still comes. */
  pause(): void {
    this.#isPaused = true;
    this.#ws.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isFull) this.#ws.resume();
  }

  ping(): void {
    this.#ws.ping();
  }

  /** Says `bye`, with the same code and reason, and closes; soon by force. */
  close(code: CloseCode): void {
    const { reason } = CLOSE_CODES[code];
    this.outbox.send(encodePush("bye", { code, reason }));
    this.outbox.shut();
    this.#ws.removeAllListeners("message"); // What comes now is read for its close frame only.
    this.#ws.close(code, reason);
    this.#ws.resume(); // Or the peer's own close would not be read.
    this.#terminateAfter(DEAF.has(code) ? DEAF_CLOSE_MS_MAX : CLOSE_MS_MAX);
  }

  /**
   * The same when the server goes away and waits for nobody longer than it must: what the system
   * has taken it sends by itself, also when the program is no more; but not to a peer that still
   * says something, which nobody reads then, so that the system resets the connection.
   */
  letGo(times = LET_GO_TIMES): void {
    const { bytesRead } = this.#socket;
    this.#after(LET_GO_MS, () => {
      if (this.#socket.bytesRead > bytesRead) return this.letGo(times);
      if (times === 1 || this.#socket.writableLength === 0) return this.terminate();
      this.letGo(times - 1);
    });
  }

  /** Lets go at once: for a peer that reads nothing, whom a `bye` would never reach. */
  terminate(): void {
    this.#ws.terminate();
  }

  #terminateAfter(ms: number): void {
    this.#after(ms, () => this.terminate());
  }

  #after(ms: number, run: () => void): void {
    this.#callOff?.();
    const timer = this.#runtime.addTimer(ms, run);
    this.#callOff = () => this.#runtime.cancelTimer(timer);
  }

  /** Frames come faster than they are taken: the rest stays where the peer feels it. */
  #fill(): void {
    this.#isFull = true;
    this.#ws.pause();
  }
}
