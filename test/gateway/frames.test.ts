/**
 * Frames: a text as the bytes of one WebSocket frame.
 */
import type { Writable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as ws from "ws";
import { textFrame } from "../../server/gateway/frames.ts";

/** The half of `ws` that reads frames; its types do not tell of it. */
const { Receiver } = ws as unknown as {
  readonly Receiver: new (options: { readonly isServer: boolean }) => Writable;
};

/** What a client reads: RFC 6455 §5.2, final text frames without a mask. */
function received(frames: string): string[] {
  const bytes = Buffer.from(frames, "latin1");
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    expect(bytes[at]).toBe(0x81);
    let length = bytes.readUInt8(at + 1);
    at += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      expect(length).toBeGreaterThan(125); // The shortest form there is.
      at += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      expect(length).toBeGreaterThan(65_535);
      at += 8;
    }
    texts.push(bytes.toString("utf8", at, at + length));
    at += length;
  }
  return texts;
}

test.each([1, 125, 126, 127, 65_535, 65_536, 200_000])("a text of %i bytes", (length) => {
  const text = "x".repeat(length);
  expect(received(textFrame(text))).toEqual([text]);
});

test("any text comes out as it went in, alone or joined with others", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1 }),
      (all) => {
        expect(received(all.map(textFrame).join(""))).toEqual(all);
      },
    ),
  );
});

test.each([0, 125, 126, 65_535, 65_536])(
  "a client's own reader takes a text of %i bytes",
  (length) => {
    const receiver = new Receiver({ isServer: false });
    const texts: string[] = [];
    receiver.on("message", (data: Buffer, isBinary: boolean) => {
      texts.push(`${isBinary}:${data.toString()}`);
    });
    const all = ["x".repeat(length), "é".repeat(length), "🍮"];
    receiver.write(Buffer.from(all.map(textFrame).join(""), "latin1"));
    expect(texts).toEqual(all.map((text) => `false:${text}`));
  },
);
