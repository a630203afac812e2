/**
 * SimTcp: the server's end of a simulated TCP connection, as a stream that `ws` and the product's
 * outbox read and write as they do a socket.
 *
 * Bound: what comes up waits outside (TcpWire) while this end wants no more; what goes down is
 *        taken one write at a time, the rest counts as `writableLength`.
 */
import { Duplex } from "node:stream";

/** Bytes not taken above which a socket tells when they are: as node:net. */
const HIGH_WATER_BYTES = 64 * 1024;

/** The wire behind it. */
export interface TcpWire {
  /** The program has written these bytes. */
  said(bytes: string): void;
  /** Bytes to be sent down; `taken` is called once there is room for more. */
  write(bytes: string, taken: () => void): void;
  /** There is room for what comes up. */
  wanted(): void;
  /** Nothing more will be sent down. */
  finished(): void;
  /** This end is gone. */
  destroyed(): void;
}

export class SimTcp extends Duplex {
  readonly #wire: TcpWire;

  /** `weight`: how much each byte counts that is not taken; a narrow link is full early. */
  constructor(wire: TcpWire, weight: number) {
    super({ decodeStrings: false, writableHighWaterMark: HIGH_WATER_BYTES / weight });
    this.#wire = wire;
    const own = () => Reflect.get(Duplex.prototype, "writableLength", this) as number;
    Object.defineProperty(this, "writableLength", { get: () => own() * weight });
    const write = this.write.bind(this) as (...args: unknown[]) => boolean;
    const said = (chunk: string | Buffer, ...rest: unknown[]) => {
      if (this.writable) wire.said(bytesOf(chunk));
      return write(chunk, ...rest);
    };
    Object.defineProperty(this, "write", { value: said });
  }

  override _read(): void {
    this.#wire.wanted();
  }

  override _write(
    chunk: string | Buffer,
    _encoding: BufferEncoding,
    taken: (error?: Error | null) => void,
  ): void {
    this.#wire.write(bytesOf(chunk), () => taken());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#wire.finished();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#wire.destroyed();
    done(error);
  }
}

function bytesOf(chunk: string | Buffer): string {
  return typeof chunk === "string" ? chunk : chunk.toString("latin1");
}
