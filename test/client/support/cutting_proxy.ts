/**
 * CuttingProxy: a TCP proxy that lets so many bytes through and then cuts the connection.
 *
 * The bytes up to the cut arrive, those after it do not: a WebSocket frame ends in its middle.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Bytes that a new connection may carry: to the server, and back. */
export interface Allowance {
  readonly up: number;
  readonly down: number;
}

/** Never cut. */
export const UNLIMITED: Allowance = {
  up: Number.POSITIVE_INFINITY,
  down: Number.POSITIVE_INFINITY,
};

interface Pipe {
  readonly client: Socket;
  readonly server: Socket;
  down: number;
  up: number;
}

export class CuttingProxy {
  /** Asked for each new connection. */
  allow: () => Allowance = () => UNLIMITED;
  cuts = 0;
  readonly port: number;
  readonly #server: Server;
  readonly #pipes = new Set<Pipe>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Before the server at `targetPort`, which may be away at times. */
  static async start(targetPort: number): Promise<CuttingProxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new CuttingProxy(server);
    server.on("connection", (client) => proxy.#join(client, targetPort));
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/socket`;
  }

  /** Lets `bytes` more through to each client that is connected now, then cuts it. */
  cutDownAfter(bytes: number): void {
    for (const pipe of this.#pipes) {
      pipe.down = bytes;
      if (bytes === 0) this.#cut(pipe);
    }
  }

  async stop(): Promise<void> {
    for (const { client, server } of this.#pipes) {
      client.destroy();
      server.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, targetPort: number): void {
    const server = connect({ port: targetPort, host: "127.0.0.1", noDelay: true });
    const pipe: Pipe = { client, server, ...this.allow() };
    this.#pipes.add(pipe);
    for (const socket of [client, server]) {
      socket.on("error", () => undefined); // Its close follows.
      socket.on("close", () => this.#end(pipe));
    }
    client.on("data", (bytes: Buffer) => {
      server.write(bytes.subarray(0, pipe.up));
      pipe.up -= bytes.length;
      if (pipe.up <= 0) this.#cut(pipe);
    });
    server.on("data", (bytes: Buffer) => {
      client.write(bytes.subarray(0, pipe.down));
      pipe.down -= bytes.length;
      if (pipe.down <= 0) this.#cut(pipe);
    });
  }

  /** What was let through still arrives. */
  #cut(pipe: Pipe): void {
    if (!this.#pipes.delete(pipe)) return;
    this.cuts += 1;
    pipe.client.destroySoon();
    pipe.server.destroySoon();
  }

  #end(pipe: Pipe): void {
    this.#pipes.delete(pipe);
    pipe.client.destroy();
    pipe.server.destroy();
  }
}
