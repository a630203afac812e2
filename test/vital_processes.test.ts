/**
 * VitalProcesses: the end of one is noticed, once.
 */
import { expect, test } from "vitest";
import {
  exitProcess,
  type Pid,
  Runtime,
  Supervisor,
  VirtualClock,
} from "../server/runtime/index.ts";
import { watchVital } from "../server/vital_processes.ts";

function supervisor(runtime: Runtime, name: string): Pid {
  const started = Supervisor.start(runtime, { name, children: [] });
  if (!started.ok) throw new Error(String(started.reason));
  return started.pid;
}

test("the first that ends is told of, and only that", () => {
  const clock = new VirtualClock();
  const runtime = new Runtime({ clock });
  const pids = ["root", "lists", "connections"].map((name) => supervisor(runtime, name));
  const ended: string[] = [];
  watchVital(runtime, pids, (reason) => ended.push(reason));
  clock.advance(60_000);
  expect(ended).toEqual([]);
  exitProcess(pids[1] as Pid, "kill");
  clock.settle();
  exitProcess(pids[2] as Pid, "kill");
  clock.settle();
  expect(ended).toEqual(["killed"]);
});
