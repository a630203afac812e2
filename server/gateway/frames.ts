/**
 * Frames: the bytes of a WebSocket text frame, kept as a one-byte string.
 *
 * Shape: header and payload as they go over the wire, one character a byte, to be written with the
 *        encoding "latin1". Strings of frames are joined by `+`; an ASCII text, which nearly all
 *        are, becomes a frame without being copied or encoded.
 * Source: RFC 6455 §5.2; a server does not mask.
 */

const FINAL_TEXT = "\x81"; // FIN and opcode 1.

/** A whole message as one frame. */
export function textFrame(text: string): string {
  const bytes = Buffer.byteLength(text);
  const payload = bytes === text.length ? text : Buffer.from(text).toString("latin1");
  return FINAL_TEXT + lengthBytes(bytes) + payload;
}

function lengthBytes(bytes: number): string {
  if (bytes < 126) return String.fromCharCode(bytes);
  if (bytes < 65536) return String.fromCharCode(126, bytes >> 8, bytes & 255);
  const header = Buffer.alloc(9);
  header[0] = 127;
  header.writeBigUInt64BE(BigInt(bytes), 1);
  return header.toString("latin1");
}
