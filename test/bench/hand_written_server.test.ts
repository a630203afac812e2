/** hand_written_server: the yardstick of the benchmarks must do the work it is credited with. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRawSocket, type RawSocket } from "../../bench/raw_socket.ts";

let url: string;
let stop: () => void;

beforeAll(async () => {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  const child = spawn(process.execPath, ["bench/hand_written_server.ts", String(port)]);
  await once(child.stdout, "data"); // "listening on …"
  url = `ws://127.0.0.1:${port}/socket`;
  stop = () => child.kill("SIGTERM");
});

afterAll(() => stop());

/** Sends calls and resolves with the first `count` messages after the welcome. */
function converse(socket: RawSocket, count: number, calls: readonly object[]): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const received: unknown[] = [];
    socket.onClose = (why) => reject(new Error(why));
    socket.onFrame = (text) => {
      const message = JSON.parse(text) as { method?: string };
      if (message.method === "welcome") return;
      received.push(message);
      if (received.length === count) resolve(received);
    };
    for (const call of calls) socket.send(JSON.stringify({ jsonrpc: "2.0", ...call }));
  });
}

test("an added todo is answered with its id and pushed to a subscriber", async () => {
  const socket = await openRawSocket(url, "");
  const list = "groceries";
  const todo = { title: "Milk", date: "2026-12-24" };
  const messages = await converse(socket, 4, [
    { id: 1, method: "start", params: { list } },
    { id: 2, method: "subscribe", params: { list } },
    { id: 3, method: "add_todo", params: { list, todo } },
  ]);
  expect(messages).toMatchObject([
    { id: 1, result: { list, created: true, seq: 0 } },
    { id: 2, result: { mode: "snapshot", todos: [] } },
    { id: 3, result: { id: 1, rev: 1, seq: 1 } },
    { method: "event", params: { list, seq: 1, todo: { ...todo, id: 1, done: false } } },
  ]);
});

test("a todo without a title and an unknown list are refused", async () => {
  const socket = await openRawSocket(url, "");
  const messages = await converse(socket, 3, [
    { id: 1, method: "start", params: { list: "a" } },
    { id: 2, method: "add_todo", params: { list: "a", todo: { title: "" } } },
    { id: 3, method: "add_todo", params: { list: "never-started", todo: { title: "x" } } },
  ]);
  expect(messages.slice(1)).toMatchObject([
    { error: { code: -32602 } },
    { error: { code: -32017 } },
  ]);
});
