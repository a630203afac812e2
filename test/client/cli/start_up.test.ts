/** Start-up: a command loads what it needs and nothing that makes it slow to answer. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const MAIN = new URL("../../../client/cli/main.ts", import.meta.url).href;

/** Every module that `todo` with these words loads, by its url; Node's own left out. */
function modulesOf(...args: string[]): string[] {
  const script = `
    import { registerHooks } from "node:module";
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    process.argv = ["node", "todo", ...${JSON.stringify(args)}];
    process.stdout.write = () => true;
    await import(${JSON.stringify(MAIN)});
    console.error("loaded " + JSON.stringify(urls.filter((url) => url.startsWith("file:"))));`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  const loaded = stderr.split("\n").find((line) => line.startsWith("loaded "));
  return JSON.parse(loaded?.slice("loaded ".length) ?? "[]");
}

test("--help loads commander alone: no socket, no token, no command", () => {
  const modules = modulesOf("--help");
  expect(modules.filter((url) => url.includes("/commander/"))).not.toEqual([]);
  expect(modules.filter((url) => /\/(?:zod|ws|jose|commands)\//.test(url))).toEqual([]);
});

test.each([["ls"], ["add", "x"], ["watch"]])("%s does not load zod", (...args) => {
  // Port 1 refuses at once: all that a command needs is loaded by then.
  const modules = modulesOf(...args, "--url", "ws://127.0.0.1:1/socket");
  expect(modules.filter((url) => url.includes("/ws/"))).not.toEqual([]);
  expect(modules.filter((url) => url.includes("/zod/"))).toEqual([]);
});
