/**
 * contestants: the servers that are measured, each a fresh process pinned to one core.
 *
 * Ours runs as `npm start` runs it, with a data folder of its own that is deleted at the end.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type Contestant = "hand-written" | "memory" | "sqlite";

/** A server that listens. */
export interface Running {
  readonly pid: number;
  /** ws://127.0.0.1:PORT/socket */
  readonly url: string;
  /** A token for `user`; "" where the server asks for none. */
  token(user: string): string;
  /** SIGTERM, then waits for the exit and deletes the data folder. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Flags for Node, such as --cpu-prof. */
  readonly nodeFlags?: readonly string[];
}

const SERVER_CORE = "0";
const LOAD_CORE = "1";
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NODE = [process.execPath, "--disable-warning=ExperimentalWarning"];

/** Starts the contestant on the servers' core; resolves when it listens. */
export async function startContestant(
  contestant: Contestant,
  { nodeFlags = [] }: StartOptions = {},
): Promise<Running> {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), "todo-bench-"));
  const args =
    contestant === "hand-written"
      ? [join(ROOT, "bench/hand_written_server.ts"), String(port)]
      : [join(ROOT, "server/main.ts"), "--port", `${port}`, "--data", data, "--store", contestant];
  const child = spawn("taskset", ["-c", SERVER_CORE, ...NODE, ...nodeFlags, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await listening(child, contestant);
  return {
    pid: child.pid ?? 0, // taskset becomes the server: same pid.
    url: `ws://127.0.0.1:${port}/socket`,
    token: (user) => (contestant === "hand-written" ? "" : mint(user, data)),
    stop: () => stop(child, data),
  };
}

/** Runs a script of bench/ on the load's core and returns the JSON it prints. */
export async function runPinned(
  script: string,
  options: object,
  core = LOAD_CORE,
): Promise<object> {
  const command = [...NODE, join(ROOT, "bench", script), JSON.stringify(options)];
  const child = spawn("taskset", ["-c", core, ...command], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return JSON.parse(text) as object;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

async function listening(child: ChildProcess, contestant: Contestant): Promise<void> {
  if (child.stdout === null) throw new Error("no stdout");
  const lines = createInterface(child.stdout);
  for await (const line of lines) {
    if (!line.startsWith("listening on ")) continue;
    child.stdout.resume(); // Whatever it says from now on: read, so that it never blocks.
    return;
  }
  throw new Error(`${contestant} ended before it listened`);
}

function mint(user: string, data: string): string {
  const command = join(ROOT, "server/auth/token_command.ts");
  const [node = "", ...flags] = NODE;
  return execFileSync(node, [...flags, command, user, "--data", data], { encoding: "utf8" }).trim();
}

async function stop(child: ChildProcess, data: string): Promise<void> {
  if (child.exitCode === null) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }
  rmSync(data, { recursive: true, force: true });
}
