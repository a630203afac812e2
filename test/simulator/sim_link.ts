/**
 * SimLink: one simulated TCP connection of a client with the server, and all that can befall it.
 *
 * Order: bytes, in each direction those that were sent first arrive first, in pieces of any length.
 * Faults: delay; a cut, which both ends notice, in the midst of a frame perhaps; half open, which
 *         nobody notices: nothing arrives any more; a stalled reader, whose bytes stay at the
 *         server; a program that dies, or a machine.
 */
import { closeBytes, type Frame, FrameReader, pongBytes } from "./client_frames.ts";
import type { Dice } from "./dice.ts";
import type { SimLoop } from "./sim_loop.ts";
import { SimTcp, type TcpWire } from "./sim_tcp.ts";

/** What the client's end is told. `closed` comes last, once. */
export interface ClientEnd {
  opened(): void;
  received(frame: Frame): void;
  closed(code: number, reason: string): void;
}

/** Who looks on: what the server says, and the end of its half. */
export interface LinkTap {
  said(frame: Frame): void;
  serverEnded(): void;
}

/** Bytes on their way, or that no more come. */
type Piece = { readonly bytes: string } | "end";

export interface SimLinkOptions {
  readonly loop: SimLoop;
  readonly dice: Dice;
  readonly client: ClientEnd;
  /** Milliseconds that it takes, on the average. */
  readonly delayMs: number;
  /** How much each byte that stays at the server counts. */
  readonly weight: number;
}

/** Abnormal end, and a goodbye; RFC 6455 §7.4.1. */
const CODE_ABNORMAL = 1006;
const CODE_NORMAL = 1000;
/** Milliseconds until an end learns that the other is gone. */
const NOTICE_MS = 30;
/** Milliseconds the close frame of the peer may take. */
const CLOSE_MS_MAX = 2_000;
/** How often what is sent comes in two pieces. */
const IN_PIECES = 0.1;
/** In the text of each event that is pushed. */
const EVENT = '"method":"event"';

export class SimLink implements TcpWire {
  readonly tcp: SimTcp;
  tap: LinkTap | undefined;
  /** The server's machine answers nothing, not even by a reset. */
  isUnanswered: () => boolean = () => false;
  readonly #options: SimLinkOptions;
  readonly #reader = new FrameReader();
  readonly #tapReader = new FrameReader();
  readonly #down: Piece[] = [];
  readonly #up: Piece[] = [];
  /** What has come to the server's machine and is not read yet. */
  readonly #arrived: Piece[] = [];
  /** What the client does not take; one write at a time. */
  #stuck: { readonly bytes: string; readonly taken: () => void }[] = [];
  #downAtMs = 0;
  #upAtMs = 0;
  #isWanted = false;
  #isStalled = false;
  /** Nothing goes up or down any more, and nobody knows. */
  #isHalfOpen = false;
  /** It was cut: what the client sends before it knows is lost, as what came before it. */
  #isCut = false;
  /** Nobody is at the server's end; what is sent there is answered by a reset, once it is up. */
  #isOrphan = false;
  #isClosed = false;
  #losesPush = false;

  constructor(options: SimLinkOptions) {
    this.#options = options;
    this.tcp = new SimTcp(this, options.weight);
  }

  /** Whether the client's end is still there. */
  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /** Whether the server's end is. */
  get isServed(): boolean {
    return !this.tcp.destroyed;
  }

  /** The client takes nothing, whether it is there or not. */
  get isStalled(): boolean {
    return this.#isStalled || this.#isHalfOpen;
  }

  // ── The client's end

  /** Bytes leave the client. */
  send(bytes: string): void {
    for (const piece of this.#pieces(bytes)) this.#sendUp({ bytes: piece });
  }

  /** The client says goodbye, and waits a while for the server's. */
  close(): void {
    this.send(closeBytes(CODE_NORMAL));
    this.#options.loop.after(CLOSE_MS_MAX, () => this.#clientEnds(CODE_ABNORMAL, ""));
  }

  /** The client's end is gone at once; the server's learns of it. */
  vanish(): void {
    if (this.#isClosed) return;
    this.#options.loop.after(0, () => this.#clientEnds(CODE_ABNORMAL, ""));
  }

  // ── The server's end

  said(bytes: string): void {
    for (const frame of this.#tapReader.push(bytes)) this.tap?.said(frame);
  }

  write(bytes: string, taken: () => void): void {
    if (this.#isStalled || this.#isHalfOpen) this.#stuck.push({ bytes, taken });
    else this.#take(bytes, taken);
  }

  wanted(): void {
    this.#isWanted = true;
    if (this.#arrived.length > 0) this.#options.loop.after(0, () => this.#deliver());
  }

  finished(): void {
    if (!this.#isHalfOpen) this.#sendDown("end");
  }

  destroyed(): void {
    this.#options.loop.stir();
    if (this.#isOrphan) return;
    this.tap?.serverEnded();
    this.#stuck = [];
    if (!this.#isHalfOpen) this.#sendDown("end");
  }

  // ── Faults

  /** Both ends lose it; of what was under way a part arrives. */
  cut(): void {
    const { loop, dice } = this.#options;
    const left = dice.int(this.#down.length + 1);
    const torn = this.#down[left];
    this.#down.length = left;
    if (torn !== undefined && torn !== "end") {
      this.#sendDown({ bytes: torn.bytes.slice(0, dice.int(torn.bytes.length)) });
    }
    this.#sendDown("end");
    this.#up.length = dice.int(this.#up.length + 1);
    this.#isCut = true;
    loop.after(dice.wait(NOTICE_MS), () => this.tcp.destroy());
  }

  /** Nothing arrives any more, and neither end is told. */
  halfOpen(): void {
    this.#isHalfOpen = true;
    this.#down.length = 0;
    this.#up.length = 0;
  }

  /** The next event that is pushed gets lost: no network does that, a bug or a proxy may. */
  losePush(): void {
    this.#losesPush = true;
  }

  /** The client reads nothing. */
  stall(): void {
    this.#isStalled = true;
  }

  /** It reads again, and loses nothing. */
  flow(): void {
    this.#losesPush = false;
    this.#isStalled = false;
    if (this.#isHalfOpen || this.tcp.destroyed) return;
    for (const { bytes, taken } of this.#stuck.splice(0)) this.#take(bytes, taken);
  }

  /** The server's program is gone, or its machine: nothing of it is told any more. */
  orphan({ isMachine }: { readonly isMachine: boolean }): void {
    this.tap?.serverEnded();
    this.#isOrphan = true;
    this.tcp.destroy();
    if (!isMachine && !this.#isHalfOpen) this.#sendDown("end");
  }

  /** The world is over. */
  drop(): void {
    this.#isOrphan = true;
    this.tcp.destroy();
  }

  // ── Down

  /** The client's end has room for it. */
  #take(bytes: string, taken: () => void): void {
    for (const piece of this.#pieces(bytes)) this.#sendDown({ bytes: piece });
    this.#options.loop.stir();
    taken();
  }

  #sendDown(piece: Piece): void {
    const { loop } = this.#options;
    this.#down.push(piece);
    this.#downAtMs = Math.max(this.#downAtMs, loop.nowMs + this.#delay());
    loop.at(this.#downAtMs, () => this.#takeDown());
  }

  #takeDown(): void {
    const piece = this.#down.shift();
    if (piece === undefined || this.#isClosed) return;
    this.#options.loop.stir();
    if (piece === "end") this.#clientEnds(CODE_ABNORMAL, "");
    else for (const frame of this.#reader.push(piece.bytes)) this.#hear(frame);
  }

  #hear(frame: Frame): void {
    if (this.#isClosed) return;
    const { client } = this.#options;
    switch (frame.kind) {
      case "answer":
        return frame.status === 101 ? client.opened() : this.#clientEnds(CODE_ABNORMAL, "");
      case "ping":
        return this.send(pongBytes(frame.payload));
      case "close":
        this.send(closeBytes(frame.code));
        return this.#clientEnds(frame.code, frame.reason);
      default:
        if (!this.#isLost(frame.text)) client.received(frame);
    }
  }

  #isLost(text: string): boolean {
    if (!this.#losesPush || !text.includes(EVENT)) return false;
    this.#losesPush = false;
    return true;
  }

  // ── Up

  #sendUp(piece: Piece): void {
    const { loop } = this.#options;
    if (this.#isCut) return;
    this.#up.push(piece);
    this.#upAtMs = Math.max(this.#upAtMs, loop.nowMs + this.#delay());
    loop.at(this.#upAtMs, () => this.#arrive());
  }

  /** Something has come to the server's machine. */
  #arrive(): void {
    const piece = this.#up.shift();
    if (piece === undefined || this.#isHalfOpen) return;
    if (!this.tcp.destroyed) {
      this.#arrived.push(piece);
      this.#deliver();
    } else if (!this.isUnanswered()) this.#sendDown("end");
  }

  /** The server's program reads what has come, as far as it wants to. */
  #deliver(): void {
    while (this.#isWanted && !this.tcp.destroyed) {
      const piece = this.#arrived.shift();
      if (piece === undefined) return;
      this.#options.loop.stir();
      this.#isWanted = false;
      if (piece === "end") this.tcp.push(null);
      else this.#isWanted = this.tcp.push(Buffer.from(piece.bytes, "latin1")) || this.#isWanted;
    }
  }

  // ── Both

  #clientEnds(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.loop.stir();
    this.#sendUp("end");
    this.#options.client.closed(code, reason);
  }

  #pieces(bytes: string): string[] {
    const { dice } = this.#options;
    if (!dice.chance(IN_PIECES) || bytes.length < 2) return [bytes];
    const at = 1 + dice.int(bytes.length - 1);
    return [bytes.slice(0, at), bytes.slice(at)];
  }

  #delay(): number {
    return this.#options.dice.wait(this.#options.delayMs);
  }
}
