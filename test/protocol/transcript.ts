/**
 * Transcript: plays a file of raw frames against a server, with a bare WebSocket per name.
 *
 * Shape: that of transcript_file.ts. What a "$name" may be goes by its name up to a digit (KINDS).
 */
import { isDeepStrictEqual } from "node:util";
import { WebSocket } from "ws";
import { DEADLINE_MS, type ServerProcess } from "../support/server_process.ts";
import { kindOf, type Line, readLines } from "./transcript_file.ts";

type Kind = (value: unknown) => boolean;

const KINDS: { readonly [kind: string]: Kind } = {
  any: () => true,
  pid: (value) => /^<\d+\.\d+\.\d+>$/.test(String(value)),
  epoch: (value) => typeof value === "string" && value !== "",
  list: (value) => typeof value === "string" && /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/.test(value),
  text: (value) => typeof value === "string" && value !== "",
  sentence: (value) => typeof value === "string" && /^[^\n]*[.!?]$/.test(value),
  integer: (value) => Number.isInteger(value),
  // Milliseconds since 1970, by this machine's clock: not of another century, nor seconds.
  time: (value) => Math.abs(Number(value) - Date.now()) < 600_000,
};

const ENDED = Symbol("ended");

/** One socket: what came and was not expected yet. */
class Peer {
  readonly ws: WebSocket;
  readonly closed: Promise<number>;
  readonly #messages: string[] = [];
  #waiting: ((message: string | typeof ENDED) => void) | undefined;
  #isEnded = false;

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data, isBinary) => {
      if (isBinary) throw new Error("a binary frame came");
      const messages = String(data).split("\n");
      // Without a subprotocol a frame is a message: an empty protocol must never see "\n".
      if (ws.protocol === "" && messages.length > 1)
        this.#messages.push(`several: ${String(data)}`);
      this.#messages.push(...messages.filter((message) => message !== ""));
      this.#hand();
    });
    this.closed = new Promise((resolve) => {
      ws.once("close", (code) => {
        this.#isEnded = true;
        this.#hand();
        resolve(code);
      });
    });
  }

  /** The next message; throws when the connection has ended or nothing comes. */
  async next(what: string): Promise<unknown> {
    const message = await soon(
      new Promise<string | typeof ENDED>((resolve) => {
        this.#waiting = resolve;
        this.#hand();
      }),
      what,
    );
    if (message === ENDED) throw new Error("the connection ended");
    return JSON.parse(message);
  }

  /** What is left over. */
  get unexpected(): readonly string[] {
    return this.#messages;
  }

  #hand(): void {
    if (this.#waiting === undefined) return;
    const message = this.#messages.shift() ?? (this.#isEnded ? ENDED : undefined);
    if (message === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting(message);
  }
}

/** Plays the lines; throws, with the line's number, where something else came. */
export async function play(server: ServerProcess, text: string): Promise<void> {
  const player = new Player(server);
  try {
    for (const [number, line] of readLines(text)) {
      try {
        await player.line(line);
      } catch (error) {
        throw new Error(`line ${number}: ${JSON.stringify(line).slice(0, 500)}\n${String(error)}`);
      }
    }
    await player.end();
  } finally {
    player.terminate();
  }
}

class Player {
  readonly #server: ServerProcess;
  readonly #peers = new Map<string, Peer>();
  readonly #values = new Map<string, unknown>();

  constructor(server: ServerProcess) {
    this.#server = server;
  }

  async line(line: Line): Promise<void> {
    if (line.connect !== undefined) return this.#connect(line.connect, line);
    if (line.server !== undefined) return;
    const peer = this.#peer(line.on ?? "alice");
    if (line.send !== undefined) {
      const messages = Array.isArray(line.send) ? line.send : [line.send];
      peer.ws.send(messages.map((one) => JSON.stringify(this.#filled(one))).join("\n"));
    } else if (line.text !== undefined) peer.ws.send(line.text);
    else if (line.binary !== undefined) peer.ws.send(Buffer.from(line.binary));
    else if (line.close !== undefined) await this.#expectClose(peer, line.close);
    else if (line.expect !== undefined) await this.#expect(peer, line.expect);
    else throw new Error("the line says nothing");
  }

  /** Nothing is left over: a last call of every open connection is answered next. */
  async end(): Promise<void> {
    for (const [name, peer] of this.#peers) {
      if (peer.ws.readyState === WebSocket.OPEN) {
        peer.ws.send('{"jsonrpc":"2.0","id":"the end","method":"no_such_method"}');
        const last = (await peer.next("the last answer")) as { readonly id?: unknown };
        if (last.id !== "the end")
          throw new Error(`${name} was sent more: ${JSON.stringify(last)}`);
      }
      if (peer.unexpected.length > 0)
        throw new Error(`${name} was sent: ${peer.unexpected.join(", ")}`);
    }
  }

  terminate(): void {
    for (const { ws } of this.#peers.values()) ws.terminate();
  }

  async #connect(name: string, line: Line): Promise<void> {
    const user = name.replace(/\d+$/, "");
    const token = line.token === undefined ? await this.#server.token(user) : line.token;
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const protocols = [...(line.protocols ?? ["todo.v1"])].map((protocol) =>
      protocol.replace("$token", token ?? ""),
    );
    const inProtocol = protocols.some((protocol) => protocol.startsWith("todo.bearer."));
    const ws = new WebSocket(this.#server.socketUrl, protocols, inProtocol ? {} : { headers });
    ws.on("error", () => undefined);
    const peer = new Peer(ws);
    const status = await soon(
      new Promise<number | undefined>((resolve) => {
        ws.once("open", () => resolve(undefined));
        ws.once("unexpected-response", (_request, response) => resolve(response.statusCode));
      }),
      "the upgrade",
    );
    if (status !== line.http) throw new Error(`the upgrade was answered ${status ?? 101}`);
    if (status === undefined) this.#peers.set(name, peer);
    else ws.terminate();
  }

  async #expect(peer: Peer, wanted: unknown): Promise<void> {
    const came = await peer.next(JSON.stringify(wanted));
    const fault = this.#fault(wanted, came, "message");
    if (fault !== undefined) throw new Error(`${fault}\ncame: ${JSON.stringify(came)}`);
  }

  async #expectClose(peer: Peer, code: number): Promise<void> {
    const came = await soon(peer.closed, "the close");
    if (came !== code) throw new Error(`closed ${came}`);
  }

  #peer(name: string): Peer {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new Error(`${name} is not connected`);
    return peer;
  }

  /** What is wrong with `came`; undefined: nothing. Binds names that are new. */
  #fault(wanted: unknown, came: unknown, at: string): string | undefined {
    if (typeof wanted === "string" && wanted.startsWith("$")) return this.#bind(wanted, came, at);
    if (typeof wanted !== "object" || wanted === null) {
      if (isDeepStrictEqual(wanted, came)) return undefined;
      return `${at}: ${JSON.stringify(wanted)} was wanted`;
    }
    if (typeof came !== "object" || came === null) return `${at}: an object or array was wanted`;
    if (Array.isArray(wanted) !== Array.isArray(came)) return `${at}: of the other kind`;
    const named = Object.entries(wanted).filter(([name]) => name !== "…");
    const open = "…" in wanted;
    const more = Object.keys(came).filter((name) => !named.some(([other]) => other === name));
    if (!open && more.length > 0) return `${at}: ${more.join(", ")} was not expected`;
    const values = new Map(Object.entries(came));
    for (const [name, value] of named) {
      if (!values.has(name)) return `${at}.${name} is missing`;
      const fault = this.#fault(value, values.get(name), `${at}.${name}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #bind(name: string, came: unknown, at: string): string | undefined {
    const kind = KINDS[kindOf(name) ?? ""];
    if (kind === undefined) throw new Error(`${name} is of no known kind`);
    if (!kind(came)) return `${at}: ${name} was wanted`;
    const isFree = /^\$[a-z]+$/.test(name); // Only a name with a number is one and the same value.
    const known = this.#values.get(name);
    if (isFree || known === undefined) this.#values.set(name, came);
    else if (!isDeepStrictEqual(known, came)) return `${at}: ${name} was ${JSON.stringify(known)}`;
    return undefined;
  }

  #filled(message: unknown): unknown {
    return JSON.parse(JSON.stringify(message), (_name, value: unknown) =>
      typeof value === "string" && this.#values.has(value) ? this.#values.get(value) : value,
    );
  }
}

async function soon<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what}: nothing came`)), DEADLINE_MS / 2);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
