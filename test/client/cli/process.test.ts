/** Process: what only a real `todo` shows: its standard input, its exit. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { watched } from "../../support/server_process.ts";

test("`todo -` that fails ends at once, though its input goes on", async () => {
  const child = spawn(process.execPath, ["bin/todo.mjs", "-"], { stdio: "pipe" });
  const running = watched(child);
  child.stdin.write("nonsense\n");
  expect(await running.ended).toMatchObject({
    code: 2,
    stdout: "",
    stderr: "Line 1: Unknown command 'nonsense'. See `todo --help`.\n",
  });
});

test("a reader that has enough ends it with 0", async () => {
  const child = spawn(process.execPath, ["bin/todo.mjs", "-"], { stdio: "pipe" });
  child.stdout.destroy();
  child.stdin.write("--help\n");
  child.stdin.end("--help\n");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});
