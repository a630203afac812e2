/**
 * worker: one process that makes load: does what the coordinator says, and tells what it sees.
 *
 * Order: see messages.ts. It ends when the coordinator closes the channel, or is gone.
 */
import { RpcError } from "../../client/rpc_error.ts";
import { Crew } from "./crew.ts";
import { LoadError } from "./load_error.ts";
import type { FromWorker, LoadBusy, ToWorker } from "./messages.ts";

const TELL_MS = 200;
const CLOSE_MS_MAX = 3000; // By then sockets are closed, or nobody answers them.

let crew: Crew | undefined;
let teller: ReturnType<typeof setInterval> | undefined;
let connected = false;
let begun = now();

// Ctrl-C reaches every process of the terminal; the coordinator alone decides what it means.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
process.on("disconnect", () => {
  clearInterval(teller);
  crew?.close();
  setTimeout(() => process.exit(0), CLOSE_MS_MAX).unref();
});
process.on("message", (message: ToWorker) => void obey(message));

async function obey(message: ToWorker): Promise<void> {
  switch (message.type) {
    case "plan":
      crew = new Crew(message.orders);
      return prepare(crew);
    case "begin":
      begun = now();
      crew?.begin();
      return;
    case "end":
      await crew?.end();
      tell();
      say({ type: "ended", busy: busy(begun) });
      return;
    case "settle":
      await crew?.settle();
      tell();
      say({ type: "settled" });
      return;
    default:
      message satisfies never;
  }
}

async function prepare(prepared: Crew): Promise<void> {
  teller = setInterval(() => {
    if (connected) tell();
    else say({ type: "connected", connections: prepared.connections });
  }, TELL_MS);
  try {
    await prepared.connect();
    prepared.tally.take(); // What was counted while connecting is not the run's.
    connected = true; // From here on: others may write before this process is told to.
    say({ type: "ready" });
    void prepared.deserted.then(() => say({ type: "deserted" }));
  } catch (error) {
    if (!(error instanceof RpcError || error instanceof LoadError)) throw error;
    say({ type: "failed", sentence: error.message });
  }
}

function tell(): void {
  if (crew !== undefined) say({ type: "told", told: crew.tally.take() });
}

function busy(since: typeof begun): LoadBusy {
  const { user, system } = process.cpuUsage(since.cpu);
  const cpu = (user + system) / 1000 / (performance.now() - since.ms);
  return { cpu, loop: performance.eventLoopUtilization(since.loop).utilization };
}

function now() {
  return {
    cpu: process.cpuUsage(),
    loop: performance.eventLoopUtilization(),
    ms: performance.now(),
  };
}

function say(message: FromWorker): void {
  // The coordinator may close the channel at any moment: what it no longer reads is not missed.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
