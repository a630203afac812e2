/**
 * Terminal: what a command reads of the world it runs in, and where it writes.
 *
 * Passed in, so that tests run commands without a process: the environment, the clock, the streams,
 * signals. systemTerminal() is the real one.
 */
import { fstatSync } from "node:fs";
import { userInfo } from "node:os";
import { CliError, EXIT } from "./exit_code.ts";

const STDIN = 0;

/** A stream to write to; `columns` and `rows` only on a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Standard input, line by line and once only. `isTTY`: somebody sits there who can be asked. */
export interface Input {
  readonly isTTY?: boolean;
  lines(): AsyncIterable<string>;
}

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly now: () => Date;
  /** Calls `run` once after `ms`, if the program still runs; the answer calls it off. */
  readonly later: (ms: number, run: () => void) => () => void;
  /** The system's user; undefined when it has no name. */
  readonly systemUser: () => string | undefined;
  /** Calls `run` when the user ends the command (Ctrl-C, SIGTERM, SIGHUP). */
  readonly onInterrupt: (run: () => void) => void;
  /** Calls `run` when the terminal's size changed. */
  readonly onResize: (run: () => void) => void;
}

/** The process's own. */
export function systemTerminal(): Terminal {
  return {
    env: process.env,
    stdin: {
      get isTTY() {
        return process.stdin.isTTY; // Opened only when asked for: most commands read nothing.
      },
      lines: standardInput,
    },
    stdout: process.stdout,
    stderr: process.stderr,
    now: () => new Date(),
    later(ms, run) {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
    systemUser,
    onInterrupt(run) {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, run);
    },
    onResize(run) {
      process.stdout.on("resize", run);
    },
  };
}

async function* standardInput(): AsyncGenerator<string> {
  if (isFolder(STDIN)) throw unreadable("EISDIR"); // Node takes it for an empty file.
  const { createInterface } = await import("node:readline");
  const { stdin } = process;
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    yield* lines;
  } catch (error) {
    throw unreadable((error as NodeJS.ErrnoException).code ?? "unknown error");
  } finally {
    stdin.destroy(); // Whoever wants no more lines does not wait for those to come.
  }
}

function unreadable(code: string): CliError {
  return new CliError(
    EXIT.usage,
    `Standard input cannot be read (${code}): give it lines of text.`,
  );
}

function isFolder(fd: number): boolean {
  try {
    return fstatSync(fd).isDirectory();
  } catch {
    return false;
  }
}

/** Some systems, containers above all, have a user without a name. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
