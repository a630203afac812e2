/**
 * StandardOutput: a program is never further than its reader, but for what a pipe holds.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const BYTES = 8 * 1024 * 1024;
/** What a pipe holds at most, and what the reader may have on its way. */
const ON_THE_WAY = 1024 * 1024;
const MODULE = new URL("../../server/standard_output.ts", import.meta.url).href;
const PROGRAM = `const { writeOut } = await import(${JSON.stringify(MODULE)});
  const text = "é".repeat(32 * 1024);
  for (let written = 0; written < ${BYTES}; written += 64 * 1024) writeOut(text);
  process.stderr.write("all is written");`;

test("what is written waits for who reads it", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM]);
  let read = 0;
  let readAtEnd = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    read += chunk.length;
  });
  child.stderr.once("data", () => {
    readAtEnd = read;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  expect(read).toBe(BYTES);
  expect(readAtEnd).toBeGreaterThan(BYTES - ON_THE_WAY);
});

test("it ends when nobody reads on", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM]);
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = await once(child, "close");
  expect(code).toBe(1);
});
