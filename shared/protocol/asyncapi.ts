/**
 * AsyncApi: the protocol as one AsyncAPI 3.0 document, made of the schemas that check it.
 *
 * Shape:  one channel, the socket. Operations are the server's: it receives each method, and sends
 *         its reply and the pushes. `x-errors`, `x-close-codes` and `x-limits` are the tables.
 * Cost:   some tens of milliseconds, so it is made once, for who asks. docs/asyncapi.json holds it.
 * Source: AsyncAPI 3.0.0, whose schemas are JSON Schema, draft 07.
 */
import * as z from "zod";
import { CLOSE_CODES } from "./close_codes.ts";
import { ERRORS, errorObject } from "./errors.ts";
import * as Limits from "./limits.ts";
import * as Message from "./message_schemas.ts";
import { METHOD_DOCS } from "./method_docs.ts";
import { METHODS, type MethodName } from "./methods.ts";
import { PUSH_DOCS } from "./push_docs.ts";
import type { PushName } from "./pushes.ts";
import * as Result from "./result_schemas.ts";
import * as TodoOps from "./todo_ops.ts";
import * as Value from "./value_schemas.ts";
import { BEARER_PREFIX, SOFTWARE_VERSION, SUBPROTOCOL } from "./version.ts";

const METHOD_NAMES = Object.keys(METHODS) as MethodName[];
const PUSH_NAMES = Object.keys(PUSH_DOCS) as PushName[];

const DESCRIPTION =
  `JSON-RPC 2.0 over WebSocket, subprotocol ${SUBPROTOCOL}. A frame is text that holds one or ` +
  "more messages, separated by line feeds. A call has an id and gets one reply; a cast has none " +
  "and gets none; a push is a notification of the server. Ignore pushes and members that you do " +
  "not know.";

const TOKEN = {
  type: "http",
  scheme: "bearer",
  description:
    `In the header Authorization: Bearer TOKEN, or as a second offered subprotocol ` +
    `${BEARER_PREFIX}TOKEN.`,
};

/** By the role that a method wants. */
const WHO_MAY = {
  any: "Every user may.",
  viewer: "Members of the list may.",
  editor: "Editors and owners of the list may.",
  owner: "Owners of the list may.",
};

/** The values that have a name; other schemas refer to them by it. */
const VALUES = {
  ListId: Value.listId,
  User: Value.user,
  Key: Value.key,
  Role: Value.role,
  Priority: Value.priority,
  Pid: Result.pid,
  Title: Value.title,
  Day: Value.day,
  Tags: Value.tags,
  Notes: Value.notes,
  NewTodo: Value.newTodo,
  TodoPatch: Value.patch,
  TodoOp: TodoOps.todoOp,
  Todo: Result.todo,
  Member: Result.member,
  List: Result.list,
  Event: Result.event,
  RequestId: Message.requestId,
};

type Json = Readonly<Record<string, unknown>>;

/** One kind of message: its schema, and what is said of it. */
interface Described {
  readonly schema: z.ZodType;
  readonly title: string;
  readonly summary: string;
  readonly example: object;
}

/** The document, made anew. */
export function protocolDocument(): Json {
  const messages = allMessages();
  return {
    asyncapi: "3.0.0",
    info: { title: SUBPROTOCOL, version: SOFTWARE_VERSION, description: DESCRIPTION },
    defaultContentType: "application/json",
    servers: {
      local: {
        host: "127.0.0.1:4000",
        protocol: "ws",
        security: [ref("components", "securitySchemes", "token")],
      },
    },
    channels: {
      socket: {
        address: "/socket",
        messages: mapValues(messages, (_, name) => ref("components", "messages", name)),
        bindings: { ws: { method: "GET" } },
      },
    },
    operations: Object.fromEntries([
      ...METHOD_NAMES.map((name) => [name, receiving(name)]),
      ...PUSH_NAMES.map((name) => [name, sending(name)]),
    ]),
    components: {
      schemas: schemas(messages),
      messages: mapValues(messages, message),
      securitySchemes: { token: TOKEN },
    },
    "x-errors": ERRORS,
    "x-close-codes": CLOSE_CODES,
    "x-limits": { ...Limits },
  };
}

/** Every message by its name in the document. */
function allMessages(): Record<string, Described> {
  const messages: Record<string, Described> = { error: refusal() };
  for (const name of METHOD_NAMES) {
    const { summary, params, result } = METHOD_DOCS[name];
    messages[callName(name)] = {
      schema: Message.call(name),
      title: `${name}: call${METHODS[name].cast ? " or cast" : ""}`,
      summary,
      example: { jsonrpc: "2.0", id: 1, method: name, params },
    };
    messages[resultName(name)] = {
      schema: Message.resultReply(name),
      title: `${name}: result`,
      summary: `The reply to a ${name} that was done.`,
      example: { jsonrpc: "2.0", id: 1, result },
    };
  }
  for (const name of PUSH_NAMES) {
    const { summary, params } = PUSH_DOCS[name];
    const example = { jsonrpc: "2.0", method: name, params };
    messages[name] = { schema: Message.push(name), title: `${name}: push`, summary, example };
  }
  return messages;
}

function refusal(): Described {
  const error = errorObject("not_found", "There is no such todo.", { applied: "no", what: "todo" });
  return {
    schema: Message.errorReply,
    title: "error",
    summary: "The reply to a call that was refused; go by data.kind, one of x-errors.",
    example: { jsonrpc: "2.0", id: 1, error },
  };
}

function message({ title, summary, example }: Described, name: string): Json {
  const payload = ref("components", "schemas", name);
  return { name, title, summary, payload, examples: [{ payload: example }] };
}

function receiving(name: MethodName): Json {
  const { summary, role } = METHOD_DOCS[name];
  return {
    action: "receive",
    channel: ref("channels", "socket"),
    summary,
    description: WHO_MAY[role],
    messages: [onSocket(callName(name))],
    reply: {
      channel: ref("channels", "socket"),
      messages: [onSocket(resultName(name)), onSocket("error")],
    },
  };
}

function sending(name: PushName): Json {
  const { summary } = PUSH_DOCS[name];
  const channel = ref("channels", "socket");
  return { action: "send", channel, summary, messages: [onSocket(name)] };
}

/** The schemas of the values and the messages by name; what one uses of a value is a reference. */
function schemas(messages: Readonly<Record<string, Described>>): Json {
  const registry = z.registry<{ id?: string }>();
  for (const [id, schema] of Object.entries(VALUES)) registry.add(schema, { id });
  for (const [id, { schema }] of Object.entries(messages)) registry.add(schema, { id });
  const uri = (id: string): string => ref("components", "schemas", id).$ref;
  const made = z.toJSONSchema(registry, { io: "input", target: "draft-07", uri }).schemas;
  return mapValues(made, ({ $schema: _dialect, $id: _uri, ...schema }) => schema);
}

function callName(name: MethodName): string {
  return `${name}.call`;
}

function resultName(name: MethodName): string {
  return `${name}.result`;
}

function onSocket(name: string): { readonly $ref: string } {
  return ref("channels", "socket", "messages", name);
}

/** ref("channels", "socket") → { $ref: "#/channels/socket" } */
function ref(...path: readonly string[]): { readonly $ref: string } {
  return { $ref: `#/${path.join("/")}` };
}

function mapValues<Value, Mapped>(
  record: Readonly<Record<string, Value>>,
  mapped: (value: Value, key: string) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, mapped(value, key)]),
  );
}
