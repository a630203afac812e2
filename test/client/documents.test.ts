/** Documents: each program in docs/client.md prints what stands under it. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram, ServerProcess, temporaryFolder } from "../support/server_process.ts";

const PACKAGE = '"todo-actors/client"';
const programs = [
  ...readFileSync("docs/client.md", "utf8").matchAll(
    /^```ts\n([\s\S]*?)^```\n```text\n([\s\S]*?)^```$/gm,
  ),
].map(([, program = "", printed = ""]) => ({ program, printed }));

const folder = temporaryFolder();
let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(async () => {
  await server?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("every ```ts block is a program with its output", () => {
  const blocks = readFileSync("docs/client.md", "utf8").match(/^```ts$/gm);
  expect(programs).toHaveLength(blocks?.length ?? 0);
  expect(programs.length).toBeGreaterThan(0);
});

test.each(programs.map((one, index) => ({ ...one, number: index + 1 })))(
  "program $number",
  async ({ program, printed, number }) => {
    const file = join(folder, `program_${number}.mts`);
    const library = JSON.stringify(pathToFileURL(resolve("client/index.ts")).href);
    writeFileSync(file, program.replaceAll(PACKAGE, library));
    const token = await server.token("alice");
    const env = { TODO_URL: server.socketUrl, TODO_TOKEN: token, NO_COLOR: "1" };
    const ended = await runProgram(file, [], env).ended;
    expect(ended).toMatchObject({ stderr: "", stdout: printed, code: 0 });
  },
);
