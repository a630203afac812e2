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

  constructor(socket: Socket, runtime: Runtime) {
    this.#socket = socket;
    this.#runtime = runtime;
  }

  /** Bytes that have not left the process: in here, or in the socket's own buffer. */
  get queuedBytes(): number {
    return this.#frames.length + this.#socket.writableLength;
  }

  /** One message, framed here. */
  send(text: string): void {
    this.sendFrame(textFrame(text));
  }

  /** One message that was framed already, for all who get it. */
  sendFrame(frame: string): void {
    if (this.#frames === "") this.#runtime.atTurnEnd(this.flush);
    this.#frames += frame;
  }

  /** Writes all there is. */
  readonly flush = (): void => {
    const frames = this.#frames;
    this.#frames = "";
    if (frames !== "" && this.#socket.writable) this.#socket.write(frames, "latin1");
  };
}
