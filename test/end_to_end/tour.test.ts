/**
 * Tour: README's 60-second tour, run word for word; and how long a watcher waits for a change.
 *
 * The tour's server is this test's: TODO_URL and TODO_DATA name it, in place of the defaults.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import {
  DEADLINE_MS,
  runProgram,
  ServerProcess,
  temporaryFolder,
} from "../support/server_process.ts";
import { differenceOf, type Step, TourRunner, tourOf } from "./tour.ts";

const HEADING = "A 60-second tour";
const PATH = join("node_modules", ".bin"); // The Node of package.json, before the system's.
/** How often the latency of a watcher is measured. */
const CHANGES = 20;

let server: ServerProcess;
let state: string;
let runner: TourRunner;

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: `${join(process.cwd(), PATH)}:${process.env.PATH}`,
    TODO_URL: server.socketUrl,
    TODO_DATA: server.data,
    TODO_USER: "alice",
    XDG_STATE_HOME: state,
    NO_COLOR: "1",
  };
}

beforeAll(async () => {
  server = await ServerProcess.start();
  state = temporaryFolder();
  mkdirSync(state, { recursive: true });
  runner = new TourRunner(environment());
});
afterAll(async () => {
  await runner?.end();
  await server?.remove();
  rmSync(state, { recursive: true, force: true });
});

test("README's tour does what it shows", async () => {
  const steps = tourOf(readFileSync("README.md", "utf8"), HEADING);
  expect(steps, `README.md wants a section "## ${HEADING}"`).toBeDefined();
  const played: Step[] = steps?.filter(({ command }) => !isSetUp(command)) ?? [];
  expect(played.length).toBeGreaterThan(4);
  for (const step of played) await runner.play(step);
});

/** What the reader does once: the checkout and the server, which this test has already. */
function isSetUp(command: string): boolean {
  return /^(?:git|cd|npm (?:ci|install|start))\b/.test(command);
}

test("bob's piped watch shows what alice adds", async () => {
  const alice = await TodoClient.connect({
    url: server.socketUrl,
    token: await server.token("alice"),
  });
  const { list } = await alice.start({ title: "Watched" });
  await alice.share(list, "bob", { role: "editor" });
  const args = ["watch", "--as", "bob", "--list", list];
  const watch = runProgram("client/cli/main.ts", args, { ...environment(), TODO_USER: "" });
  await shown(watch.stdout, '"Watched"');
  const delays: number[] = [];
  for (let change = 1; change <= CHANGES; change++) {
    const printed = nextOutput(watch.child.stdout);
    const begun = performance.now();
    await alice.addTodo(list, { title: `Milk ${change}`, date: "2026-12-24" });
    await printed;
    delays.push(performance.now() - begun);
    await shown(watch.stdout, `Milk ${change}"`);
  }
  const sorted = delays.sort((a, b) => a - b).map((delay) => delay.toFixed(1));
  console.info(`add to watch: median ${sorted[CHANGES / 2]} ms, longest ${sorted.at(-1)} ms`);
  expect(watch.stdout()).toContain(`alice added ${CHANGES} "Milk ${CHANGES}" for 2026-12-24`);
  alice.close();
  watch.child.kill("SIGINT");
  expect(await watch.ended).toMatchObject({ code: 0, stderr: "" });
});

async function shown(stdout: () => string, text: string): Promise<void> {
  await vi.waitFor(() => expect(stdout()).toContain(text), { timeout: DEADLINE_MS, interval: 10 });
}

function nextOutput(stream: NodeJS.ReadableStream | null): Promise<void> {
  return new Promise((resolve) => stream?.once("data", () => resolve()));
}

describe("the reader of the tour itself", () => {
  const markdown =
    "## Tour\n\n```console\n$ a b\nx\ny … z\n$ c &\n```\n```sh\n$ no\n```\n## More\n";

  test("finds the steps of its section's console blocks", () => {
    expect(tourOf(markdown, "Tour")).toEqual([
      { command: "a b", background: false, output: ["x", "y … z"] },
      { command: "c", background: true, output: [] },
    ]);
    expect(tourOf(markdown, "None")).toBeUndefined();
  });

  test("takes … for anything within a line and nothing else for granted", () => {
    expect(differenceOf(["x", "y … z"], "x\ny 1 2 z\n")).toBeUndefined();
    expect(differenceOf(["x."], "xy\n")).toBeDefined();
    expect(differenceOf(["x"], "x\ny\n")).toBeDefined();
    expect(differenceOf(["x", "y"], "x\n")).toBeDefined();
    expect(differenceOf([], "")).toBeUndefined();
  });
});
