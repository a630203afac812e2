/**
 * Shutdown: how a server that runs is ended, step by step.
 *
 * Order: nobody new is let in; `goaway`; in-flight work is finished; 4100; the tree ends from the
 *        last child to the first; the log is flushed and closed.
 * Bound: each step has its own time, which a slow one before it cannot use up; all of them have
 *        SHUTDOWN_MS_MAX, so that the program ends within 10 s.
 * Errors: a log that does not close in time, as on a disk that hangs, is given up by a sentence.
 */
import type { Connections } from "./gateway/connections.ts";
import type { HttpServer } from "./gateway/http_server.ts";
import { type Clock, type Pid, type Runtime, Supervisor } from "./runtime/index.ts";
import type { EventLog } from "./storage/event_log.ts";

/** Milliseconds clients have to leave by themselves after `goaway`. */
const GOAWAY_MS = 1_500;
/** Of these, how far their leaving is spread. */
const JITTER_MS = 1_000;
/**
 * Milliseconds for calls in flight: a commit that takes longer is not waited for by its caller. A
 * peer that takes no answers is let go after about one second of them (gateway/connection.ts).
 */
const LEAVE_MS = 3_000;
/** Milliseconds for the processes of the tree to end. */
const TREE_MS = 2_000;
/** Milliseconds one supervisor of the tree has of these. */
export const SUPERVISOR_MS = TREE_MS / 2;
/** Milliseconds for everything; what the steps above leave of it, 3 s at least, is the log's. */
const SHUTDOWN_MS_MAX = 9_500;
/** Milliseconds between two looks whether a step is done. */
const LOOK_MS = 20;

/** What is to be ended. */
export interface Running {
  readonly runtime: Runtime;
  /** The supervisor of everything. */
  readonly root: Pid;
  readonly connections: Connections;
  readonly http: Pick<HttpServer, "drain" | "close">;
  readonly log: Pick<EventLog, "close">;
}

/** ok: all that was appended is on disk. Else what is to be known of it. */
export type Stopped = { readonly ok: true } | { readonly ok: false; readonly sentence: string };

/** Ends it; resolves within SHUTDOWN_MS_MAX. */
export async function stop({ runtime, root, connections, http, log }: Running): Promise<Stopped> {
  const { clock } = runtime;
  const until = clock.now() + SHUTDOWN_MS_MAX;
  const isAlone = () => connections.size === 0;
  http.drain();
  connections.tellAll({ type: "goaway", withinMs: GOAWAY_MS, jitterMs: JITTER_MS });
  await waitUntil(clock, isAlone, GOAWAY_MS);
  connections.tellAll({ type: "leave" });
  await waitUntil(clock, isAlone, LEAVE_MS);
  http.close();
  Supervisor.stop(root);
  await waitUntil(clock, () => runtime.processCount === 0, TREE_MS);
  return closeLog(clock, log, until);
}

async function waitUntil(clock: Clock, isSo: () => boolean, withinMs: number): Promise<void> {
  const until = clock.now() + withinMs;
  while (!isSo() && clock.now() < until) {
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.alarm(Math.min(clock.now() + LOOK_MS, until), resolve);
    await promise;
  }
}

async function closeLog(clock: Clock, log: Running["log"], until: number): Promise<Stopped> {
  const late = Promise.withResolvers<Stopped>();
  const sentence = "The log was not closed in time; writes not yet acknowledged may be lost.";
  const cancel = clock.alarm(until, () => late.resolve({ ok: false, sentence }));
  const closed = log.close().then(() => ({ ok: true }) as const);
  const stopped = await Promise.race([closed, late.promise]);
  cancel();
  return stopped;
}
