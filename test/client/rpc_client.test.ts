/** RpcClient and Socket: frames, replies and ends, against a server of raw frames. */
import { getEventListeners } from "node:events";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ClientEnvironment } from "../../client/client_environment.ts";
import { RpcClient, type RpcListener } from "../../client/rpc_client.ts";
import { RpcError } from "../../client/rpc_error.ts";
import { openSocket, type SocketAddress, type WebSocketClass } from "../../client/socket.ts";
import { FakeNetwork } from "./support/fake_network.ts";
import { FakeServer, type FakeServerOptions, refusal } from "./support/fake_server.ts";

const servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serve(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await FakeServer.start(options);
  servers.push(server);
  return server;
}

const silently = (): undefined => undefined;

function silent(): RpcListener {
  return { pushed: silently, closed: silently };
}

async function connect(
  options: FakeServerOptions = {},
  listener = silent(),
  more: Partial<SocketAddress> = {},
) {
  const server = await serve(options);
  const client = await RpcClient.connect({ url: server.url, ...more }, listener);
  return { server, client, connection: server.connection };
}

/** The error that it fails with; fails the test when it does not. */
async function failure(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof RpcError) return error;
  throw error;
}

const echo: FakeServerOptions = {
  answer: ({ method, params }) => ({ result: { method, params } }),
};

describe("calls", () => {
  test("of one tick leave in one frame and each gets its own reply", async () => {
    const { client, connection } = await connect(echo);
    const calls = [1, 2, 3].map((n) => client.call({ method: "whoami", params: { n } }));
    client.cast({ method: "add_todo", params: { n: 4 } });
    expect(await Promise.all(calls)).toMatchObject([1, 2, 3].map((n) => ({ params: { n } })));
    expect(connection.frames).toHaveLength(1);
    expect(connection.frames[0]?.split("\n")).toHaveLength(4);
    expect(connection.frames[0]?.split("\n")[3]).not.toContain('"id"');
  });

  test("above 512 KiB are spread over frames, in order and whole", async () => {
    const { client, connection } = await connect(echo);
    const pad = "é".repeat(20_000);
    const calls = Array.from({ length: 40 }, (_, n) =>
      client.call({ method: "m", params: { n, pad } }),
    );
    await Promise.all(calls);
    const sizes = connection.frames.map((frame) => Buffer.byteLength(frame));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512 * 1024);
    expect(sizes.length).toBeGreaterThan(1);
    const sent = connection.frames.flatMap((frame) => frame.split("\n"));
    expect(sent.map((text) => JSON.parse(text).params.n)).toEqual(calls.map((_, n) => n));
  });

  test("may be answered in any order, several to a frame, empty lines between", async () => {
    const { client, connection } = await connect();
    const first = client.call({ method: "a", params: {} });
    const second = client.call({ method: "b", params: {} });
    connection.sendText(
      '{"jsonrpc":"2.0","id":2,"result":"two"}\n\n{"jsonrpc":"2.0","id":1,"result":"one"}\n',
    );
    expect(await Promise.all([first, second])).toEqual(["one", "two"]);
  });

  test("that are refused throw what the reply says", async () => {
    const { client } = await connect({
      answer: () => refusal("not_found", { what: "todo", applied: "no" }),
    });
    const error = await failure(client.call({ method: "update_todo", params: {}, write: true }));
    expect(error).toMatchObject({
      kind: "not_found",
      code: -32000,
      retry: false,
      data: { what: "todo", applied: "no" },
      message: "The fake server says not_found.",
    });
  });

  test("a kind that this version does not know is taken for internal", async () => {
    const { client } = await connect({ answer: () => refusal("brand_new") });
    expect(await failure(client.call({ method: "m", params: {} }))).toMatchObject({
      kind: "internal",
    });
  });

  test("refused without `data` throw internal, and what comes behind is read", async () => {
    const { client, connection } = await connect();
    const error = failure(client.call({ method: "a", params: {}, write: true }));
    const second = client.call({ method: "b", params: {} });
    connection.sendText(
      `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Bad."}}
       {"jsonrpc":"2.0","id":2,"result":"two"}`,
    );
    expect(await error).toMatchObject({ kind: "internal", code: -32603, retry: false });
    expect(await second).toBe("two");
  });

  test("too large for the server never leave and say so", async () => {
    const { client, connection } = await connect(echo);
    const params = { text: "é".repeat(33_000) };
    const error = await failure(client.call({ method: "add_todo", params, write: true }));
    expect(error).toMatchObject({ kind: "too_large", data: { applied: "no" } });
    await client.call({ method: "whoami", params: {} });
    expect(connection.frames).toHaveLength(1);
  });

  test("replies that belong to no call are dropped", async () => {
    const { client, connection } = await connect(echo);
    connection.sendText('{"jsonrpc":"2.0","id":77,"result":1}');
    connection.sendText('{"jsonrpc":"2.0","id":"x","result":1}');
    connection.send({ jsonrpc: "2.0", id: null, ...refusal("too_large") });
    expect(await client.call({ method: "m", params: {} })).toMatchObject({ method: "m" });
  });
});

describe("the end of a connection", () => {
  test("fails all that waits, writes as unknown, and what comes after as not done", async () => {
    const closed = vi.fn<(error: RpcError) => void>();
    const { client, connection } = await connect({}, { ...silent(), closed });
    const read = failure(client.call({ method: "list", params: {} }));
    const write = failure(client.call({ method: "add_todo", params: {}, write: true }));
    connection.cut();
    expect(await read).toMatchObject({ kind: "closed", retry: true, data: { close_code: 1006 } });
    expect(await write).toMatchObject({ kind: "closed", data: { applied: "unknown" } });
    const late = await failure(client.call({ method: "add_todo", params: {}, write: true }));
    expect(late).toMatchObject({ kind: "closed", data: { applied: "no" } });
    expect(client.cast({ method: "add_todo", params: {} })).toBe(false);
    expect(closed).toHaveBeenCalledTimes(1);
  });

  test.each([
    [4100, "closed", true],
    [4108, "closed", true],
    [4400, "closed", false],
    [4401, "unauthenticated", false],
    [4403, "unauthenticated", false],
  ])("with %i is %s, and retry is %s", async (code, kind, retry) => {
    const { client, connection } = await connect();
    const call = failure(client.call({ method: "list", params: {} }));
    connection.push("bye", { code, reason: "For a reason." });
    connection.close(code, "For a reason.");
    const error = await call;
    expect(error).toMatchObject({ kind, retry, data: { close_code: code } });
    expect(error.message).toBe("The server closed the connection: For a reason.");
  });

  test("by the client itself fails what waits and tells nobody", async () => {
    const closed = vi.fn();
    const { client } = await connect({}, { ...silent(), closed });
    const call = failure(client.call({ method: "list", params: {} }));
    client.close();
    client.close();
    expect(await call).toMatchObject({ kind: "closed" });
    expect(closed).not.toHaveBeenCalled();
  });

  test.each(["what is no JSON", "null", '"text"'])("comes of a frame like %s", async (text) => {
    const { client, connection } = await connect();
    const call = failure(client.call({ method: "list", params: {} }));
    connection.sendText(text);
    expect(await call).toMatchObject({ kind: "closed" });
  });
});

test("a ping of the server is told, in Node", async () => {
  const pinged = Promise.withResolvers<void>();
  const server = await serve();
  const listener = { received: silently, closed: silently, pinged: () => pinged.resolve() };
  const socket = await openSocket({ url: server.url }, listener);
  await server.connected;
  server.connection.ping();
  await pinged.promise;
  socket.close();
});

test("params may be JSON text, made before", async () => {
  const { client } = await connect(echo);
  expect(await client.call({ method: "m", params: '{"n":1}' })).toMatchObject({ params: { n: 1 } });
});

describe("connecting", () => {
  test("nobody listens there: unreachable", async () => {
    const server = await FakeServer.start();
    const { url } = server;
    await server.stop();
    const error = await failure(RpcClient.connect({ url }, silent()));
    expect(error).toMatchObject({ kind: "unreachable", retry: true });
    expect(error.message).toBe(`The server at ${url} cannot be reached.`);
  });

  test("a url that is none: unreachable, and its cause", async () => {
    const error = await failure(RpcClient.connect({ url: "nonsense" }, silent()));
    expect(error.kind).toBe("unreachable");
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  test.each([
    [401, "unauthenticated"],
    [403, "forbidden"],
    [429, "rate_limited"],
    [503, "unreachable"],
  ])("HTTP %i: %s", async (refuse, kind) => {
    const { url } = await serve({ refuse });
    expect(await failure(RpcClient.connect({ url }, silent()))).toMatchObject({ kind });
  });

  test("bye and 4401 in place of the welcome: unauthenticated", async () => {
    const { url } = await serve({
      greet(connection) {
        connection.push("bye", { code: 4401, reason: "A valid token is wanted." });
        connection.close(4401, "A valid token is wanted.");
      },
    });
    expect(await failure(RpcClient.connect({ url }, silent()))).toMatchObject({
      kind: "unauthenticated",
    });
  });

  test("in Node the token goes in a header", async () => {
    const { connection, client } = await connect({}, silent(), { token: "token-of-alice" });
    expect(connection.request.headers.authorization).toBe("Bearer token-of-alice");
    expect(connection.request.headers["sec-websocket-protocol"]).toBe("todo.v1");
    expect(client.welcome.user).toBe("alice");
  });

  test("with the browser's class the token goes as a subprotocol", async () => {
    const webSocket = globalThis.WebSocket as unknown as WebSocketClass;
    const { connection, client } = await connect(echo, silent(), { token: "a.b-c", webSocket });
    expect(connection.request.headers.authorization).toBeUndefined();
    expect(connection.request.headers["sec-websocket-protocol"]).toMatch(
      /^todo\.v1, ?todo\.bearer\.a\.b-c$/,
    );
    expect(await client.call({ method: "m", params: {} })).toMatchObject({ method: "m" });
    client.close();
  });
});

describe("in time of the test's", () => {
  test("a closed one leaves no alarm, nor a listener on the signal", async () => {
    const network = new FakeNetwork();
    const { environment } = network;
    const { signal } = new AbortController();
    const address = { url: "ws://test/" };
    const client = await RpcClient.connect(address, silent(), { environment, signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(network.alarms).toBe(1);
    network.socket.end();
    expect([client.ended?.kind, network.alarms]).toEqual(["closed", 0]);
  });

  test("one that is aborted before its socket is there terminates it", async () => {
    const network = new FakeNetwork();
    const opened = Promise.withResolvers<void>();
    network.accept = silently;
    const environment: ClientEnvironment = {
      ...network.environment,
      async open(address, listener) {
        await opened.promise;
        return network.environment.open(address, listener);
      },
    };
    const aborter = new AbortController();
    const options = { environment, signal: aborter.signal };
    const connecting = failure(RpcClient.connect({ url: "ws://test/" }, silent(), options));
    aborter.abort();
    expect((await connecting).kind).toBe("closed");
    opened.resolve();
    await network.settle();
    expect([network.socket.fate, network.alarms]).toEqual(["terminated", 0]);
    const late = failure(RpcClient.connect({ url: "ws://test/" }, silent(), options));
    expect((await late).kind).toBe("closed");
    expect(network.sockets).toHaveLength(1);
  });
});

test("a reply is handed on before the push behind it in the same frame", async () => {
  const order: string[] = [];
  const { client, connection } = await connect(
    {},
    { ...silent(), pushed: (name) => order.push(name) },
  );
  const asked = new Promise<void>((resolve) => {
    client.ask({ method: "subscribe", params: {} }, () => {
      order.push("reply");
      resolve();
    });
  });
  const event = { jsonrpc: "2.0", method: "event", params: {} };
  connection.send({ ...event, method: "tick" }, { jsonrpc: "2.0", id: 1, result: {} }, event);
  await asked;
  expect(order).toEqual(["tick", "reply", "event"]);
});
