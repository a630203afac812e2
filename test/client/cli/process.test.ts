/** Process: what only a real `todo` shows: its streams, its folders, its exit. */
import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { SOFTWARE_VERSION } from "../../../shared/protocol/version.ts";
import { watched } from "../../support/server_process.ts";

const NOWHERE = "ws://127.0.0.1:1/socket";

function start(args: readonly string[], options: SpawnOptions = {}) {
  return spawn(process.execPath, ["bin/todo.mjs", ...args], { stdio: "pipe", ...options });
}

test("`todo -` that fails ends at once, though its input goes on", async () => {
  const child = start(["-"]);
  const running = watched(child);
  child.stdin?.write("nonsense\n");
  expect(await running.ended).toMatchObject({
    code: 2,
    stdout: "",
    stderr: "Line 1: Unknown command 'nonsense'. See `todo --help`.\n",
  });
});

test("a reader that has enough ends it with 0", async () => {
  const child = start(["-"]);
  child.stdout?.destroy();
  child.stdin?.write("--help\n");
  child.stdin?.end("--help\n");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});

test("--version says this program's version", async () => {
  const { code, stdout } = await watched(start(["--version"])).ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${SOFTWARE_VERSION}\n` });
});

test("FORCE_COLOR beside NO_COLOR is nothing to be warned of", async () => {
  const env = { ...process.env, FORCE_COLOR: "1", NO_COLOR: "1" };
  const { stderr } = await watched(start(["status", "--url", NOWHERE], { env })).ended;
  expect(stderr).toMatch(/^The server at [^\n]*\n$/);
});

describe.runIf(process.platform === "linux")("on Linux", () => {
  test.each([
    [tmpdir(), "EISDIR"],
    ["/proc/self/mem", "EIO"],
  ])("standard input that cannot be read, %s, is said: exit code 2", async (path, code) => {
    const input = openSync(path, "r");
    const running = watched(start(["-"], { stdio: [input, "pipe", "pipe"] }));
    expect(await running.ended).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `Standard input cannot be read (${code}): give it lines of text.\n`,
    });
    closeSync(input);
  });

  test("output that cannot be written is one sentence, and exit code 1", async () => {
    const full = openSync("/dev/full", "w");
    const running = watched(start(["--help"], { stdio: ["ignore", full, "pipe"] }));
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: "The output cannot be written (ENOSPC).\n",
    });
    closeSync(full);
  });

  test("a complaint that cannot be written changes no exit code", async () => {
    const full = openSync("/dev/full", "w");
    const words = ["add", "x", "--date", "soon"];
    const running = watched(start(words, { stdio: ["ignore", "pipe", full] }));
    expect(await running.ended).toMatchObject({ code: 2, stdout: "" });
    closeSync(full);
  });

  test("a terminal that is gone ends it in silence", async () => {
    const script = `
      import { onOutputError } from "./client/cli/output_errors.ts";
      onOutputError((sentence) => console.error("said", sentence));
      process.stdout.emit("error", Object.assign(new Error(), { code: "EIO" }));
      process.stderr.emit("error", Object.assign(new Error(), { code: "EIO" }));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "pipe" });
    expect(await watched(child).ended).toMatchObject({ code: 0, stderr: "said undefined\n" });
  });

  test("folders that cannot be made hold nothing up", async () => {
    const home = mkdtempSync(`${tmpdir()}/todo-home-`);
    const env = { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: "/proc/nowhere/c" };
    const { code, stdout } = await watched(start(["--version"], { env })).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${SOFTWARE_VERSION}\n` });
    rmSync(home, { recursive: true });
  });
});
