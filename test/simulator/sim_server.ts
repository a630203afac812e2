/**
 * SimServer: one life of the server's program: the real runtime, lists, connections and their tree
 * (server/application.ts), over a simulated log and simulated sockets.
 *
 * Errors: a process of it that ends by anything but an injected fault is a Violation.
 */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import * as Connection from "../../server/gateway/connection.ts";
import { ConnectionSocket } from "../../server/gateway/connection_socket.ts";
import { Connections, startReminder } from "../../server/gateway/connections.ts";
import { offeredProtocols, tokenOf } from "../../server/gateway/credentials.ts";
import type { Gateway } from "../../server/gateway/gateway.ts";
import {
  answerTo,
  refusalOf,
  type UpgradeAnswer,
  type UpgradeRequest,
} from "../../server/gateway/upgrade.ts";
import {
  type ExitReason,
  exitProcess,
  type Pid,
  Runtime,
  Supervisor,
} from "../../server/runtime/index.ts";
import { SUPERVISOR_MS, stop } from "../../server/shutdown.ts";
import type { EventLog } from "../../server/storage/event_log.ts";
import { startSweeper, TodoDirectory } from "../../server/todo/todo_directory.ts";
import { watchVital } from "../../server/vital_processes.ts";
import {
  FRAME_BYTES_MAX,
  IN_FLIGHT_MAX,
  LIST_TODOS_BYTES_MAX,
  MESSAGE_BYTES_MAX,
  SUBSCRIPTIONS_MAX,
} from "../../shared/protocol/limits.ts";
import { SUBPROTOCOL } from "../../shared/protocol/version.ts";
import type { Reached } from "./reached.ts";
import type { SimLink } from "./sim_link.ts";
import type { SimClock } from "./sim_loop.ts";
import type { SimTcp } from "./sim_tcp.ts";

/** The limits by which a world's servers differ. */
export interface ServerLimits {
  readonly newListsPerMin: number;
  readonly messagesPerS: number;
  readonly listTodosMax: number;
}

export interface SimServerOptions {
  readonly clock: SimClock;
  readonly log: EventLog;
  readonly limits: ServerLimits;
  /** By which the order of its processes is chosen; undefined: first come, first served. */
  readonly shuffle: number | undefined;
  readonly reached: Reached;
  /** A process has ended that should not have. */
  readonly crashed: (label: string, reason: ExitReason) => void;
}

/** The head of every upgrade; the key is any. */
const UPGRADE = {
  upgrade: "websocket",
  "sec-websocket-key": "c2ltdWxhdGVkIGNsaWVudA==",
  "sec-websocket-version": "13",
};
const NO_BYTES = Buffer.alloc(0);

/** Knows when a list is left alone. */
class WatchedDirectory extends TodoDirectory {
  reached: Reached | undefined;

  override find(list: string): ReturnType<TodoDirectory["find"]> {
    const found = super.find(list);
    if (found === undefined) this.reached?.mark("list_left_alone");
    return found;
  }
}

export class SimServer {
  readonly clock: SimClock;
  readonly log: EventLog;
  readonly directory: TodoDirectory;
  readonly links = new Set<SimLink>();
  readonly #runtime: Runtime;
  readonly #gateway: Gateway;
  readonly #root: Pid;
  readonly #callers: Pid;
  /** As http_server.ts has it. */
  readonly #ws = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
    handleProtocols: () => this.#protocol ?? false,
  });
  /** What the 101 that is being written names. */
  #protocol: string | undefined;
  #isDraining = false;
  #opened = 0;

  constructor(options: SimServerOptions) {
    const { clock, log, limits, shuffle, reached, crashed } = options;
    this.clock = clock;
    this.log = log;
    const runtime = new Runtime({ clock, shuffle });
    this.#runtime = runtime;
    runtime.telemetry.attach("process_exited", ({ label, reason }) => crashed(label, reason));
    this.#root = started(Supervisor.start(runtime, { name: "root", children: [] }));
    const lists = this.#supervisor("lists");
    const { newListsPerMin, messagesPerS, listTodosMax } = limits;
    const directory = new WatchedDirectory({
      runtime,
      log,
      supervisor: lists,
      newListsPerMin,
      limits: { listTodosMax, listBytesMax: LIST_TODOS_BYTES_MAX },
    });
    directory.reached = reached;
    this.directory = directory;
    const connections = new Connections();
    this.#child("idle_sweeper", () => startSweeper(runtime, directory));
    this.#callers = this.#supervisor("connections");
    this.#child("reminder", () => startReminder(runtime, connections));
    const wire = { message_bytes: MESSAGE_BYTES_MAX, in_flight: IN_FLIGHT_MAX };
    this.#gateway = {
      runtime,
      directory,
      connections,
      node: "todo@simulator",
      limits: {
        ...wire,
        subscriptions: SUBSCRIPTIONS_MAX,
        messages_per_s: messagesPerS,
        new_lists_per_min: newListsPerMin,
      },
    };
    watchVital(runtime, [this.#root, lists, this.#callers], (reason) => {
      if (!this.#isDraining) crashed("vital", reason);
    });
  }

  /** A client asks to be let in; `taken`: told of each frame that is read of it. */
  accept(link: SimLink, protocols: readonly string[], taken: (text: string) => void): void {
    const { tcp } = link;
    this.links.add(link);
    tcp.on("error", () => tcp.destroy());
    const headers = { ...UPGRADE, "sec-websocket-protocol": protocols.join(", ") };
    const asked: UpgradeRequest = { url: "/socket", headers, isAllowedOrigin: () => false };
    const token = tokenOf(headers, offeredProtocols(headers));
    const identity = token === undefined ? undefined : { user: token, expiresAt: null };
    const answer = refusalOf(asked) ?? answerTo(asked, identity);
    if (this.#isDraining || answer.kind === "http") {
      tcp.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
      return;
    }
    this.#protocol = answer.protocol;
    const request = { method: "GET", url: asked.url, headers, socket: tcp };
    this.#ws.handleUpgrade(request as unknown as IncomingMessage, tcp, NO_BYTES, (ws) => {
      ws.on("message", (data, isBinary) => taken(isBinary ? "" : String(data)));
      this.#open(ws, tcp, answer);
    });
  }

  #open(ws: WebSocket, tcp: SimTcp, answer: Exclude<UpgradeAnswer, { kind: "http" }>): void {
    const socket = new ConnectionSocket(ws, tcp as unknown as Socket, this.#runtime);
    if (answer.kind === "close") return socket.close(answer.code);
    this.#opened += 1;
    const onePerFrame = answer.protocol !== SUBPROTOCOL;
    const options = { gateway: this.#gateway, socket, identity: answer.identity, onePerFrame };
    const begun = Supervisor.startChild(this.#callers, {
      id: `connection#${this.#opened}`,
      restart: "temporary",
      start: () => Connection.start(options),
    });
    if (!begun.ok) socket.terminate();
  }

  /** A list's process is killed. False: it has none. */
  killList(list: string): boolean {
    const pid = this.directory.whereis(list);
    if (pid !== undefined) exitProcess(pid, "kill");
    return pid !== undefined;
  }

  /** Ends as at SIGTERM. */
  async drain(): Promise<boolean> {
    this.#isDraining = true;
    const { connections } = this.#gateway;
    const http = {
      drain: () => undefined,
      close: () => {
        for (const ws of this.#ws.clients) ws.terminate();
      },
    };
    const running = { runtime: this.#runtime, root: this.#root, connections, http, log: this.log };
    return (await stop(running)).ok;
  }

  /** All is gone from one moment to the next. */
  die({ isMachine }: { readonly isMachine: boolean }): void {
    this.clock.stop();
    for (const link of this.links) link.orphan({ isMachine });
  }

  #supervisor(name: string): Pid {
    const start = () => Supervisor.start(this.#runtime, { name, children: [], link: true });
    return started(
      Supervisor.startChild(this.#root, { id: name, start, shutdownMs: SUPERVISOR_MS }),
    );
  }

  #child(id: string, start: () => ReturnType<typeof startReminder>): void {
    started(Supervisor.startChild(this.#root, { id, start }));
  }
}

function started(result: ReturnType<typeof Supervisor.start>): Pid {
  if (!result.ok) throw new Error(`the tree did not start: ${String(result.reason)}`);
  return result.pid;
}
