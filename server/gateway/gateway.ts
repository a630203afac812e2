/**
 * Gateway: what every connection of one server shares.
 */
import type { WelcomeLimits } from "../../shared/protocol/pushes.ts";
import type { Runtime } from "../runtime/index.ts";
import type { TodoDirectory } from "../todo/todo_directory.ts";
import type { Connections } from "./connections.ts";

export interface Gateway {
  readonly runtime: Runtime;
  readonly directory: TodoDirectory;
  readonly connections: Connections;
  /** The server's name, as Erlang names its nodes: "todo@host". */
  readonly node: string;
  readonly limits: WelcomeLimits;
}
