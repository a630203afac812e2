/**
 * raw_socket: a WebSocket client that costs a load driver little, so that the server is the limit.
 *
 * Sends whole text frames under the mask 0 (RFC 6455 §5.3 asks for a mask, not for a good one), one
 * write each, and hands on the text of whole unfragmented frames. ASCII only; answers pings.
 */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";

const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;
const PONG = "\x8a\x80\0\0\0\0";
const LENGTH_16_BITS = 126;

export class RawSocket {
  readonly #socket: Socket;
  #rest: Buffer;
  /** Called with the text of each frame. */
  onFrame: (text: string) => void = () => {};
  /** Called when the server closes, with why. */
  onClose: (why: string) => void = () => {};

  constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    this.#rest = head;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("close", () => this.onClose("the connection closed"));
    socket.on("error", (error) => this.onClose(error.message));
  }

  /** One text frame of at most 65,535 ASCII characters. */
  send(text: string): void {
    const length = text.length;
    const header =
      length < LENGTH_16_BITS
        ? String.fromCharCode(TEXT, 0x80 | length)
        : String.fromCharCode(TEXT, 0x80 | LENGTH_16_BITS, length >> 8, length & 0xff);
    this.#socket.write(`${header}\0\0\0\0${text}`, "latin1");
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1] ?? 0;
      const from = at + (short < LENGTH_16_BITS ? 2 : 4);
      if (from > bytes.length) break;
      const end = from + (short < LENGTH_16_BITS ? short : bytes.readUInt16BE(at + 2));
      if (short > LENGTH_16_BITS) throw new Error("a frame over 64 KiB is not expected here");
      if (end > bytes.length) break;
      this.#frame(bytes[at] ?? 0, bytes.toString("latin1", from, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }

  #frame(opening: number, text: string): void {
    if (opening === TEXT) this.onFrame(text);
    else if (opening === PING) this.#socket.write(PONG, "latin1");
    else if (opening === CLOSE) this.onClose(`closed by the server: ${text.slice(2)}`);
  }
}

/** Opens ws://… with the subprotocol todo.v1. */
export function openRawSocket(url: string, token: string): Promise<RawSocket> {
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    "Sec-WebSocket-Protocol": "todo.v1",
    ...(token === "" ? {} : { Authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    const upgrade = request(url.replace(/^ws/, "http"), { headers });
    upgrade.on("upgrade", (_response, socket, head) => {
      resolve(new RawSocket(socket as Socket, head));
    });
    upgrade.on("response", ({ statusCode }) => reject(new Error(`HTTP ${statusCode}`)));
    upgrade.on("error", reject);
    upgrade.end();
  });
}
