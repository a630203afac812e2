/**
 * recovery_load: loads one list again and again, as its process does when it starts.
 *
 * Params: one JSON argument, LoadOptions. Result: LoadFigures as one JSON line on stdout.
 * Order:  a load of all events; then, once the log has made its snapshot, loads from that.
 */
import {
  exitProcess,
  type Pid,
  Runtime,
  Supervisor,
  startCallback,
} from "../server/runtime/index.ts";
import { openSqliteLog } from "../server/storage/sqlite_log.ts";
import { LIST_LIMITS } from "../server/todo/room.ts";
import { TodoDirectory } from "../server/todo/todo_directory.ts";
import type { Ask } from "../server/todo/todo_request.ts";

export interface LoadOptions {
  readonly path: string;
  readonly list: string;
  readonly loads: number;
}

/**
 * From the request that starts the process to its answer, in time that passed and in CPU of all
 * threads; the main thread's longest turn.
 */
export interface OneLoad {
  readonly ms: number;
  readonly cpuMs: number;
  readonly longestTurnMs: number;
}

export interface LoadFigures {
  /** Of all events. */
  readonly whole: OneLoad;
  readonly fromSnapshot: readonly OneLoad[];
}

/** Milliseconds that making the snapshot may take. */
const SNAPSHOT_MS = 60_000;
const ASK: Ask = { user: "user0", deadline: Infinity, request: { type: "list", limit: 1 } };

async function measure({ path, list, loads }: LoadOptions): Promise<LoadFigures> {
  const onFatal = (error: Error): never => {
    throw error;
  };
  const opened = await openSqliteLog({ path, onFatal });
  if (!opened.ok) throw new Error(opened.message);
  const { log } = opened;
  const runtime = new Runtime();
  const started = Supervisor.start(runtime, { name: "lists", children: [] });
  if (!started.ok) throw new Error("the supervisor did not start");
  const supervisor = started.pid;
  const directory = new TodoDirectory({
    runtime,
    log,
    supervisor,
    newListsPerMin: 0,
    limits: LIST_LIMITS,
  });
  const whole = await loadOnce(runtime, directory, list);
  await snapshotOf(runtime, log, list);
  const fromSnapshot: OneLoad[] = [];
  while (fromSnapshot.length < loads) fromSnapshot.push(await loadOnce(runtime, directory, list));
  await log.close();
  return { whole, fromSnapshot };
}

async function loadOnce(
  runtime: Runtime,
  directory: TodoDirectory,
  list: string,
): Promise<OneLoad> {
  let longestTurnMs = 0;
  let isOver = false;
  let last = performance.now();
  const beat = () => {
    const now = performance.now();
    longestTurnMs = Math.max(longestTurnMs, now - last);
    last = now;
    if (!isOver) setImmediate(beat);
  };
  setImmediate(beat);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const server = directory.find(list) as Pid;
  const answer = await runtime.call(server, ASK, SNAPSHOT_MS);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  isOver = true;
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  exitProcess(server, "shutdown");
  await new Promise((resolve) => setImmediate(resolve)); // Its supervisor has heard of it.
  return { ms, cpuMs: (user + system) / 1000, longestTurnMs };
}

/** Resolves when a load of the list starts from a snapshot. */
async function snapshotOf(
  runtime: Runtime,
  log: { load(list: string, to: Pid<unknown>, ref: unknown): void },
  list: string,
): Promise<void> {
  const until = performance.now() + SNAPSHOT_MS;
  while (performance.now() < until) {
    const loaded = await new Promise<unknown>((resolve) => {
      const { pid } = startCallback(runtime, resolve);
      log.load(list, pid, null);
    });
    const { state } = loaded as { state?: { snapshot?: object | null } };
    if (state?.snapshot) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no snapshot was made");
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? "{}") as LoadOptions)));
