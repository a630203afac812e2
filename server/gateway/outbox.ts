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

/** Where it writes, and when. */
export interface OutboxOptions {
  readonly socket: Socket;
  readonly runtime: Runtime;
  /** Whether messages may still be sent: neither side has said a close frame. */
  readonly isOpen: () => boolean;
}

/** That of one connection. */
export class Outbox {
  readonly #socket: Socket;
  readonly #runtime: Runtime;
  readonly #isOpen: () => boolean;
  #frames = "";
  #isShut = false;
  #sent = 0;
  #whenFlushed: (() => void) | undefined;

  constructor({ socket, runtime, isOpen }: OutboxOptions) {
    this.#socket = socket;
    this.#runtime = runtime;
    this.#isOpen = isOpen;
  }

  /** Bytes that have not left the process: in here, or in the socket's own buffer. */
  get queuedBytes(): number {
    return this.#frames.length + this.#socket.writableLength;
  }

  /** At most so much is queued that the socket will not take. */
  hasRoom(bytesMax: number): boolean {
    if (this.queuedBytes <= bytesMax) return true;
    this.flush(); // Perhaps it is only this turn's, and the peer reads well.
    return this.queuedBytes <= bytesMax;
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
    this.drop();
  }

  /** Writes nothing any more: a close frame was sent. */
  drop(): void {
    this.#frames = "";
    this.#isShut = true;
  }

  /** Writes all there is; nothing when a close frame has passed. */
  readonly flush = (): void => {
    const frames = this.#frames;
    this.#frames = "";
    if (frames === "" || !this.#socket.writable || !this.#isOpen()) return;
    this.#socket.write(frames, "latin1");
    const run = this.#whenFlushed;
    this.#whenFlushed = undefined;
    if (run !== undefined && this.#socket.writableLength === 0) run();
  };
}
