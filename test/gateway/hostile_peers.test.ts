/**
 * Hostile and slow peers, over real sockets: nobody else is held up, and nothing of them stays.
 */
import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { MemoryLog } from "../../server/storage/memory_log.ts";
import { type ServerInProcess, startInProcess } from "../end_to_end/server_in_process.ts";

let server: ServerInProcess;
afterEach(() => server.close());

const NOTES = "n".repeat(9_000);
const WAIT = { timeout: 15_000 };

interface Push {
  readonly method: string;
  readonly params: { readonly seq: number; readonly reason?: string };
}

async function open(user: string): Promise<{ socket: WebSocket; replies: Map<number, object> }> {
  const headers = { Authorization: `Bearer ${await server.token(user)}` };
  const socket = new WebSocket(server.url, ["todo.v1"], { headers, perMessageDeflate: false });
  const replies = new Map<number, object>();
  socket.on("message", (data) => {
    for (const line of String(data).split("\n")) {
      const message = JSON.parse(line) as { readonly id?: number };
      if (message.id !== undefined) replies.set(message.id, message);
    }
  });
  await once(socket, "open");
  return { socket, replies };
}

function frame(count: number, method: string, params: object): string {
  const message = (id: number) => JSON.stringify({ jsonrpc: "2.0", id, method, params });
  return Array.from({ length: count }, (_, index) => message(index + 1)).join("\n");
}

/** An update of todo 1 of "busy", whose event holds all of it. */
function update(id: number): string {
  const params = { list: "busy", id: 1, patch: { title: `title ${id}` } };
  return JSON.stringify({ jsonrpc: "2.0", id, method: "update_todo", params });
}

async function bigList(list: string, todos: number): Promise<void> {
  const alice = await server.connect("alice");
  await alice.start({ list });
  const adds = Array.from({ length: todos }, () =>
    alice.addTodo(list, { title: "t", notes: NOTES }),
  );
  await Promise.all(adds);
  alice.close();
}

test("a hundred pages asked for at once all come, one after the other", async () => {
  server = await startInProcess(new MemoryLog());
  await bigList("big", 40);
  const { socket, replies } = await open("alice");
  socket.send(frame(100, "list", { list: "big" }));
  await vi.waitFor(() => expect(replies.size).toBe(100), WAIT);
  for (const reply of replies.values()) expect(reply).toHaveProperty("result.more", true);
  socket.terminate();
});

test("a subscriber that pauses holds up nobody, and then gets a fresh state", async () => {
  server = await startInProcess(new MemoryLog());
  await bigList("busy", 1);
  const { socket, replies } = await open("alice");
  socket.send(frame(1, "subscribe", { list: "busy" }));
  await vi.waitFor(() => expect(replies.size).toBe(1), WAIT);
  socket.pause();
  const writer = await open("alice");
  for (let round = 0; round < 20; round++) {
    const updates = Array.from({ length: 50 }, (_, index) => update(round * 50 + index + 1));
    writer.socket.send(updates.join("\n"));
    await vi.waitFor(() => expect(writer.replies.size).toBe((round + 1) * 50), WAIT);
  }
  const pushes: Push[] = [];
  socket.on("message", (data) => pushes.push(JSON.parse(String(data)) as Push));
  socket.resume();
  await vi.waitFor(() => expect(pushes.at(-1)?.params.seq).toBe(1_001), WAIT);
  expect(pushes.filter(({ method }) => method === "event").length).toBeLessThan(1_000);
  expect(pushes).toContainEqual(
    expect.objectContaining({ params: expect.objectContaining({ reason: "slow" }) }),
  );
  expect(server.connections.conflated).toBeGreaterThan(0);
  writer.socket.terminate();
  socket.terminate();
});

test("peers that vanish with calls in flight leave no connection behind", async () => {
  server = await startInProcess(new MemoryLog());
  await bigList("big", 40);
  const peers = await Promise.all(Array.from({ length: 10 }, () => open("alice")));
  expect(server.connections.size).toBe(10);
  for (const { socket } of peers) {
    socket.pause();
    socket.send(frame(300, "list", { list: "big" }), () => socket.terminate());
  }
  await vi.waitFor(() => expect(server.connections.size).toBe(0), WAIT);
});

test("beyond 256 requests in flight the rest is served later, none refused", async () => {
  server = await startInProcess(new MemoryLog());
  await bigList("busy", 1);
  const { socket, replies } = await open("alice");
  socket.send(frame(5_000, "add_todo", { list: "busy", todo: { title: "t" } }));
  await vi.waitFor(() => expect(replies.size).toBe(5_000), WAIT);
  for (const reply of replies.values()) expect(reply).toHaveProperty("result.id");
  socket.terminate();
});
