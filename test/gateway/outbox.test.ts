/**
 * Outbox: one write a turn, and what is known of what was not taken.
 */
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { textFrame } from "../../server/gateway/frames.ts";
import { Outbox } from "../../server/gateway/outbox.ts";
import { Runtime, VirtualClock } from "../../server/runtime/index.ts";
import { FakeTcp } from "./gateway_world.ts";

interface SetUp {
  readonly tcp: FakeTcp;
  readonly outbox: Outbox;
  readonly endTurn: () => void;
  /** A close frame was sent or read. */
  readonly closing: () => void;
}

function setUp(): SetUp {
  const runtime = new Runtime({ clock: new VirtualClock() });
  const tcp = new FakeTcp();
  const socket = tcp as unknown as Socket;
  let isOpen = true;
  const outbox = new Outbox({ socket, runtime, isOpen: () => isOpen });
  const closing = () => {
    isOpen = false;
  };
  return { tcp, outbox, endTurn: () => runtime.runUntilIdle(), closing };
}

test("all frames of a turn leave in one write, in order", () => {
  const { tcp, outbox, endTurn } = setUp();
  outbox.send("a");
  outbox.sendFrame(textFrame("é"));
  outbox.send("c");
  expect(tcp.written).toEqual([]);
  endTurn();
  expect(tcp.written).toEqual([textFrame("a") + textFrame("é") + textFrame("c")]);
  endTurn();
  outbox.send("d");
  endTurn();
  expect(tcp.written).toHaveLength(2);
  expect(outbox.sent).toBe(4);
});

test("queued are the bytes in here and those that the socket holds", () => {
  const { tcp, outbox, endTurn } = setUp();
  tcp.holds = true;
  outbox.send("é"); // Two bytes after two of the header.
  expect(outbox.queuedBytes).toBe(4);
  endTurn();
  outbox.send("a");
  expect(outbox.queuedBytes).toBe(7);
  tcp.writableLength = 0;
  expect(outbox.queuedBytes).toBe(3);
});

test("when a write leaves nothing behind, who waits for that is told once", () => {
  const { outbox, endTurn } = setUp();
  let told = 0;
  outbox.whenFlushed(() => {
    told += 1;
  });
  outbox.send("a");
  endTurn();
  outbox.send("b");
  endTurn();
  expect(told).toBe(1);
});

test("when a write leaves something behind, the socket's drain tells", () => {
  const { tcp, outbox, endTurn } = setUp();
  tcp.holds = true;
  let told = 0;
  outbox.whenFlushed(() => {
    told += 1;
  });
  outbox.send("a");
  endTurn();
  expect(told).toBe(0);
});

test("shut: what there is goes out, nothing comes after it", () => {
  const { tcp, outbox, endTurn } = setUp();
  outbox.send("a");
  outbox.shut();
  outbox.send("b");
  endTurn();
  expect(tcp.written).toEqual([textFrame("a")]);
  expect(outbox.queuedBytes).toBe(0);
});

test("what is gathered when a close frame passes is not written after it", () => {
  const { tcp, outbox, endTurn, closing } = setUp();
  outbox.send("a");
  closing();
  endTurn();
  outbox.send("b");
  outbox.shut();
  expect(tcp.written).toEqual([]);
  expect(outbox.queuedBytes).toBe(0);
});

test("drop: what there is does not go out, and nothing comes after it", () => {
  const { tcp, outbox, endTurn } = setUp();
  outbox.send("a");
  outbox.drop();
  outbox.send("b");
  endTurn();
  expect(tcp.written).toEqual([]);
});

test("there is room when the socket takes what this turn has gathered", () => {
  const { tcp, outbox } = setUp();
  outbox.send("aaaa");
  expect(outbox.hasRoom(6)).toBe(true);
  expect(tcp.written).toEqual([]);
  expect(outbox.hasRoom(5)).toBe(true); // Because it was written.
  expect(tcp.written).toHaveLength(1);
  tcp.holds = true;
  outbox.send("aaaa");
  expect(outbox.hasRoom(5)).toBe(false);
});

test("to a socket that is gone nothing is written", () => {
  const { tcp, outbox, endTurn } = setUp();
  outbox.send("a");
  tcp.writable = false;
  endTurn();
  expect(tcp.written).toEqual([]);
  expect(outbox.queuedBytes).toBe(0);
});
