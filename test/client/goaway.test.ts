/** Goaway: a client that moves from one connection to the next while calls are under way. */
import { describe, expect, test } from "vitest";
import { connect } from "./support/connected.ts";
import type { FakeNetwork } from "./support/fake_network.ts";

describe("goaway", () => {
  const away = { within_ms: 10_000, jitter_ms: 4000 };

  test("is followed at a random moment of jitter_ms; till then the old one serves", async () => {
    const { network, ask, outcomes, pushes, states } = await connect();
    const old = network.socket;
    old.push("goaway", away);
    ask("list", 1);
    await network.advance(1950);
    expect(network.sockets).toHaveLength(1);
    ask("list", 2);
    await network.advance(100);
    const fresh = network.socket;
    expect(network.sockets).toHaveLength(2);
    ask("list", 3);
    expect([old.told, fresh.told]).toEqual([["list 1", "list 2"], []]);
    old.reply("one", old.sent[0]);
    expect(old.fate).toBe("open");
    old.reply("two", old.sent[1]);
    expect(old.fate).toBe("closed");
    expect(fresh.told).toEqual(["list 3"]);
    fresh.reply("three");
    expect(outcomes).toEqual({ "list 1": "one", "list 2": "two", "list 3": "three" });
    expect(pushes).toEqual(["goaway"]);
    expect(states).toEqual(["live"]);
  });

  test("what the old one did not answer before it closed goes to the new one first", async () => {
    const { network, ask } = await connect();
    const old = network.socket;
    ask("add_todo", 1, { write: true });
    old.push("goaway", away);
    await network.advance(2050);
    ask("add_todo", 2, { write: true });
    old.end(4100);
    expect(network.socket.told).toEqual(["add_todo 1", "add_todo 2"]);
    expect(network.sockets).toHaveLength(2);
  });

  test("an old one that closes for good takes only its own calls with it", async () => {
    const { network, ask, outcomes, closed } = await connect();
    const old = network.socket;
    ask("add_todo", 1, { write: true });
    old.push("goaway", away);
    await network.advance(2050);
    ask("add_todo", 2, { write: true });
    old.end(4400);
    expect(outcomes).toEqual({ "add_todo 1": "closed unknown" });
    expect(network.socket.told).toEqual(["add_todo 2"]);
    expect(closed).toEqual([]);
  });

  test("an old one that closes first leaves the moment as it is", async () => {
    const { network, states } = await connect();
    network.socket.push("goaway", away);
    network.socket.end(4100);
    await network.advance(1950);
    expect(network.sockets).toHaveLength(1);
    await network.advance(100);
    expect(network.sockets).toHaveLength(2);
    expect(states).toEqual(["live", "offline", "live"]);
  });

  test("one that owes an answer holds up what was asked since for 1 s, no longer", async () => {
    const { network, ask, outcomes } = await connect();
    const old = network.socket;
    ask("list", 1, { timeoutMs: 60_000 });
    ask("add_todo", 2, { write: true });
    old.push("goaway", { within_ms: 10_000, jitter_ms: 100 });
    await network.advance(50);
    ask("list", 3);
    await network.advance(950);
    expect([old.fate, network.socket.told]).toEqual(["open", []]);
    await network.advance(50);
    expect(old.fate).toBe("closed");
    expect(network.socket.told).toEqual(["list 1", "add_todo 2", "list 3"]);
    old.reply("late", old.sent[0]);
    network.socket.reply("new", network.socket.sent[0]);
    network.socket.refuse("forbidden", { applied: "no" }, network.socket.sent[1]);
    expect(outcomes).toEqual({ "list 1": "new", "add_todo 2": "forbidden unknown" });
  });

  test.each(["lost", "going away too"])(
    "a new one that is %s leaves the old its calls",
    async (how) => {
      const { network, client, ask } = await connect();
      const first = network.socket;
      const soon = { within_ms: 10_000, jitter_ms: 100 };
      ask("add_todo", 1, { write: true });
      first.push("goaway", soon);
      await network.advance(50);
      const second = network.socket;
      ask("add_todo", 2, { write: true });
      network.random = 0.1;
      if (how === "lost") second.end();
      else second.push("goaway", soon);
      await network.advance(100);
      expect(network.sockets).toHaveLength(3);
      expect(second.fate).toBe(how === "lost" ? "terminated" : "closed");
      expect([first.told, second.told]).toEqual([["add_todo 1"], []]);
      first.end(4100);
      expect(network.socket.told).toEqual(["add_todo 1", "add_todo 2"]);
      client.close();
      expect(network.sockets.map(({ fate }) => fate)).not.toContain("open");
    },
  );

  test("`close` closes the old one too, and leaves no alarm", async () => {
    const { network, client, ask } = await connect();
    ask("list", 1);
    network.socket.push("goaway", { within_ms: 10_000, jitter_ms: 100 });
    await network.advance(50);
    client.close();
    expect(network.sockets.map(({ fate }) => fate)).toEqual(["closed", "closed"]);
    expect(network.alarms).toBe(0);
  });

  test("in the same frame as the welcome is heard", async () => {
    const { network } = await connect();
    network.accept = (socket) => {
      network.accept = (next) => next.welcome();
      socket.welcome();
      socket.push("goaway", { within_ms: 10_000, jitter_ms: 100 });
    };
    network.socket.end();
    await network.advance(500);
    expect(network.sockets).toHaveLength(3);
  });

  test("when nobody is let in any more, the old one serves till it closes", async () => {
    const { network, ask, outcomes, closed } = await connect();
    const old = network.socket;
    network.accept = (socket) => socket.deny(403);
    old.push("goaway", { within_ms: 10_000, jitter_ms: 100 });
    ask("list", 1);
    await network.advance(1000);
    old.reply("one");
    expect([outcomes, closed]).toEqual([{ "list 1": "one" }, []]);
    old.end(4100);
    await network.advance(1000);
    expect(closed).toMatchObject([{ kind: "forbidden" }]);
  });

  describe("a server that restarts", () => {
    const soon = { within_ms: 1500, jitter_ms: 1000 };

    /** Said goodbye, and gone; nobody is let in. */
    async function gone(random: number) {
      const world = await connect();
      const { network, ask } = world;
      ask("list", 1);
      network.socket.reply("one");
      network.random = random;
      network.accept = (socket) => socket.deny(503);
      network.socket.push("goaway", soon);
      await network.advance(1500);
      network.socket.end(4100);
      return world;
    }

    /** Milliseconds between the attempts of the next `ms`. */
    async function gaps(network: FakeNetwork, ms: number): Promise<number[]> {
      const atMs: number[] = [];
      network.accept = (socket) => {
        atMs.push(network.clock.now());
        socket.deny(503);
      };
      await network.advance(ms);
      return atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    }

    test("is tried again within a second each time, for 15 s", async () => {
      const { network } = await gone(0.99);
      const all = await gaps(network, 13_000);
      expect(all.length).toBeGreaterThan(10);
      expect(Math.max(...all)).toBeLessThanOrEqual(1000);
    });

    test("is tried again at random moments, so that not all come at once", async () => {
      const [early, late] = [await gone(0.25), await gone(0.75)];
      expect(Math.max(...(await gaps(early.network, 5_000)))).toBe(250);
      expect(Math.max(...(await gaps(late.network, 5_000)))).toBe(750);
    });

    test("is tried as ever later, when it does not come back", async () => {
      const { network } = await gone(0.99);
      await network.advance(14_000);
      const all = await gaps(network, 200_000);
      for (const bound of [2000, 4000, 8000, 16_000, 20_000]) {
        expect(all.some((gap) => gap > bound / 2 && gap <= bound)).toBe(true);
      }
      expect(all.slice(-3).every((gap) => gap > 16_000)).toBe(true);
    });

    test("and does it again when it is back is tried soon again", async () => {
      const { network } = await gone(0.99);
      network.accept = (socket) => socket.welcome();
      await network.advance(20_000);
      network.socket.push("tick", { now: 0 });
      network.socket.push("goaway", soon);
      await network.advance(1500);
      network.socket.end(4100);
      expect(Math.max(...(await gaps(network, 10_000)))).toBeLessThanOrEqual(1000);
    });

    test("whenever it is asked, having served nobody, is tried ever later", async () => {
      const { network } = await gone(0.99);
      const atMs: number[] = [];
      network.accept = (socket) => {
        atMs.push(network.clock.now());
        socket.welcome();
        socket.end(4100);
      };
      await network.advance(200_000);
      expect(atMs.length).toBeLessThan(40);
    });
  });

  test("while nobody new is let in, the old one serves on", async () => {
    const { network, ask, outcomes } = await connect();
    const old = network.socket;
    network.accept = (socket) => socket.deny(503);
    old.push("goaway", away);
    await network.advance(9000, 500);
    expect(network.sockets.length).toBeGreaterThan(2);
    ask("list", 1);
    old.reply("one");
    expect(outcomes).toEqual({ "list 1": "one" });
  });
});
