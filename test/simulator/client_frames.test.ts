/**
 * ClientFrames: what the server writes is read, however its bytes come.
 */
import { expect, test } from "vitest";
import { textFrame } from "../../server/gateway/frames.ts";
import { FrameReader, textBytes } from "./client_frames.ts";

const TEXTS = ["", "milk", "Käse 🧀", "x".repeat(125), "y".repeat(126), "z".repeat(70_000)];
const ANSWER = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

test("the server's frames are read, in whatever pieces their bytes come", () => {
  const frames = [
    { kind: "answer", status: 101 },
    ...TEXTS.map((text) => ({ kind: "text", text })),
  ];
  const bytes = ANSWER + TEXTS.map(textFrame).join("");
  for (const piece of [1, 7, 1000, bytes.length]) {
    const reader = new FrameReader();
    const read = [];
    for (let at = 0; at < bytes.length; at += piece) {
      read.push(...reader.push(bytes.slice(at, at + piece)));
    }
    expect(read).toEqual(frames);
  }
});

test("pings and closes are read", () => {
  const bytes = `${ANSWER}\x89\x02hi\x88\x05\x10\x0cbye\x88\x00`;
  expect(new FrameReader().push(bytes).slice(1)).toEqual([
    { kind: "ping", payload: "hi" },
    { kind: "close", code: 4108, reason: "bye" },
    { kind: "close", code: 1005, reason: "" },
  ]);
});

test("an upgrade that is refused is no connection, whatever follows", () => {
  const reader = new FrameReader();
  expect(reader.push("HTTP/1.1 503 Service Unavailable\r\n\r\nbye")).toEqual([
    { kind: "answer", status: 503 },
  ]);
  expect(reader.push("more")).toEqual([]);
});

test("a frame that is cut is none", () => {
  const reader = new FrameReader();
  reader.push(ANSWER);
  expect(reader.push(textFrame("milk").slice(0, -1))).toEqual([]);
});

test("a client's frame has a mask, and its length in one, three or nine bytes", () => {
  expect(textBytes("hi")).toBe("\x81\x82\0\0\0\0hi");
  expect(textBytes("y".repeat(126)).slice(0, 9)).toBe("\x81\xfe\0\x7e\0\0\0\0y");
  expect(textBytes("z".repeat(70_000)).slice(0, 11)).toBe("\x81\xff\0\0\0\0\0\x01\x11\x70\0");
});
