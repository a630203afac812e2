/**
 * ServerInProcess: a server in the test's own process, with its directory and its log at hand.
 *
 * The tree is that of server/application.ts, over a log whose commits the test makes.
 */
import { rmSync } from "node:fs";
import { TodoClient } from "../../client/todo_client.ts";
import { createTokens, type Tokens } from "../../server/auth/tokens.ts";
import { Connections, startReminder } from "../../server/gateway/connections.ts";
import { HttpServer } from "../../server/gateway/http_server.ts";
import { type Pid, Runtime, Supervisor } from "../../server/runtime/index.ts";
import type { EventLog } from "../../server/storage/event_log.ts";
import { TodoDirectory } from "../../server/todo/todo_directory.ts";
import { temporaryFolder } from "../support/server_process.ts";

/** What is running. */
export interface ServerInProcess {
  readonly directory: TodoDirectory;
  readonly connections: Connections;
  readonly url: string;
  token(user: string): Promise<string>;
  connect(user: string, pushed?: (name: string, params: unknown) => void): Promise<TodoClient>;
  close(): void;
}

export async function startInProcess(log: EventLog): Promise<ServerInProcess> {
  const runtime = new Runtime({ isolated: true });
  const root = started(Supervisor.start(runtime, { name: "root", children: [] }));
  const supervisor = child(runtime, root, "lists");
  const directory = new TodoDirectory({ runtime, log, supervisor, newListsPerMin: 0 });
  const connections = new Connections();
  const callers = child(runtime, root, "connections");
  started(
    Supervisor.startChild(root, {
      id: "reminder",
      start: () => startReminder(runtime, connections),
    }),
  );
  const limits = {
    message_bytes: 65_536,
    in_flight: 256,
    subscriptions: 1000,
    messages_per_s: 0,
    new_lists_per_min: 0,
  };
  const data = temporaryFolder();
  const tokens = tokensOf(data);
  const http = new HttpServer({
    gateway: { runtime, directory, connections, node: "todo@test", limits },
    tokens,
    supervisor: callers,
    host: "127.0.0.1",
    port: 0,
    allowedOrigins: [],
  });
  const listening = await http.listen();
  if (!listening.ok) throw new Error(listening.code);
  const url = `ws://127.0.0.1:${listening.port}/socket`;
  return {
    directory,
    connections,
    url,
    token: (user) => tokens.sign(user, 60_000),
    connect: async (user, pushed = () => undefined) =>
      TodoClient.connect({ url, token: await tokens.sign(user, 60_000), pushed }),
    close: () => {
      http.close();
      Supervisor.stop(root);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function tokensOf(data: string): Tokens {
  const opened = createTokens(data);
  if (!opened.ok) throw new Error(opened.message);
  return opened.tokens;
}

function child(runtime: Runtime, root: Pid, name: string): Pid {
  const start = () => Supervisor.start(runtime, { name, children: [], link: true });
  return started(Supervisor.startChild(root, { id: name, start }));
}

function started(result: ReturnType<typeof Supervisor.start>): Pid {
  if (!result.ok) throw new Error(String(result.reason));
  return result.pid;
}
