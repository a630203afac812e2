/**
 * ClientFrames: the WebSocket frames of a simulated client: those it sends as bytes, and what it
 * reads out of the server's bytes as they come.
 *
 * Shape: bytes are one-byte strings. A client masks; the mask here is zero, which leaves the
 *        payload as it is. Before the first frame comes the head of the answer to the upgrade.
 * Source: RFC 6455 §5.2.
 */

/** What is read: the answer to the upgrade, and frames. */
export type Frame =
  | { readonly kind: "answer"; readonly status: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "ping"; readonly payload: string }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

/** The opcodes of frames that are whole. */
const TEXT = 0x81;
const BINARY = 0x82;
const CLOSE = 0x88;
const PING = 0x89;
const PONG = 0x8a;

const HEAD_END = "\r\n\r\n";
const MASKED = 0x80;
const ZERO_MASK = "\0\0\0\0";

/** A text frame of a client's. */
export function textBytes(text: string): string {
  return frameBytes(TEXT, Buffer.from(text).toString("latin1"));
}

/** A frame that this protocol has no use for. */
export function binaryBytes(): string {
  return frameBytes(BINARY, "\0");
}

export function pongBytes(payload: string): string {
  return frameBytes(PONG, payload);
}

export function closeBytes(code: number): string {
  return frameBytes(CLOSE, String.fromCharCode(code >> 8, code & 255));
}

function frameBytes(head: number, payload: string): string {
  return String.fromCharCode(head) + lengthBytes(payload.length) + ZERO_MASK + payload;
}

function lengthBytes(length: number): string {
  if (length < 126) return String.fromCharCode(MASKED | length);
  const bytes = length < 65_536 ? 2 : 8;
  let text = "";
  for (let left = bytes, rest = length; left > 0; left--, rest = Math.floor(rest / 256)) {
    text = String.fromCharCode(rest % 256) + text;
  }
  return String.fromCharCode(MASKED | (bytes === 2 ? 126 : 127)) + text;
}

/** Reads one connection. */
export class FrameReader {
  #bytes = "";
  #isUpgraded = false;

  /** What these bytes have made whole. */
  push(bytes: string): Frame[] {
    this.#bytes += bytes;
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    return this.#isUpgraded ? this.#frame() : this.#answer();
  }

  #answer(): Frame | undefined {
    const end = this.#bytes.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const status = Number(this.#bytes.slice("HTTP/1.1 ".length, "HTTP/1.1 101".length));
    this.#bytes = status === 101 ? this.#bytes.slice(end + HEAD_END.length) : "";
    this.#isUpgraded = status === 101;
    return { kind: "answer", status };
  }

  #frame(): Frame | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    let length = bytes.charCodeAt(1);
    let at = 2;
    if (length > 125) {
      at += length === 126 ? 2 : 8;
      if (bytes.length < at) return undefined;
      length = 0;
      for (let place = 2; place < at; place++) length = length * 256 + bytes.charCodeAt(place);
    }
    const end = at + length;
    if (bytes.length < end) return undefined;
    const payload = bytes.slice(at, end);
    this.#bytes = bytes.slice(end);
    return frameOf(bytes.charCodeAt(0), payload);
  }
}

function frameOf(head: number, payload: string): Frame {
  switch (head) {
    case TEXT:
      return { kind: "text", text: utf8(payload) };
    case PING:
      return { kind: "ping", payload };
    case CLOSE: {
      const code = payload.length < 2 ? NO_CODE : codeOf(payload);
      return { kind: "close", code, reason: utf8(payload.slice(2)) };
    }
    default:
      throw new Error(`a frame that begins with ${head.toString(16)}: the server sends none such`);
  }
}

/** RFC 6455 §7.4.1: no code was sent. */
const NO_CODE = 1005;

function codeOf(payload: string): number {
  return payload.charCodeAt(0) * 256 + payload.charCodeAt(1);
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
