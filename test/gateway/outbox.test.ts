/**
 * Outbox: one write a turn, and what is known of what was not taken.
 */
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { textFrame } from "../../server/gateway/frames.ts";
import { Outbox } from "../../server/gateway/outbox.ts";
import { Runtime, VirtualClock } from "../../server/runtime/index.ts";
import { FakeTcp } from "./gateway_world.ts";

function setUp(): { tcp: FakeTcp; outbox: Outbox; endTurn: () => void } {
  const runtime = new Runtime({ clock: new VirtualClock() });
  const tcp = new FakeTcp();
  const outbox = new Outbox(tcp as unknown as Socket, runtime);
  return { tcp, outbox, endTurn: () => runtime.runUntilIdle() };
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

test("to a socket that is gone nothing is written", () => {
  const { tcp, outbox, endTurn } = setUp();
  outbox.send("a");
  tcp.writable = false;
  endTurn();
  expect(tcp.written).toEqual([]);
  expect(outbox.queuedBytes).toBe(0);
});
