/**
 * server_usage: the CPU and the memory of the server, when it runs on this machine.
 *
 * Shape: the url's port → the inode of the socket that listens there → the process that has it.
 *        Linux only, and only what this user may see of other processes.
 * Source: proc(5), /proc/net/tcp and /proc/PID/fd.
 */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { cpuUs, residentMib } from "../../bench/cpu_clock.ts";
import { isLoopback } from "../../client/cli/server_url.ts";

/** The server's process, or why it is not known. */
export type Located =
  | { readonly ok: true; readonly pid: number }
  | { readonly ok: false; readonly why: string };

/** Since the process began: CPU of all its threads; memory as it is now. */
export interface Usage {
  readonly cpuUs: number;
  readonly residentMib: number;
}

const LISTEN = "0A"; // The state in /proc/net/tcp.
const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];
const PORTS: ReadonlyMap<string, number> = new Map([
  ["ws:", 80],
  ["wss:", 443],
]);

export function locateServer(url: string): Located {
  if (process.platform !== "linux") return { ok: false, why: "only Linux shows it" };
  if (!isLoopback(url)) return { ok: false, why: "the server is on another machine" };
  const { port, protocol } = new URL(url);
  const wanted = port === "" ? (PORTS.get(protocol) ?? 0) : Number(port);
  const inodes = new Set(TABLES.flatMap((table) => listeningInodes(read(table), wanted)));
  const pid = processIds().find((each) => holds(each, inodes));
  if (pid === undefined) return { ok: false, why: "its process is not for this user to see" };
  return { ok: true, pid };
}

/** Undefined when the process has ended. */
export function usageOf(pid: number): Usage | undefined {
  try {
    return { cpuUs: cpuUs(pid), residentMib: residentMib(pid) };
  } catch {
    return undefined;
  }
}

/** The inodes of the sockets that listen on this port, of the text of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTEN && local?.endsWith(`:${hex}`) && inode !== undefined ? [inode] : [];
  });
}

function holds(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false; // Another user's, or it has just ended.
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // Closed meanwhile.
  }
}

function processIds(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // Without IPv6 there is no tcp6.
  }
}
