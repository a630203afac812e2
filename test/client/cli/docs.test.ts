/** docs/cli.md: its examples, run word for word against a server of the test's own. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TourRunner, tourOf } from "../../end_to_end/tour.ts";
import { ServerProcess, temporaryFolder } from "../../support/server_process.ts";

let server: ServerProcess;
let folder: string;
let runner: TourRunner;

beforeAll(async () => {
  folder = temporaryFolder();
  server = await ServerProcess.start();
  const todo = join(folder, "bin", "todo");
  mkdirSync(join(folder, "bin"), { recursive: true });
  const program = join(process.cwd(), "bin", "todo.mjs");
  writeFileSync(todo, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(todo, 0o755);
  runner = new TourRunner({
    PATH: `${join(folder, "bin")}:${process.env.PATH}`,
    TODO_URL: server.socketUrl,
    TODO_DATA: server.data,
    TODO_USER: "alice",
    XDG_STATE_HOME: join(folder, "state"),
    XDG_CONFIG_HOME: join(folder, "config"),
    NO_COLOR: "1",
  });
});
afterAll(async () => {
  await runner?.end();
  await server?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("the examples do what they show", { timeout: 120_000 }, async () => {
  const text = readFileSync("docs/cli.md", "utf8");
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
  const steps = headings.flatMap((heading) => tourOf(text, heading) ?? []);
  expect(steps.length).toBeGreaterThan(30);
  for (const step of steps) await runner.play(step);
});
