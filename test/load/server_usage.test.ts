/** server_usage: which process listens. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test, vi } from "vitest";
import { listeningInodes, locateServer, usageOf } from "./server_usage.ts";

const TABLE = `  sl  local_address rem_address   st tx_queue:rx_queue tr:when retrnsmt uid inode
   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 51234 1
   1: 0100007F:0FA0 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 51235 1
   2: 0100007F:10FA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 51236 1
`;

test("only the socket that listens on the port is meant", () => {
  expect(listeningInodes(TABLE, 4000)).toEqual(["51234"]);
  expect(listeningInodes(TABLE, 49_153)).toEqual([]);
  expect(listeningInodes("", 4000)).toEqual([]);
});

test.runIf(process.platform === "linux")(
  "on Linux this very process is found by its port",
  async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    expect(locateServer(`ws://127.0.0.1:${port}/socket`)).toEqual({ ok: true, pid: process.pid });
    server.close();
    expect(usageOf(process.pid)?.residentMib).toBeGreaterThan(10);
  },
);

test("another machine's server is not looked for, an ended process has no usage", () => {
  expect(locateServer("wss://todo.example.com/socket").ok).toBe(false);
  expect(usageOf(2 ** 30)).toBeUndefined();
});

test.runIf(process.platform === "linux")(
  "on Linux one that nobody has waited for has none",
  async () => {
    // `exec` leaves the child of the shell to a program that never asks how it ended.
    const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 60"], { stdio: "pipe" });
    const [pid] = await once(parent.stdout, "data");
    await vi.waitFor(() => expect(usageOf(Number(String(pid)))).toBeUndefined());
    parent.kill();
  },
);
