/**
 * hand_written_server: what one would write in an hour with `ws`, JSON and a Map; the yardstick.
 *
 * Speaks the wire of start, add_todo and subscribe. No processes, no rights, no limits and no
 * persistence; an event is made only for a list that has subscribers. Run: node FILE PORT
 */
import { type WebSocket, WebSocketServer } from "ws";

interface Todo {
  readonly id: number;
  readonly title: string;
  readonly date: string | null;
  readonly done: boolean;
  readonly rev: number;
}

interface List {
  seq: number;
  readonly todos: Map<number, Todo>;
  readonly subscribers: Set<WebSocket>;
}

interface Call {
  readonly id: string | number;
  readonly method: string;
  readonly params: {
    readonly list: string;
    readonly todo: { title: string; date?: string | null };
  };
}

const lists = new Map<string, List>();

function answer(socket: WebSocket, { id, method, params }: Call): void {
  const list = lists.get(params.list);
  if (method === "start") return reply(socket, id, start(params.list));
  if (list === undefined) return refuse(socket, id, -32017);
  if (method === "add_todo") return addTodo(socket, list, { id, method, params });
  if (method === "subscribe") {
    list.subscribers.add(socket);
    const todos = [...list.todos.values()];
    return reply(socket, id, { mode: "snapshot", list: params.list, seq: list.seq, todos });
  }
  return refuse(socket, id, -32601);
}

function start(name: string): object {
  const created = !lists.has(name);
  if (created) lists.set(name, { seq: 0, todos: new Map(), subscribers: new Set() });
  return { list: name, created, seq: lists.get(name)?.seq };
}

function addTodo(socket: WebSocket, list: List, { id, params }: Call): void {
  const { title, date = null } = params.todo;
  if (typeof title !== "string" || title === "") return refuse(socket, id, -32602);
  const seq = ++list.seq;
  const todo: Todo = { id: list.todos.size + 1, title, date, done: false, rev: seq };
  list.todos.set(todo.id, todo);
  reply(socket, id, { id: todo.id, rev: seq, seq });
  if (list.subscribers.size === 0) return;
  const event = { list: params.list, seq, at: Date.now(), op: "todo_added", todo };
  const push = JSON.stringify({ jsonrpc: "2.0", method: "event", params: event });
  for (const subscriber of list.subscribers) subscriber.send(push);
}

function reply(socket: WebSocket, id: Call["id"], result: object): void {
  socket.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
}

function refuse(socket: WebSocket, id: Call["id"], code: number): void {
  socket.send(JSON.stringify({ jsonrpc: "2.0", id, error: { code, message: "refused" } }));
}

const port = Number(process.argv[2]);
const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.send(JSON.stringify({ jsonrpc: "2.0", method: "welcome", params: { protocol: 1 } }));
  socket.on("message", (data) => answer(socket, JSON.parse(String(data)) as Call));
  socket.on("close", () => {
    for (const list of lists.values()) list.subscribers.delete(socket);
  });
});
server.on("listening", () => console.log(`listening on http://127.0.0.1:${port}`));
process.on("SIGTERM", () => process.exit(0));
