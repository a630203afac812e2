/**
 * Application: the supervision tree as code; the one file that knows every folder.
 *
 *     root ─┬─ lists        (one TodoServer per list, on demand)
 *           ├─ idle_sweeper
 *           ├─ connections  (one caller process per WebSocket)
 *           └─ connection_reminder
 *
 * Its end is in shutdown.ts.
 */
import { hostname } from "node:os";
import { IN_FLIGHT_MAX, MESSAGE_BYTES_MAX, SUBSCRIPTIONS_MAX } from "../shared/protocol/limits.ts";
import { createTokens } from "./auth/tokens.ts";
import type { Config } from "./config.ts";
import { Connections, startReminder } from "./gateway/connections.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { HttpServer } from "./gateway/http_server.ts";
import { createLogger, type Logger, logTelemetry } from "./observability/logger.ts";
import { createMetrics } from "./observability/metrics.ts";
import { type Pid, Runtime, Supervisor } from "./runtime/index.ts";
import { type Running, type Stopped, SUPERVISOR_MS, stop } from "./shutdown.ts";
import { CommitCounts } from "./storage/commit_counts.ts";
import { makeDataFolder } from "./storage/data_folder.ts";
import type { EventLog } from "./storage/event_log.ts";
import { MemoryLog } from "./storage/memory_log.ts";
import {
  openSqliteLog,
  type SqliteLogOpened,
  type SqliteLogOptions,
} from "./storage/sqlite_log.ts";
import { storePathIn } from "./storage/store_place.ts";
import { startSweeper, TodoDirectory } from "./todo/todo_directory.ts";
import { watchVital } from "./vital_processes.ts";

export type Started =
  | { readonly ok: true; readonly application: Application }
  | { readonly ok: false; readonly sentence: string };

/** A server that runs. */
export interface Application {
  /** Where it listens: "http://127.0.0.1:4000". */
  readonly url: string;
  /** The supervisor of everything. */
  readonly root: Pid;
  /** Drains and ends; resolves when the log is closed, or was given up. */
  stop(): Promise<Stopped>;
}

/**
 * Starts everything. `onFatal`: the log can no longer be trusted, or a vital process is gone; end
 * at once.
 */
export async function start(config: Config, onFatal: (error: Error) => void): Promise<Started> {
  const logger = createLogger(config.logLevel);
  const folder = prepareFolder(config);
  if (folder !== undefined) return { ok: false, sentence: folder };
  const tokens = createTokens(config.data);
  if (!tokens.ok) return { ok: false, sentence: tokens.message };
  const commits = new CommitCounts();
  const opened = await openLog(config, {
    counts: commits,
    onFatal(error) {
      logger.fatal({ error: error.message }, "the log failed: what it kept is unknown");
      onFatal(error);
    },
    onSnapshotFault: (list, fault) => logger.warn({ list, fault }, "a snapshot is not used"),
  });
  if (!opened.ok) return { ok: false, sentence: opened.message };
  if (opened.isCopy) logger.warn("the store was put back from a copy: all lists get new epochs");
  const tree = startTree(config, opened.log, logger);
  watchVital(tree.gateway.runtime, [tree.root, tree.lists, tree.connections], (reason) => {
    if (tree.isStopping) return;
    logger.fatal({ reason }, "a vital process ended");
    onFatal(new Error(`a vital process ended: ${reason}`));
  });
  const { host, port, tls, allowedOrigins, isBehindProxy } = config;
  const { runtime, connections, directory } = tree.gateway;
  const { log } = opened;
  const sources = { runtime, connections, lists: directory, log, commits };
  const http = new HttpServer({
    gateway: tree.gateway,
    supervisor: tree.connections,
    tokens: tokens.tokens,
    host,
    port,
    tls,
    allowedOrigins,
    isBehindProxy,
    metrics: createMetrics(runtime.telemetry, sources),
  });
  const listening = await http.listen();
  if (!listening.ok) {
    await log.close();
    return { ok: false, sentence: sentenceFor(listening.code, config) };
  }
  const scheme = tls === undefined ? "http" : "https";
  const url = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${listening.port}`;
  const { root } = tree;
  const running: Running = { runtime, root, connections, http, log };
  const end = () => {
    tree.isStopping = true;
    return stop(running);
  };
  return { ok: true, application: { url, root, stop: end } };
}

interface Tree {
  readonly gateway: Gateway;
  readonly root: Pid;
  readonly lists: Pid;
  isStopping: boolean;
  readonly connections: Pid;
}

function startTree(config: Config, log: EventLog, logger: Logger): Tree {
  const runtime = new Runtime();
  logTelemetry(logger, runtime.telemetry, runtime.clock);
  const root = started(Supervisor.start(runtime, { name: "root", children: [] }));
  const lists = startSupervisor(runtime, root, "lists");
  const directory = new TodoDirectory({
    runtime,
    log,
    supervisor: lists,
    newListsPerMin: config.newListsPerMin,
    limits: { listTodosMax: config.listTodosMax, listBytesMax: config.listBytesMax },
  });
  const slowCallMs = config.slowCallMs === 0 ? Number.POSITIVE_INFINITY : config.slowCallMs;
  const connections = new Connections({ slowCallMs });
  const sweeper = { id: "idle_sweeper", start: () => startSweeper(runtime, directory) };
  started(Supervisor.startChild(root, sweeper));
  const callers = startSupervisor(runtime, root, "connections");
  const reminder = { id: "reminder", start: () => startReminder(runtime, connections) };
  started(Supervisor.startChild(root, reminder));
  const limits = {
    message_bytes: MESSAGE_BYTES_MAX,
    in_flight: IN_FLIGHT_MAX,
    subscriptions: SUBSCRIPTIONS_MAX,
    messages_per_s: config.messagesPerS,
    new_lists_per_min: config.newListsPerMin,
  };
  const node = `todo@${hostname()}`;
  return {
    root,
    lists,
    connections: callers,
    isStopping: false,
    gateway: { runtime, directory, connections, node, limits },
  };
}

function startSupervisor(runtime: Runtime, root: Pid, name: string): Pid {
  const start = () => Supervisor.start(runtime, { name, children: [], link: true });
  return started(Supervisor.startChild(root, { id: name, start, shutdownMs: SUPERVISOR_MS }));
}

/** The tree's own processes start or the program is broken. */
function started(result: ReturnType<typeof Supervisor.start>): Pid {
  if (!result.ok) throw new Error(`the supervision tree did not start: ${String(result.reason)}`);
  return result.pid;
}

/** undefined: the data folder is there. Else what is wrong. */
function prepareFolder({ data }: Config): string | undefined {
  try {
    makeDataFolder(data);
    return undefined;
  } catch {
    return `The data folder ${data} cannot be made; give another by --data.`;
  }
}

async function openLog(
  { store, data }: Config,
  options: Omit<SqliteLogOptions, "path">,
): Promise<SqliteLogOpened> {
  if (store === "memory") return { ok: true, log: new MemoryLog(), isCopy: false };
  return openSqliteLog({ path: storePathIn(data), ...options });
}

function sentenceFor(code: string, { host, port }: Config): string {
  if (code === "EADDRINUSE") {
    return `Port ${port} of ${host} is in use; give another by --port, or stop what listens there.`;
  }
  if (code === "EACCES")
    return `Port ${port} may not be used by this user; give another by --port.`;
  return `The server cannot listen on ${host}, port ${port} (${code}).`;
}
