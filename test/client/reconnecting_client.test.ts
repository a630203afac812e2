/** ReconnectingClient: calls and the life of the connection, on sockets and time of the test's. */
import { describe, expect, test } from "vitest";
import { type ClientState, ReconnectingClient } from "../../client/reconnecting_client.ts";
import { TodoClient } from "../../client/todo_client.ts";
import { connect } from "./support/connected.ts";
import { FakeNetwork, type FakeSocket } from "./support/fake_network.ts";
import { uncaught } from "./support/uncaught.ts";

const silently = (): undefined => undefined;

describe("a lost connection", () => {
  test("what was not answered is sent again in order, before what was asked since", async () => {
    const { network, client, ask, outcomes, states } = await connect();
    ask("add_todo", 1, { write: true });
    ask("list", 2);
    ask("add_todo", 3, { write: true });
    client.cast("add_todo", { n: 4 });
    const [, answered] = network.socket.sent;
    network.socket.reply("two", answered);
    network.socket.end();
    ask("add_todo", 5, { write: true });
    expect(client.cast("add_todo", { n: 6 })).toBe(false);
    await network.advance(500);
    expect(network.sockets).toHaveLength(2);
    expect(network.socket.told).toEqual(["add_todo 1", "add_todo 3", "add_todo 5"]);
    for (const call of network.socket.sent) network.socket.reply(call.params.n, call);
    expect(outcomes).toEqual({
      "add_todo 1": 1,
      "list 2": "two",
      "add_todo 3": 3,
      "add_todo 5": 5,
    });
    expect(states).toEqual(["live", "offline", "live"]);
  });

  test("a call keeps its own deadline, however often it is sent", async () => {
    const { network, ask, outcomes } = await connect();
    ask("add_todo", 1, { write: true, timeoutMs: 1000 });
    ask("list", 2, { timeoutMs: 3000 });
    network.socket.end();
    network.accept = silently;
    ask("add_todo", 3, { write: true, timeoutMs: 1000 });
    await network.advance(2900);
    expect(outcomes).toEqual({});
    await network.advance(200);
    expect(outcomes).toEqual({ "add_todo 1": "timeout unknown", "add_todo 3": "timeout no" });
    await network.advance(2000);
    expect(outcomes["list 2"]).toBe("timeout");
  });

  test("attempts come after up to 0.5 s, then twice as long each time, up to 20 s", async () => {
    const { network } = await connect();
    network.random = 0.999;
    const times: number[] = [];
    network.accept = (socket) => {
      times.push(network.clock.now());
      socket.deny(503);
    };
    network.socket.end();
    await network.advance(120_000, 10);
    const gaps = times.map((time, index) => Math.round((time - (times[index - 1] ?? 0)) / 500));
    expect(gaps.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 40, 40]);
  });

  test("a reply begins the count anew; a welcome alone does not", async () => {
    const { network, ask } = await connect();
    network.random = 0.999;
    network.socket.end();
    for (const [afterMs, sockets] of [
      [500, 2],
      [500, 2],
      [500, 3],
    ] as const) {
      await network.advance(afterMs);
      expect(network.sockets).toHaveLength(sockets);
      if (network.socket.fate === "open" && sockets === 2 && afterMs === 500) network.socket.end();
    }
    ask("list", 1);
    network.socket.reply(1);
    network.socket.end();
    await network.advance(500);
    expect(network.sockets).toHaveLength(4);
  });

  test("`bye` with after_ms is waited for", async () => {
    const { network } = await connect();
    network.socket.push("bye", { code: 4103, reason: "later", after_ms: 5000 });
    network.socket.end(4103, "later");
    await network.advance(5000);
    expect(network.sockets).toHaveLength(1);
    await network.advance(500);
    expect(network.sockets).toHaveLength(2);
  });

  test("with `reconnect: false` it ends the client", async () => {
    const { network, closed, ask, outcomes } = await connect({ reconnect: false });
    ask("add_todo", 1, { write: true });
    network.socket.push("goaway", { within_ms: 1, jitter_ms: 1 });
    network.socket.end(4100, "going");
    await network.advance(30_000, 1000);
    expect(network.sockets).toHaveLength(1);
    expect(outcomes).toEqual({ "add_todo 1": "closed unknown" });
    expect(closed).toMatchObject([{ kind: "closed", data: { close_code: 4100 } }]);
  });
});

describe("a server that closes for good", () => {
  test.each([4400, 4403, 4406])("%i fails every call and sends nothing again", async (code) => {
    const { network, client, closed, ask, outcomes, states } = await connect({}, { in_flight: 1 });
    ask("add_todo", 1, { write: true });
    ask("add_todo", 2, { write: true });
    network.socket.push("bye", { code, reason: "For a reason." });
    network.socket.end(code, "For a reason.");
    const kind = code === 4403 ? "unauthenticated" : "closed";
    expect(outcomes).toEqual({ "add_todo 1": `${kind} unknown`, "add_todo 2": `${kind} no` });
    ask("add_todo", 3, { write: true });
    expect(outcomes["add_todo 3"]).toBe(`${kind} no`);
    expect(client.cast("add_todo", {})).toBe(false);
    await network.advance(30_000, 1000);
    expect(network.sockets).toHaveLength(1);
    expect(closed).toHaveLength(1);
    expect(states).toEqual(["live", "offline"]);
  });

  test.each([400, 401, 403])("so does HTTP %i when it connects again", async (status) => {
    const { network, closed, ask, outcomes } = await connect();
    network.accept = (socket) => socket.deny(status);
    network.socket.end();
    ask("list", 1);
    await network.advance(30_000, 1000);
    expect(network.sockets).toHaveLength(2);
    expect(closed).toMatchObject([{ retry: false, data: { status } }]);
    expect(outcomes["list 1"]).toBe(closed[0]?.kind);
  });

  test.each([429, 503, 502])("HTTP %i is tried again", async (status) => {
    const { network, closed } = await connect();
    network.accept = (socket) => socket.deny(status);
    network.socket.end();
    await network.advance(2000);
    network.accept = (socket) => socket.welcome();
    await network.advance(20_000, 500);
    expect(network.socket.fate).toBe("open");
    expect(closed).toEqual([]);
  });

  test("4401 with a token that is made each time: once more with a new one", async () => {
    const tokens: string[] = [];
    const token = async (): Promise<string> => `t${tokens.push("t")}`;
    const { network, closed } = await connect({ token });
    network.socket.end(4401, "expired");
    await network.advance(500);
    expect(network.sockets.map(({ address }) => address.token)).toEqual(["t1", "t2"]);
    expect(closed).toEqual([]);
    network.accept = (socket) => socket.end(4401, "no good");
    network.socket.end(4401, "expired");
    await network.advance(5000);
    expect(network.sockets).toHaveLength(3);
    expect(closed).toMatchObject([{ kind: "unauthenticated" }]);
  });

  test("a token that cannot be made is asked for again", async () => {
    let fails = false;
    const token = (): string => {
      if (fails) throw new Error("no key");
      return "t";
    };
    const { network, closed } = await connect({ token });
    fails = true;
    network.socket.end();
    await network.advance(2000);
    expect(network.sockets).toHaveLength(1);
    fails = false;
    await network.advance(4000);
    expect(network.sockets).toHaveLength(2);
    expect(closed).toEqual([]);
  });

  test("1009: what was sent fails too_large and is not sent again; the rest goes on", async () => {
    const { network, ask, outcomes } = await connect({}, { in_flight: 2 });
    ask("add_todo", 1, { write: true });
    ask("list", 2);
    ask("add_todo", 3, { write: true });
    network.socket.end(1009);
    await network.advance(500);
    expect(outcomes).toEqual({ "add_todo 1": "too_large unknown", "list 2": "too_large" });
    expect(network.socket.told).toEqual(["add_todo 3"]);
  });
});

describe("silence", () => {
  test("of 35 s ends a connection; messages and pings do not let it come to that", async () => {
    const { network } = await connect();
    const [first] = network.sockets as [FakeSocket];
    await network.advance(34_000, 1000);
    first.ping();
    await network.advance(34_000, 1000);
    first.push("tick", { now: 1 });
    await network.advance(34_900, 100);
    expect(first.fate).toBe("open");
    await network.advance(200);
    expect(first.fate).toBe("terminated");
    await network.advance(500);
    expect(network.sockets).toHaveLength(2);
  });

  test("in place of a welcome is given up after 10 s", async () => {
    const { network } = await connect();
    network.accept = silently;
    network.socket.end();
    await network.advance(10_200, 100);
    expect(network.sockets[1]?.fate).toBe("open");
    await network.advance(200);
    expect(network.sockets[1]?.fate).toBe("terminated");
  });
});

test("the first attempt that fails is told, not repeated", async () => {
  const network = new FakeNetwork();
  network.accept = (socket) => socket.deny(503);
  const listener = { pushed: silently, stateChanged: silently, resume: silently, closed: silently };
  const connecting = ReconnectingClient.connect(
    { url: "ws://test/" },
    listener,
    network.environment,
  );
  await expect(connecting).rejects.toMatchObject({ kind: "unreachable", data: { status: 503 } });
  await network.advance(5000);
  expect(network.sockets).toHaveLength(1);
});

describe("a stateChanged", () => {
  const address = { url: "ws://test/" };

  test("that closes the client when it is offline: it stays so", async () => {
    const network = new FakeNetwork();
    const client = await TodoClient.connect({
      ...address,
      environment: network.environment,
      stateChanged(state) {
        if (state === "offline") client.close();
      },
    });
    network.socket.end();
    expect(network.alarms).toBe(0);
    await network.advance(2000);
    expect(network.sockets).toHaveLength(1);
  });

  test("that throws: the client comes back all the same", async () => {
    const network = new FakeNetwork();
    const states: ClientState[] = [];
    const errors = await uncaught(async () => {
      await TodoClient.connect({
        ...address,
        environment: network.environment,
        stateChanged(state) {
          states.push(state);
          throw new Error(state);
        },
      });
      network.socket.end();
      await network.advance(500);
    });
    expect(states).toEqual(["live", "offline", "live"]);
    expect(errors).toMatchObject(states.map((message) => ({ message })));
  });
});

test("a server that welcomes and goes at once does not stop the client", async () => {
  const { network, closed } = await connect();
  network.accept = (socket) => {
    socket.welcome();
    socket.end(4103);
  };
  network.socket.end();
  await network.advance(2000);
  network.accept = (socket) => socket.welcome();
  await network.advance(10_000, 100);
  expect(network.socket.fate).toBe("open");
  expect(closed).toEqual([]);
});
