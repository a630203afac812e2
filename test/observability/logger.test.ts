/**
 * Logger: what a line holds, and how many there are at most.
 */
import { pino } from "pino";
import { expect, test } from "vitest";
import { logTelemetry } from "../../server/observability/logger.ts";
import { Runtime, VirtualClock } from "../../server/runtime/index.ts";

type Line = Readonly<Record<string, unknown>>;

function world(level: string) {
  const lines: Line[] = [];
  const write = (text: string) => {
    lines.push(JSON.parse(text) as Line);
  };
  const clock = new VirtualClock();
  const runtime = new Runtime({ clock });
  const logger = pino({ level, base: null, timestamp: false }, { write });
  logTelemetry(logger, runtime.telemetry, clock);
  const pid = runtime.spawn(function* () {});
  return { lines, clock, telemetry: runtime.telemetry, pid };
}

const CALL = { request: 7, method: "add_todo", list: "groceries", outcome: "ok", ms: 1234.5 };

test("a slow call is a warning with its request id and its caller's pid", () => {
  const { lines, telemetry, pid } = world("warn");
  telemetry.emit("call_slow", { ...CALL, pid });
  const line = { level: 40, msg: "slow call", ...CALL, ms: 1235, pid: String(pid) };
  expect(lines).toEqual([line]);
});

test("a call that failed is one too", () => {
  const { lines, telemetry, pid } = world("warn");
  telemetry.emit("call_failed", { ...CALL, outcome: "internal", pid });
  expect(lines).toMatchObject([{ level: 40, msg: "call failed", outcome: "internal", request: 7 }]);
});

test("a second has ten lines about calls; the next line says how many were left out", () => {
  const { lines, telemetry, pid, clock } = world("warn");
  for (let n = 0; n < 1000; n++) telemetry.emit("call_slow", { ...CALL, request: n, pid });
  expect(lines).toHaveLength(10);
  clock.advance(1000);
  telemetry.emit("call_slow", { ...CALL, pid });
  telemetry.emit("call_slow", { ...CALL, pid });
  expect(lines.slice(10).map(({ omitted }) => omitted)).toEqual([990, undefined]);
});

test("connections are told of from info on, refused upgrades at debug", () => {
  const said = (level: string) => {
    const { lines, telemetry, pid } = world(level);
    telemetry.emit("connection_opened", { pid, user: "alice" });
    telemetry.emit("connection_closed", { pid, user: "alice", code: 4108 });
    telemetry.emit("upgrade_refused", { address: "192.0.2.1", code: 401 });
    return lines.map(({ msg, user, code }) => ({ msg, user, code }));
  };
  const opened = { msg: "connection opened", user: "alice", code: undefined };
  const closed = { msg: "connection closed", user: "alice", code: 4108 };
  const refused = { msg: "upgrade refused", user: undefined, code: 401 };
  expect(said("warn")).toEqual([]);
  expect(said("info")).toEqual([opened, closed]);
  expect(said("debug")).toEqual([opened, closed, refused]);
});

test("silent is silent", () => {
  const { lines, telemetry, pid } = world("silent");
  telemetry.emit("call_slow", { ...CALL, pid });
  expect(lines).toEqual([]);
});
