/**
 * HttpServer: the port, over real sockets: what bad frames and refused peers can do, which is
 * nothing to anybody else.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { MemoryLog } from "../../server/storage/memory_log.ts";
import { type ServerInProcess, startInProcess } from "../end_to_end/server_in_process.ts";

let server: ServerInProcess;
beforeEach(async () => {
  server = await startInProcess(new MemoryLog());
});
afterEach(() => server.close());

const WAIT = { timeout: 15_000 };
/** Twice a mask of zeros: the bytes are what they say. */
const TEXT_BYTES = { invalidUtf8: [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28] };
const BAD = {
  "a reserved bit": [0xf1, 0x80, 0, 0, 0, 0],
  "no mask": [0x81, 0x02, 0x7b, 0x7d],
  "an unknown opcode": [0x83, 0x80, 0, 0, 0, 0],
  "a long ping": [0x89, 0xfe, 0, 0x7e, 0, 0, 0, 0],
};

/** A client that speaks bytes; `read` is all it got. */
async function raw(token?: string): Promise<{ socket: Socket; read: () => string }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  let got = "";
  socket.on("data", (data) => {
    got += data.toString("latin1");
  });
  await once(socket, "connect");
  socket.write(upgrade(token));
  await vi.waitFor(() => expect(got).toContain("\r\n\r\n"), WAIT);
  return { socket, read: () => got };
}

function upgrade(token?: string): string {
  const lines = ["GET /socket HTTP/1.1", "Host: x", "Connection: Upgrade", "Upgrade: websocket"];
  lines.push("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  lines.push("Sec-WebSocket-Protocol: todo.v1");
  if (token !== undefined) lines.push(`Authorization: Bearer ${token}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Its end, clean or not. */
function gone(socket: Socket): Promise<unknown> {
  return new Promise((ended) => socket.once("close", ended));
}

/** The code of the close frame at the end of what was read. */
function closeCode(read: string): number {
  const bytes = Buffer.from(read, "latin1");
  return bytes.readUInt16BE(bytes.lastIndexOf(0x88) + 2);
}

async function stillServes(): Promise<void> {
  const client = await server.connect("bob");
  await client.start({ list: `l${Math.random()}` });
  client.close();
}

describe.each(Object.entries({ ...BAD, "bytes that are no UTF-8": TEXT_BYTES.invalidUtf8 }))(
  "%s",
  (what, bytes) => {
    test("ends a connection with its code, and leaves no process", async () => {
      const { socket, read } = await raw(await server.token("alice"));
      expect(server.connections.size).toBe(1);
      socket.write(Buffer.from(bytes));
      await gone(socket);
      expect(closeCode(read())).toBe(what === "bytes that are no UTF-8" ? 1007 : 1002);
      await vi.waitFor(() => expect(server.connections.size).toBe(0), WAIT);
    });

    test("from one that was refused ends its socket alone", async () => {
      const { socket, read } = await raw();
      await vi.waitFor(() => expect(read()).toContain('"code":4401'), WAIT);
      socket.write(Buffer.from(bytes));
      await gone(socket);
      await stillServes();
    });
  },
);

test("a frame that says it has more than 1 MiB is closed 1009 before it is sent", async () => {
  const { socket, read } = await raw(await server.token("alice"));
  const header = Buffer.alloc(14);
  header.set([0x81, 0xff]);
  header.writeBigUInt64BE(BigInt(1024 * 1024 + 1), 2);
  socket.write(header);
  await gone(socket);
  expect(closeCode(read())).toBe(1009);
  await vi.waitFor(() => expect(server.connections.size).toBe(0), WAIT);
});

test("an upgrade that comes byte by byte is one", async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  let got = "";
  socket.on("data", (data) => {
    got += data.toString("latin1");
  });
  for (const byte of upgrade(await server.token("alice"))) {
    await new Promise((written) => socket.write(byte, written));
  }
  await vi.waitFor(() => expect(got).toContain('"method":"welcome"'), WAIT);
  socket.destroy();
  await vi.waitFor(() => expect(server.connections.size).toBe(0), WAIT);
});

test("a head that is too large, or no HTTP at all, ends its socket alone", async () => {
  const { hostname, port } = new URL(server.url);
  for (const head of [`GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`, "\x16\x03\x01\0\r\n\r\n"]) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    socket.resume();
    socket.write(head);
    await gone(socket);
  }
  await stillServes();
});

test("pages: healthy, ready, the endpoint itself, and nothing else", async () => {
  const origin = new URL(server.url).origin.replace("ws", "http");
  const statuses = await Promise.all(
    ["/healthz", "/readyz", "/socket", "/", "/socket/..", "/%00", "/__proto__"].map(
      async (path) => (await fetch(origin + path)).status,
    ),
  );
  expect(statuses).toEqual([200, 200, 426, 404, 404, 404, 404]);
});

test("closing the server ends the sockets of those who are still there", async () => {
  const headers = { Authorization: `Bearer ${await server.token("alice")}` };
  const peer = new WebSocket(server.url, ["todo.v1"], { headers });
  await once(peer, "open");
  const closed = once(peer, "close");
  server.close();
  expect((await closed)[0]).toBe(1006);
});

test("a refused upgrade is let go though its peer keeps its own half open", async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  socket.on("error", () => undefined);
  const ended = once(socket, "end");
  socket.resume();
  socket.write(upgrade().replace("/socket", "/nope"));
  await ended;
  // What is written to a socket that is gone is answered by a reset.
  await vi.waitFor(() => {
    socket.write("x");
    expect(socket.destroyed).toBe(true);
  }, WAIT);
});

test("of too many bad tokens from one address the rest is 429; good ones are served", async () => {
  // At once, for time passes and with it the minute.
  const attempts = Array.from({ length: 300 }, async (_, n) => {
    const { socket, read } = await raw(n % 2 === 0 ? "bad" : undefined);
    socket.destroy();
    return read().slice(9, 12);
  });
  const statuses = await Promise.all(attempts);
  expect(statuses.filter((status) => status === "101").length).toBeGreaterThanOrEqual(100);
  expect(new Set(statuses)).toEqual(new Set(["101", "429"])); // 101: then bye, and 4401.
  const { socket, read } = await raw(await server.token("alice"));
  expect(read()).toMatch(/^HTTP\/1.1 101 /);
  socket.destroy();
});
