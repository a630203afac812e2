/**
 * Outbox: the frames a connection has to send; written once a turn.
 *
 * Owner: one connection's process; nothing else writes that socket's messages. (`ws` writes its own
 *        control frames to it, each whole, so the two never cut into each other.)
 * Cost:  one write per socket and turn, however many frames it holds: the system call is the cost.
 */
import type { Socket } from "node:net";
import type { Runtime } from "../runtime/index.ts";
import { textFrame } from "./frames.ts";

export class Outbox {
  readonly #socket: Socket;
  readonly #runtime: Runtime;
  #frames = "";
  #isShut = false;
  #sent = 0;
  #whenFlushed: (() => void) | undefined;

  constructor(socket: Socket, runtime: Runtime) {
    this.#socket = socket;
    this.#runtime = runtime;
  }

  /** Bytes that have not left the process: in here, or in the socket's own buffer. */
  get queuedBytes(): number {
    return this.#frames.length + this.#socket.writableLength;
  }

  /** Messages it was given so far. */
  get sent(): number {
    return this.#sent;
  }

  /** One message, framed here. */
  send(text: string): void {
    this.sendFrame(textFrame(text));
  }

  /** One message that was framed already, for all who get it. */
  sendFrame(frame: string): void {
    if (this.#isShut) return;
    if (this.#frames === "") this.#runtime.atTurnEnd(this.flush);
    this.#frames += frame;
    this.#sent += 1;
  }

  /**
   * Calls `run` once, when the next flush has left nothing behind in the socket. Such a write, done
   * at once, is followed by no `drain`; one that leaves something is, and `run` is forgotten.
   */
  whenFlushed(run: () => void): void {
    this.#whenFlushed = run;
  }

  /** Writes all there is, and nothing after it: a close frame follows (RFC 6455 §5.5.1). */
  shut(): void {
    this.flush();
    this.#isShut = true;
  }

  /** Writes all there is. */
  readonly flush = (): void => {
    const frames = this.#frames;
    this.#frames = "";
    if (frames === "" || !this.#socket.writable) return;
    this.#socket.write(frames, "latin1");
    const run = this.#whenFlushed;
    this.#whenFlushed = undefined;
    if (run !== undefined && this.#socket.writableLength === 0) run();
  };
}
