/**
 * TranscriptClient: plays a transcript against the client: what it sends, what it hands on.
 *
 * A fake server sends the lines that the transcript expects of one; the lines that it sends are
 * made by the client's own functions, so their ids, and keys where none is given, are its own.
 * Params that the types of these functions cannot say (`bad_args`) go by `call`.
 * Shape: that of transcript_file.ts, but only of calls and casts: sockets that open are welcomed.
 */
import { expect } from "vitest";
import type { TxOp } from "../../client/call_options.ts";
import { RpcError } from "../../client/rpc_error.ts";
import { TodoClient } from "../../client/todo_client.ts";
import type { MethodName, Params } from "../../shared/protocol/methods.ts";
import { type FakeConnection, FakeServer, type Message } from "../client/support/fake_server.ts";
import { kindOf, type Line, readLines } from "./transcript_file.ts";

/** A message of a transcript. */
interface WireMessage {
  readonly jsonrpc: "2.0";
  readonly id?: string | number;
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly data: { readonly kind: string } };
}

type Call<Method extends MethodName> = (
  client: TodoClient,
  params: Params<Method>,
) => Promise<unknown>;

/** Each method by the client's function for it. */
const CALLS: { readonly [Method in MethodName]: Call<Method> } = {
  whoami: (client) => client.whoami(),
  describe: (client) => client.describe(),
  lists: (client, page) => client.lists(page),
  agenda: (client, query) => client.agenda(inCamelCase(query)),
  start: (client, { key, ...list }) => client.start(list, { key }),
  rename_list: (client, { list, title, key }) => client.renameList(list, title, { key }),
  add_todo: (client, { list, todo, key }) => client.addTodo(list, todo, { key }),
  update_todo: (client, { list, id, key, ...change }) =>
    client.updateTodo(list, id, { ...inCamelCase(change), key }),
  delete_todo: (client, { list, id, if_rev: ifRev, key }) =>
    client.deleteTodo(list, id, { ifRev, key }),
  todos: (client, { list, date, ...page }) => client.todos(list, date, page),
  list: (client, { list, ...page }) => client.list(list, page),
  tx: (client, { list, ops, key }) => client.tx(list, ops.map(inCamelCase) as TxOp[], { key }),
  subscribe: (client, params) => client.call("subscribe", params),
  unsubscribe: (client, { list }) => client.unsubscribe(list),
  share: (client, { list, user, role, key }) => client.share(list, user, { role, key }),
  unshare: (client, { list, user, key }) => client.unshare(list, user, { key }),
  members: (client, { list }) => client.members(list),
  history: (client, { list, ...page }) => client.history(list, page),
  delete_list: (client, { list }) => client.deleteList(list),
  restore_list: (client, { list }) => client.restoreList(list),
};

/** What a transcript need not name of it. */
const WELCOME = {
  pid: "<0.7.0>",
  user: "alice",
  node: "n",
  server: "0",
  protocol: 1,
  heartbeat_ms: 25_000,
  features: [],
  limits: { message_bytes: 65_536, in_flight: 256, subscriptions: 1000 },
};

/** Plays the lines; throws, with the line's number, where something else came. */
export async function playClient(text: string): Promise<void> {
  const lines = readLines(text);
  const shapeless = new Set(lines.map(([, line]) => refusedShape(line)));
  const isTyped = (on: string, { id }: WireMessage) => !shapeless.has(`${on} ${id}`);
  const peers = new Map<string, Peer>();
  try {
    for (const [number, line] of lines) {
      try {
        await playLine(peers, line, isTyped);
      } catch (error) {
        throw new Error(`line ${number}: ${String(error)}`, { cause: error });
      }
    }
    for (const peer of peers.values()) peer.expectNothing();
  } finally {
    for (const peer of peers.values()) await peer.stop();
  }
}

async function playLine(
  peers: Map<string, Peer>,
  { on = "alice", send, expect: expected }: Line,
  isTyped: (on: string, message: WireMessage) => boolean,
): Promise<void> {
  const message = filled(expected) as WireMessage | undefined;
  if (message?.method === "welcome") peers.set(on, await Peer.connect(message.params));
  else if (message !== undefined) await peerOf(peers, on).receives(message);
  else if (send !== undefined) {
    const messages = [filled(send)].flat() as WireMessage[];
    await peerOf(peers, on).sends(messages, (one) => isTyped(on, one));
  }
}

/** One user's client, the server's end of it, and what neither has been asked for yet. */
class Peer {
  readonly #client: TodoClient;
  readonly #server: FakeServer;
  readonly #sent: Queue<Message>;
  readonly #pushes: Queue<{ readonly method: string; readonly params: unknown }>;
  /** By the transcript's id: the client's own, and what its function gives. */
  readonly #calls = new Map<
    unknown,
    { readonly id: unknown; readonly given: Promise<object> | undefined }
  >();

  private constructor(client: TodoClient, server: FakeServer, queues: Queues) {
    this.#client = client;
    this.#server = server;
    this.#sent = queues.sent;
    this.#pushes = queues.pushes;
  }

  /** Connected, and welcomed with those members that the transcript names. */
  static async connect(named: object): Promise<Peer> {
    const queues: Queues = { sent: new Queue(), pushes: new Queue() };
    const answer = (message: Message): undefined => queues.sent.put(message);
    const greet = (connection: FakeConnection) => {
      connection.push("welcome", { ...WELCOME, ...named });
    };
    const server = await FakeServer.start({ answer, greet });
    const pushed = (method: string, params: unknown) => queues.pushes.put({ method, params });
    const client = await TodoClient.connect({ url: server.url, token: "token", pushed });
    expect(client.welcome).toMatchObject(named);
    return new Peer(client, server, queues);
  }

  /** The client makes these calls: what it sends is what the transcript sends. */
  async sends(messages: readonly WireMessage[], isTyped: (message: WireMessage) => boolean) {
    const outcomes = messages.map((message) => outcome(this.#given(message, isTyped(message))));
    for (const [index, message] of messages.entries()) {
      const sent = await this.#sent.take();
      const { key, ...params } = sent.params;
      const isOwnKey = typeof key === "string" && !("key" in message.params);
      expect(withoutId(isOwnKey ? { ...sent, params } : sent)).toStrictEqual(withoutId(message));
      expect(typeof sent.id === "number").toBe(message.id !== undefined);
      if (message.id !== undefined)
        this.#calls.set(message.id, { id: sent.id, given: outcomes[index] });
    }
  }

  #given({ id, method, params }: WireMessage, isTyped: boolean): Promise<unknown> | undefined {
    if (id === undefined) {
      expect(this.#client.cast(method as "tx", params as Params<"tx">)).toBe(true);
      return undefined;
    }
    const call = CALLS[method as MethodName] as Call<MethodName>;
    if (isTyped) return call(this.#client, params as Params<MethodName>);
    return this.#client.call(method as MethodName, params);
  }

  /** The server sends this: it is handed on as it is. */
  async receives(message: WireMessage): Promise<void> {
    const call = this.#calls.get(message.id);
    this.#server.connection.send(call === undefined ? message : { ...message, id: call.id });
    const given = await (call?.given ?? this.#pushes.take());
    expect({ jsonrpc: "2.0", ...given }).toStrictEqual(withoutId(message));
  }

  /** Nothing is left over. */
  expectNothing(): void {
    expect([this.#sent.size, this.#pushes.size]).toStrictEqual([0, 0]);
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#server.stop();
  }
}

/** What has come and was not taken yet. */
class Queue<Value> {
  readonly #values: Value[] = [];
  #waiting: ((value: Value) => void) | undefined;

  get size(): number {
    return this.#values.length;
  }

  put(value: Value): undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#values.push(value);
    else waiting(value);
  }

  async take(): Promise<Value> {
    return (
      this.#values.shift() ??
      new Promise((resolve) => {
        this.#waiting = resolve;
      })
    );
  }
}

interface Queues {
  readonly sent: Queue<Message>;
  readonly pushes: Queue<{ readonly method: string; readonly params: unknown }>;
}

/** What a function of the client gave, as its reply on the wire says it. */
async function outcome(given: Promise<unknown> | undefined): Promise<object> {
  try {
    return { result: (await given) ?? {} };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { code, message, kind, retry, data } = error;
    return { error: { code, message, data: { kind, retry, ...data } } };
  }
}

/** Whose call it was that is answered `bad_args`: "alice 7". */
function refusedShape({ on = "alice", expect: expected }: Line): string | undefined {
  const { id, error } = (expected ?? {}) as Partial<WireMessage>;
  return error?.data.kind === "bad_args" ? `${on} ${id}` : undefined;
}

function peerOf(peers: ReadonlyMap<string, Peer>, name: string): Peer {
  const peer = peers.get(name);
  if (peer === undefined) throw new Error(`${name} is not connected`);
  return peer;
}

function withoutId({ id: _, ...message }: Message | WireMessage): object {
  return message;
}

/** A message with a value in each place where the transcript has but a name for one. */
function filled(message: unknown): unknown {
  if (message === undefined) return undefined;
  return JSON.parse(JSON.stringify(message), (name, value: unknown) => {
    if (name === "…") return undefined;
    const kind = kindOf(value);
    return kind === undefined ? value : sample(kind, String(value).slice(1));
  });
}

function sample(kind: string, name: string): unknown {
  return kind === "time" ? 1_763_800_000_000 : kind === "sentence" ? `A ${name}.` : name;
}

/** { add_tags: ["a"], id: 3 } → { addTags: ["a"], id: 3 } */
function inCamelCase(members: object): object {
  const renamed = (name: string) => name.replace(/_./g, (part) => part.slice(1).toUpperCase());
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [renamed(name), value]));
}
