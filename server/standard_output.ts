/**
 * StandardOutput: text for whoever reads what a command writes, at the pace at which that is read.
 *
 * Node would keep in memory all that a slow reader of a pipe has not taken; a list may be long.
 * Errors: the program ends with 1; with a sentence, unless nobody reads on, as with `| head`.
 */
import { writeSync } from "node:fs";

const STDOUT = 1;
const STDERR = 2;
/** Milliseconds between two tries when the other end is full and was made not to wait. */
const PAUSE_MS = 5;

/** Writes all of it. */
export function writeOut(text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += tryWrite(bytes, written);
}

/** How many bytes were taken. */
function tryWrite(bytes: Buffer, from: number): number {
  try {
    return writeSync(STDOUT, bytes, from);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    if (error.code !== "EAGAIN") end(error, error.code === "EPIPE");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return 0;
  }
}

function end(error: Error, isQuiet: boolean): never {
  if (!isQuiet)
    writeSync(STDERR, `todo-server: standard output takes nothing: ${error.message}.\n`);
  process.exit(1);
}
