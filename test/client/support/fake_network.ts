/**
 * FakeNetwork: sockets and time in a test's hands, for the client's tests.
 *
 * Nothing happens by itself: the test answers, pushes, closes and moves the clock. `settle` lets
 * the client's promises run.
 */
import type { ClientEnvironment } from "../../../client/client_environment.ts";
import type { Socket, SocketAddress, SocketListener } from "../../../client/socket.ts";
import { VirtualClock } from "../../../server/runtime/clock.ts";

/** A message that the client sent. */
export interface Sent {
  readonly id?: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

const LIMITS = { message_bytes: 65_536, in_flight: 256, subscriptions: 1000 };

export class FakeSocket implements Socket {
  readonly address: SocketAddress;
  readonly sent: Sent[] = [];
  /** What the client did last: it is open, said goodbye, or gave it up. */
  fate: "open" | "closed" | "terminated" = "open";
  readonly #listener: SocketListener;

  constructor(address: SocketAddress, listener: SocketListener) {
    this.address = address;
    this.#listener = listener;
  }

  send(message: string): void {
    this.sent.push(JSON.parse(message));
  }

  close(): void {
    if (this.fate === "open") this.fate = "closed";
  }

  terminate(): void {
    if (this.fate === "open") this.fate = "terminated";
  }

  /** What was sent, as "method n" of the member `n` of its params. */
  get told(): string[] {
    return this.sent.map(
      ({ method, params }) => `${method} ${String(params.n ?? params.list ?? "")}`,
    );
  }

  welcome(limits: object = {}): void {
    this.push("welcome", { user: "alice", limits: { ...LIMITS, ...limits } });
  }

  push(method: string, params: object): void {
    this.#receive({ jsonrpc: "2.0", method, params });
  }

  /** Answers a call, the one sent last unless another is given. */
  reply(result: unknown, call = this.last): void {
    this.#receive({ jsonrpc: "2.0", id: call.id, result });
  }

  refuse(kind: string, details: object = {}, call = this.last): void {
    const data = { kind, retry: true, ...details };
    this.#receive({ jsonrpc: "2.0", id: call.id, error: { code: -1, message: kind, data } });
  }

  ping(): void {
    this.#listener.pinged();
  }

  /** Ends it as the server or the network does. */
  end(code = 1006, reason = ""): void {
    this.#listener.closed({ opened: true, code, reason });
  }

  /** Refuses the upgrade. */
  deny(status: number): void {
    this.#listener.closed({ opened: false, code: 1006, reason: "", status });
  }

  get last(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error("nothing was sent");
    return last;
  }

  #receive(message: object): void {
    this.#listener.received(JSON.stringify(message));
  }
}

/** Knows which of its alarms are still to ring. */
class AlarmClock extends VirtualClock {
  readonly alarms = new Set<() => void>();

  override alarm(atMs: number, ring: () => void): () => void {
    const callOff = super.alarm(atMs, () => {
      this.alarms.delete(callOff);
      ring();
    });
    this.alarms.add(callOff);
    return () => {
      this.alarms.delete(callOff);
      callOff();
    };
  }
}

export class FakeNetwork {
  readonly clock = new AlarmClock();
  readonly sockets: FakeSocket[] = [];
  /** What chance says. */
  random = 0.5;
  /** What becomes of a socket that the client opens; the test may do it later. */
  accept: (socket: FakeSocket) => unknown = (socket) => socket.welcome();

  get environment(): ClientEnvironment {
    return {
      clock: this.clock,
      random: () => this.random,
      open: async (address, listener) => {
        const socket = new FakeSocket(address, listener);
        this.sockets.push(socket);
        queueMicrotask(() => this.accept(socket));
        return socket;
      },
    };
  }

  /** How many alarms are still to ring. */
  get alarms(): number {
    return this.clock.alarms.size;
  }

  /** The newest. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("nobody connects");
    return socket;
  }

  /** Lets every promise run that can. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves time on in small steps, letting promises run after each. */
  async advance(ms: number, stepMs = 50): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(left, stepMs));
      await this.settle();
    }
  }
}
