/**
 * RawClient: a user without the library, who sends what nobody should: keys twice in one frame, ids
 * in flight, no JSON, casts, more than may be in flight, positions of any kind.
 *
 * What it is told is judged on the wire; it looks only at its own position in each list.
 */
import { BEARER_PREFIX, SUBPROTOCOL } from "../../shared/protocol/version.ts";
import { ClientSocket } from "./client_socket.ts";
import type { SimWorld } from "./sim_world.ts";

/** Milliseconds between two connections. */
const CONNECT_AGAIN_MS = 500;

/** Where it was told that a list is. */
export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

interface Told {
  readonly method?: string;
  readonly params?: Partial<Place> & { readonly list?: string };
  readonly result?: Partial<Place> & { readonly list?: string };
}

export class RawClient {
  readonly user: string;
  readonly name: string;
  readonly places = new Map<string, Place>();
  readonly #world: SimWorld;
  #socket: ClientSocket | undefined;
  #nextId = 1;
  #isOver = false;

  constructor(world: SimWorld, { user, name }: { readonly user: string; readonly name: string }) {
    this.user = user;
    this.name = name;
    this.#world = world;
    this.#connect();
  }

  get isConnected(): boolean {
    return this.#socket?.isOpen === true;
  }

  /** One call as text; `id`: the next one unless given. */
  call(method: string, params: object, id: unknown = this.#nextId++): string {
    return JSON.stringify({ jsonrpc: "2.0", id, method, params });
  }

  cast(method: string, params: object): string {
    return JSON.stringify({ jsonrpc: "2.0", method, params });
  }

  /** Sends messages in one frame. */
  send(...messages: readonly string[]): void {
    if (this.isConnected) this.#socket?.send(messages.join("\n"));
  }

  sendBinary(): void {
    if (this.isConnected) this.#socket?.sendBinary();
  }

  /** It ends its connection, with or without a goodbye, and makes another. */
  leave(isPolite: boolean): void {
    if (isPolite) this.#socket?.close();
    else this.#socket?.terminate();
  }

  close(): void {
    this.#isOver = true;
    this.#socket?.close();
  }

  #connect(): void {
    if (this.#isOver) return;
    const socket = new ClientSocket(this.#world.dial(this.name), [
      SUBPROTOCOL,
      `${BEARER_PREFIX}${this.user}`,
    ]);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#hear(String(data)));
    socket.addEventListener("close", () => {
      this.#world.loop.after(CONNECT_AGAIN_MS, () => this.#connect());
    });
  }

  #hear(text: string): void {
    const { method, params, result } = JSON.parse(text) as Told;
    const { list, epoch, seq } = (method === undefined ? result : params) ?? {};
    if (list === undefined || epoch === undefined || seq === undefined) return;
    this.places.set(list, { epoch, seq });
  }
}
