/** Connector: with what it connects, and when it does not. */
import { describe, expect, test } from "vitest";
import { ReconnectingClient } from "../../client/reconnecting_client.ts";
import { connect } from "./support/connected.ts";
import { FakeNetwork } from "./support/fake_network.ts";

const silently = (): undefined => undefined;

describe("a token that is made", () => {
  test("too late, after 10 s, is asked for again; the first time that is told", async () => {
    const network = new FakeNetwork();
    const never = (): Promise<string> => new Promise(() => undefined);
    const connecting = ReconnectingClient.connect(
      { url: "ws://test/", token: never },
      { pushed: silently, stateChanged: silently, resume: silently, closed: silently },
      network.environment,
    );
    const failing = expect(connecting).rejects.toMatchObject({ kind: "unauthenticated" });
    await network.advance(10_100, 100);
    await failing;
    let give = (): string | Promise<string> => "t";
    const second = await connect({ token: () => give() });
    give = never;
    second.network.socket.end();
    await second.network.advance(5000, 100);
    give = () => "t";
    await second.network.advance(4900, 100);
    expect(second.network.sockets).toHaveLength(1);
    await second.network.advance(1500, 100);
    expect(second.network.sockets).toHaveLength(2);
  });

  test("after `close` connects nobody", async () => {
    const given = Promise.withResolvers<string>();
    let first: string | undefined = "t";
    const token = (): string | Promise<string> => {
      const now = first ?? given.promise;
      first = undefined;
      return now;
    };
    const { network, client } = await connect({ token });
    network.socket.end();
    await network.advance(500);
    client.close();
    await network.settle();
    expect(network.alarms).toBe(0);
    given.resolve("t");
    await network.settle();
    expect(network.sockets).toHaveLength(1);
    expect(network.alarms).toBe(0);
  });

  test.each([
    ["a newline", "t\n"],
    ["a space", "t t"],
    ["nothing", ""],
    ["4097 characters", "x".repeat(4097)],
  ])("with %s is not tried", async (_name, token) => {
    const failing = connect({ token: () => token });
    await expect(failing).rejects.toMatchObject({ kind: "unauthenticated", retry: false });
    await expect(failing).rejects.not.toThrow(/t t/);
  });
});

test.each(["nonsense", "/socket", "ftp://a/", "ws://"])(
  "a url like %s is not tried",
  async (url) => {
    await expect(connect({ url })).rejects.toMatchObject({ kind: "unreachable", retry: false });
    await expect(connect({ url })).rejects.toThrow(`not ${JSON.stringify(url)}.`);
  },
);

test("an attempt that comes through as the client is closed is closed", async () => {
  for (let turns = 0; turns < 10; turns++) {
    const { network, client } = await connect();
    network.accept = async (socket) => {
      socket.welcome();
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      client.close();
    };
    network.socket.end();
    await network.advance(500);
    expect(network.sockets).toHaveLength(2);
    expect(network.socket.fate).not.toBe("open");
    expect(network.alarms).toBe(0);
  }
});
