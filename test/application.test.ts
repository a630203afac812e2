/**
 * Application: that it ends as a whole when a part without which it is none has ended.
 */
import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as Application from "../server/application.ts";
import { parseConfig } from "../server/config.ts";
import { exitProcess, Supervisor } from "../server/runtime/index.ts";
import { temporaryFolder } from "./support/server_process.ts";

let data: string;
let fatal: PromiseWithResolvers<Error>;
let application: Application.Application;

beforeEach(async () => {
  data = temporaryFolder();
  fatal = Promise.withResolvers();
  application = await start();
});
afterEach(async () => {
  await application.stop();
  rmSync(data, { recursive: true, force: true });
});

async function start(): Promise<Application.Application> {
  const args = ["--port", "0", "--data", data, "--store", "memory", "--log-level", "silent"];
  const parsed = parseConfig(args, {});
  if (parsed.kind !== "config") throw new Error(JSON.stringify(parsed));
  const started = await Application.start(parsed.config, fatal.resolve);
  if (!started.ok) throw new Error(started.sentence);
  return started.application;
}

function childOf({ root }: Application.Application, id: string) {
  const pid = Supervisor.whichChildren(root).find((child) => child.id === id)?.pid;
  if (pid === undefined) throw new Error(`the tree has no ${id}`);
  return pid;
}

test.each(["lists", "connections"])("the end of the supervisor of %s is fatal", async (id) => {
  exitProcess(childOf(application, id), "kill");
  expect((await fatal.promise).message).toMatch(/^a vital process ended/);
});

test("so is the end of the root", async () => {
  exitProcess(application.root, "kill");
  expect((await fatal.promise).message).toMatch(/^a vital process ended/);
});

test("the end of a child that is restarted is not, nor is a stop", async () => {
  const reminder = childOf(application, "reminder");
  exitProcess(reminder, "kill");
  await vi.waitFor(() => expect(childOf(application, "reminder")).not.toBe(reminder));
  expect(await application.stop()).toEqual({ ok: true });
  const outcome = await Promise.race([fatal.promise, Promise.resolve("nothing")]);
  expect(outcome).toBe("nothing");
});
