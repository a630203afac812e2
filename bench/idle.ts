/**
 * idle: the CPU that 10,000 list processes and 1,000 connections use while nothing happens.
 *
 * Each connection subscribes to ten lists of its own, so that no list's process goes to sleep.
 */
import { once } from "node:events";
import { WebSocket } from "ws";
import { type Running, startContestant } from "./contestants.ts";
import { cpuUs, residentMib } from "./cpu_clock.ts";
import { machine, save } from "./report.ts";

export interface IdleFlags {
  readonly seconds: number | undefined;
}

const CONNECTIONS = 1000;
const LISTS_PER_CONNECTION = 10;
const USERS = 20; // 500 lists each: under the 1,000 new lists that a user may make in a minute.
const SETTLE_MS = 3000; // Compilers and collectors finish what the start left them.
const MEASURE_S = 10;

/** Prints the share of a core that the idle server uses. */
export async function benchIdle(flags: IdleFlags): Promise<void> {
  const seconds = flags.seconds ?? MEASURE_S;
  const server = await startContestant("sqlite");
  try {
    await openAll(server);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const before = cpuUs(server.pid);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const percent = ((cpuUs(server.pid) - before) / (seconds * 1e6)) * 100;
    const lists = CONNECTIONS * LISTS_PER_CONNECTION;
    const memoryMib = residentMib(server.pid);
    console.log(`${lists} list processes, ${CONNECTIONS} connections, idle for ${seconds} s:`);
    console.log(`${percent.toFixed(2)} % of a core, ${memoryMib} MiB. ${machine()}`);
    save("idle", { lists, connections: CONNECTIONS, seconds, percent, memoryMib });
  } finally {
    await server.stop();
  }
}

async function openAll(server: Running): Promise<void> {
  const tokens = Array.from({ length: USERS }, (_, user) => server.token(`user${user}`));
  for (let index = 0; index < CONNECTIONS; index++) {
    await open(server.url, { token: tokens[index % USERS] ?? "", name: `idle-${index}` });
  }
}

/** Resolves when every subscription is answered. */
async function open(
  url: string,
  as: { readonly token: string; readonly name: string },
): Promise<void> {
  const headers = { Authorization: `Bearer ${as.token}` };
  const socket = new WebSocket(url, "todo.v1", { headers, perMessageDeflate: false });
  await once(socket, "open");
  let awaited = LISTS_PER_CONNECTION * 2;
  const answered = new Promise<void>((resolve, reject) => {
    socket.on("message", (data: Buffer) => {
      for (const message of data.toString().split("\n")) {
        if (message.includes('"error":')) reject(new Error(message));
        if (message.includes('"result":') && --awaited === 0) resolve();
      }
    });
  });
  for (let index = 0; index < LISTS_PER_CONNECTION; index++) {
    const list = `${as.name}-${index}`;
    for (const method of ["start", "subscribe"]) {
      socket.send(
        JSON.stringify({ jsonrpc: "2.0", id: `${method}${index}`, method, params: { list } }),
      );
    }
  }
  await answered;
}
