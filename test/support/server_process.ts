/**
 * ServerProcess: the real program `todo-server` as a child, on a data folder of its own.
 *
 * Owner: the test that started it; `remove` ends the child, if it still runs, and deletes the
 *        folder.
 * Bound: a child that does not listen or does not end within DEADLINE_MS is killed, and the test
 *        told.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTokens } from "../../server/auth/tokens.ts";

/** Milliseconds for what takes a moment: a start, an end; only a hung server reaches it. */
export const DEADLINE_MS = 20_000;

const LISTENING = /^listening on (http:\/\/127\.0\.0\.1:(\d+))$/m;
const TOKEN_TTL_MS = 3_600_000;

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs. `stdout`: what it has printed so far. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly stdout: () => string;
}

/** A folder of this test's own. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "todo-e2e-"));
}

/** Runs a TypeScript program of the checkout on this Node. */
export function runProgram(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Running {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file, ...args], {
    env: { ...environment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return watched(child);
}

/** Collects what a child prints, and its end. */
export function watched(child: ChildProcess): Running {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended, stdout: () => stdout };
}

/** Runs the server to its end: for what it refuses. */
export async function runServer(args: readonly string[]): Promise<Ended> {
  const { child, ended } = runProgram("server/main.ts", args);
  return within(ended, "the server's end", () => child.kill("SIGKILL"));
}

/** What `promise` gives; throws when it takes longer than DEADLINE_MS, after `giveUp`. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string,
  giveUp: () => void = () => undefined,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    giveUp();
    late.reject(new Error(`${what} did not come within ${DEADLINE_MS} ms`));
  }, DEADLINE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export class ServerProcess {
  readonly data: string;
  readonly #flags: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #running: Running | undefined;
  #port = 0;

  private constructor(data: string, flags: readonly string[], env: NodeJS.ProcessEnv) {
    this.data = data;
    this.#flags = flags;
    this.#env = env;
  }

  /**
   * Starts it; `flags` beside --port and --data, `data` when the folder is there already, `env`
   * beside that of the test.
   */
  static async start(
    flags: readonly string[] = [],
    data = temporaryFolder(),
    env: NodeJS.ProcessEnv = {},
  ): Promise<ServerProcess> {
    const server = new ServerProcess(data, flags, env);
    await server.restart();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** "http://127.0.0.1:4000" */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.#port}/socket`;
  }

  /** Starts it again after it has ended: on the same port and data. */
  async restart(): Promise<void> {
    const args = ["--port", String(this.#port), "--data", this.data, ...this.#flags];
    const running = runProgram("server/main.ts", args, this.#env);
    this.#running = running;
    this.#port = await within(portOf(running), "the listening line", () =>
      running.child.kill("SIGKILL"),
    );
  }

  /** Ends it as a power cut would; resolves when it is gone. */
  kill(): Promise<Ended> {
    return this.signal("SIGKILL");
  }

  /** Ends it as an operator does; resolves when it is gone. */
  term(): Promise<Ended> {
    return this.signal("SIGTERM");
  }

  async signal(signal: NodeJS.Signals): Promise<Ended> {
    const running = this.#running;
    if (running === undefined) throw new Error("the server does not run");
    running.child.kill(signal);
    const ended = await within(running.ended, `the end by ${signal}`, () =>
      running.child.kill("SIGKILL"),
    );
    this.#running = undefined;
    return ended;
  }

  /** A token for `user`, signed with the secret in the data folder. */
  token(user: string): Promise<string> {
    const opened = createTokens(this.data);
    if (!opened.ok) throw new Error(opened.message);
    return opened.tokens.sign(user, TOKEN_TTL_MS);
  }

  async remove(): Promise<void> {
    if (this.#running !== undefined) await this.kill();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** The port of the line that the program prints when it is ready; throws when it ends instead. */
async function portOf({ child, ended, stdout }: Running): Promise<number> {
  const listening = Promise.withResolvers<number>();
  child.stdout?.on("data", () => {
    const port = LISTENING.exec(stdout())?.[2];
    if (port !== undefined) listening.resolve(Number(port));
  });
  void ended.then(({ code, signal, stderr }) => {
    listening.reject(new Error(`the server ended (${code ?? signal}): ${stderr}`));
  });
  return listening.promise;
}

/** The environment without what would set the programs' own flags. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("TODO_")),
  );
}
