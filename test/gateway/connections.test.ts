/**
 * Connections: who is reminded of time, and how often.
 */
import { expect, test } from "vitest";
import { Connections, type Reminder, startReminder } from "../../server/gateway/connections.ts";
import { type Pid, Runtime, startCallback, VirtualClock } from "../../server/runtime/index.ts";

function setUp() {
  const clock = new VirtualClock();
  const runtime = new Runtime({ clock });
  const connections = new Connections();
  startReminder(runtime, connections);
  const connect = () => {
    const heard: string[] = [];
    const process = startCallback(runtime, (message) => heard.push((message as Reminder).type));
    const pid = process.pid as Pid<Reminder>;
    connections.add(pid);
    return { pid, heard };
  };
  return { clock, connections, connect };
}

test("who waits for answers is told to sweep, once; who does not, is not", () => {
  const { clock, connections, connect } = setUp();
  const [waiting, idle] = [connect(), connect()];
  connections.sweepLater(waiting.pid);
  connections.sweepLater(waiting.pid);
  clock.advance(1_000);
  expect(waiting.heard).toEqual(["sweep"]);
  expect(idle.heard).toEqual([]);
});

test("all are told to look after their peer every 5 s", () => {
  const { clock, connect } = setUp();
  const both = [connect(), connect()];
  clock.advance(15_000);
  for (const { heard } of both) expect(heard).toEqual(["beat", "beat", "beat"]);
});

test("one that was removed hears nothing more", () => {
  const { clock, connections, connect } = setUp();
  const { pid, heard } = connect();
  connections.sweepLater(pid);
  connections.remove(pid);
  connections.tellAll({ type: "leave" });
  clock.advance(10_000);
  expect(heard).toEqual([]);
  expect(connections.size).toBe(0);
});
