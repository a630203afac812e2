/**
 * GatewayWorld: connections on sockets that are none, over lists on a hand-driven log and a virtual
 * clock.
 *
 * A peer says texts and reads what the server wrote, decoded from the bytes of its frames. Its
 * socket takes everything at once, unless it `holds`; then bytes stay until `drain`.
 */
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import * as Connection from "../../server/gateway/connection.ts";
import { ConnectionSocket } from "../../server/gateway/connection_socket.ts";
import { Connections, startReminder } from "../../server/gateway/connections.ts";
import type { Gateway } from "../../server/gateway/gateway.ts";
import { Supervisor } from "../../server/runtime/index.ts";
import type { WelcomeLimits } from "../../shared/protocol/pushes.ts";
import { ListWorld } from "../todo/list_world.ts";

/** What a server says: a reply or a push; of each member what tests look at. */
export interface Said {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: {
    readonly seq?: number;
    readonly reason?: string;
    readonly todo?: { readonly title: string };
    readonly todos?: readonly object[];
  };
  readonly result?: {
    readonly mode?: string;
    readonly seq?: number;
    readonly todos?: readonly object[];
    readonly lists?: readonly { readonly list: string }[];
  };
  readonly error?: { readonly data: { readonly kind: string } };
}

const LIMITS: WelcomeLimits = {
  message_bytes: 65_536,
  in_flight: 256,
  subscriptions: 1000,
  messages_per_s: 0,
  new_lists_per_min: 0,
};

export interface PeerOptions {
  readonly onePerFrame?: boolean;
  /** Milliseconds of the virtual clock for which its token holds. */
  readonly tokenMs?: number;
}

export class GatewayWorld {
  readonly lists = new ListWorld();
  readonly gateway: Gateway;
  #peers = 0;

  constructor(limits: Partial<WelcomeLimits> = {}) {
    const { runtime, directory, supervisor } = this.lists;
    const connections = new Connections();
    this.gateway = {
      runtime,
      directory,
      connections,
      node: "todo@test",
      limits: { ...LIMITS, ...limits },
    };
    const start = () => startReminder(runtime, connections);
    Supervisor.startChild(supervisor, { id: "reminder", start });
  }

  /** A connection of that user, which has been welcomed. */
  peer(user: string, options: PeerOptions = {}): Peer {
    const { lists, gateway } = this;
    const peer = new Peer(this);
    const { onePerFrame = false, tokenMs } = options;
    const expiresAt = tokenMs === undefined ? null : lists.clock.time() + tokenMs;
    const identity = { user, expiresAt };
    this.#peers += 1;
    Supervisor.startChild(lists.supervisor, {
      id: `peer#${this.#peers}`,
      restart: "temporary",
      start: () => Connection.start({ gateway, socket: peer.socket, identity, onePerFrame }),
    });
    lists.settle();
    return peer;
  }

  /** alice's list, committed, and her connection, which has heard of it. */
  withList(list = "groceries"): Peer {
    const alice = this.peer("alice");
    alice.call("start", { list });
    this.lists.commit();
    alice.take();
    return alice;
  }

  /** alice writes her list; bob, who is an editor, follows. The list is at seq 1. */
  withFollower(list = "groceries"): { readonly alice: Peer; readonly bob: Peer } {
    const alice = this.withList(list);
    alice.call("share", { list, user: "bob", role: "editor" });
    this.lists.commit();
    alice.take();
    const bob = this.peer("bob");
    bob.call("subscribe", { list });
    bob.take();
    return { alice, bob };
  }
}

/** The TCP socket under a connection. */
export class FakeTcp extends EventEmitter {
  written: string[] = [];
  writable = true;
  writableLength = 0;
  bytesRead = 0;
  holds = false;

  write(bytes: string, encoding: string): boolean {
    if (encoding !== "latin1") throw new Error("frames are latin1");
    this.written.push(bytes);
    if (this.holds) this.writableLength += bytes.length;
    return !this.holds;
  }
}

/** What `ws` is to a connection. */
export class FakeWebSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  pings = 0;
  isTerminated = false;
  closed: { readonly code: number; readonly reason: string } | undefined;

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  ping(): void {
    this.pings += 1;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
    this.readyState = 2;
  }
}

export class Peer {
  readonly tcp = new FakeTcp();
  readonly ws = new FakeWebSocket();
  readonly socket: ConnectionSocket;
  readonly #world: GatewayWorld;
  #lastId = 0;

  constructor(world: GatewayWorld) {
    this.#world = world;
    const ws = this.ws as unknown as WebSocket;
    this.socket = new ConnectionSocket(ws, this.tcp as unknown as Socket, world.lists.runtime);
  }

  /** Sends one frame and lets the server act. */
  says(text: string): void {
    this.ws.emit("message", Buffer.from(text), false);
    this.#world.lists.settle();
  }

  /** Sends calls in one frame; ids go on from the last. Gives the first id. */
  calls(count: number, method: string, params: object = {}): number {
    const first = this.#lastId + 1;
    const texts = Array.from({ length: count }, (_, index) =>
      JSON.stringify({ jsonrpc: "2.0", id: first + index, method, params }),
    );
    this.#lastId += count;
    this.says(texts.join("\n"));
    return first;
  }

  call(method: string, params: object = {}): number {
    return this.calls(1, method, params);
  }

  cast(method: string, params: object): void {
    this.says(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  /** What was said to it since it was asked last. */
  take(): Said[] {
    return decoded(this.tcp.written.splice(0).join(""));
  }

  /** The same, in short: "1 ok", "2 not_found", "event @3", "bye". */
  heard(): string[] {
    return this.take().map(inShort);
  }

  /** From now on it reads nothing, and so many bytes are queued for it. */
  stall(bytes: number): void {
    this.tcp.holds = true;
    this.tcp.writableLength = bytes;
  }

  /** The socket has sent all it held. */
  drain(): void {
    this.tcp.writableLength = 0;
    this.tcp.emit("drain");
    this.#world.lists.settle();
  }

  /** It sent a bad frame: `ws` has answered with a close frame of its own before it tells. */
  errs(code: number): void {
    this.ws.close(code, "");
    this.ws.emit("error", new Error("a bad frame"));
    this.#world.lists.settle();
  }

  /** It is gone. */
  vanish(): void {
    this.tcp.writable = false;
    this.ws.readyState = 3;
    this.ws.emit("close");
    this.#world.lists.settle();
  }
}

function inShort({ id, method, error, params, result }: Said): string {
  if (method !== undefined) return params?.seq === undefined ? method : `${method} @${params.seq}`;
  return `${id} ${error?.data.kind ?? result?.mode ?? "ok"}`;
}

/** The JSON texts of server frames, RFC 6455 §5.2. */
function decoded(frames: string): Said[] {
  const bytes = Buffer.from(frames, "latin1");
  const said: Said[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = bytes.readUInt8(at + 1);
    at += 2;
    if (length === 126) length = bytes.readUInt16BE(at);
    else if (length === 127) length = Number(bytes.readBigUInt64BE(at));
    if (length > 65_535) at += 8;
    else if (length > 125) at += 2;
    said.push(JSON.parse(bytes.toString("utf8", at, at + length)));
    at += length;
  }
  return said;
}
