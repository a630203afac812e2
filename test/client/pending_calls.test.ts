/** PendingCalls: what waits, how much of it, and what error replies do to a call. */
import { describe, expect, test } from "vitest";
import { connect } from "./support/connected.ts";

const silently = (): undefined => undefined;

describe("bounds", () => {
  test("so many calls as the server says are in flight, the rest waits in order", async () => {
    const { network, ask } = await connect({}, { in_flight: 2 });
    for (const n of [1, 2, 3, 4]) ask("list", n);
    expect(network.socket.told).toEqual(["list 1", "list 2"]);
    network.socket.reply(null, network.socket.sent[1]);
    expect(network.socket.told).toEqual(["list 1", "list 2", "list 3"]);
  });

  test("10,000 calls wait, one more is overloaded; so it is with 16 MiB", async () => {
    const { network, client, ask, outcomes } = await connect();
    network.socket.end();
    for (let n = 1; n <= 10_001; n++) ask("add_todo", n, { write: true });
    expect(outcomes).toEqual({ "add_todo 10001": "overloaded no" });
    client.close();
    expect(outcomes["add_todo 1"]).toBe("closed no");
    const second = await connect();
    second.network.socket.end();
    const pad = "x".repeat(64_000);
    const fit = Math.ceil((16 * 1024 * 1024) / 64_010);
    for (let n = 1; n <= fit + 1; n++) second.ask("add_todo", n, { params: { pad }, write: true });
    expect(second.outcomes).toEqual({ [`add_todo ${fit + 1}`]: "overloaded no" });
  });

  test("calls that are to come back later are among those; waking them is one alarm", async () => {
    const { network, ask, outcomes } = await connect();
    const alarms = network.alarms;
    for (let n = 1; n <= 10_003; n++) ask("add_todo", n, { list: `l${n % 3}`, timeoutMs: 60_000 });
    const { sent } = network.socket;
    for (let call = sent.shift(); call !== undefined; call = sent.shift()) {
      network.socket.refuse("read_only", { after_ms: 1000 }, call);
    }
    ask("add_todo", 10_004, { list: "another" });
    expect(outcomes).toEqual({ "add_todo 10004": "overloaded" });
    expect(network.alarms).toBe(alarms + 2); // For the deadlines, and for those that rest.
    network.random = 0;
    await network.advance(1300);
    const woken = network.socket.told;
    expect(woken).toEqual(Array.from({ length: 256 }, (_, n) => `add_todo ${n + 1}`));
  });

  test("what is larger than the server takes is refused at once: call and cast", async () => {
    const { network, client, ask, outcomes } = await connect();
    const params = { pad: "x".repeat(65_536) };
    expect(client.cast("add_todo", params)).toBe(false);
    network.socket.end();
    ask("add_todo", 1, { write: true, params });
    expect(outcomes).toEqual({ "add_todo 1": "too_large no" });
  });

  test.each([Number.NaN, 0, -1, 1.5, 60_001, Number.POSITIVE_INFINITY])(
    "timeoutMs %d is bad_args",
    async (timeoutMs) => {
      const { network, ask, outcomes } = await connect();
      ask("add_todo", 1, { write: true, timeoutMs });
      expect(outcomes).toEqual({ "add_todo 1": "bad_args no" });
      expect(network.socket.sent).toEqual([]);
    },
  );
});

describe("error replies", () => {
  test.each(["overloaded", "noproc", "read_only", "rate_limited"])(
    "%s: again after after_ms, with the same params",
    async (kind) => {
      const { network, ask, outcomes } = await connect();
      ask("add_todo", 1, { write: true });
      network.socket.refuse(kind, { after_ms: 1000, applied: "no" });
      await network.advance(1000);
      expect(network.socket.sent).toHaveLength(1);
      await network.advance(300);
      expect(network.socket.sent.map(({ params }) => params)).toEqual([{ n: 1 }, { n: 1 }]);
      network.socket.reply("done");
      expect(outcomes).toEqual({ "add_todo 1": "done" });
    },
  );

  test("is the answer when the deadline comes before after_ms", async () => {
    const { network, ask, outcomes } = await connect();
    ask("start", 1, { write: true });
    network.socket.refuse("rate_limited", { after_ms: 20_000, applied: "no" });
    expect(outcomes).toEqual({ "start 1": "rate_limited no" });
  });

  test("is tried till the deadline, and the last of them is the answer then", async () => {
    const { network, ask, outcomes } = await connect();
    network.random = 0.99;
    ask("list", 1);
    let lastMs = 0;
    for (let ms = 0; ms < 7100; ms += 50) {
      for (const call of network.socket.sent.splice(0)) {
        lastMs = ms;
        network.socket.refuse("overloaded", {}, call);
      }
      if (ms <= 6800) expect(outcomes).toEqual({});
      await network.advance(50);
    }
    expect(outcomes).toEqual({ "list 1": "overloaded" });
    expect(lastMs).toBeGreaterThan(6500);
  });

  test("a call that is to be sent once is not sent again", async () => {
    const { network, ask, outcomes } = await connect();
    ask("subscribe", 1, { resend: false });
    network.socket.refuse("overloaded", { after_ms: 100 });
    expect(outcomes).toEqual({ "subscribe 1": "overloaded" });
  });

  test("crashed is tried once more", async () => {
    const { network, ask, outcomes } = await connect();
    ask("add_todo", 1, { write: true });
    network.socket.refuse("crashed", { applied: "unknown" });
    await network.advance(500);
    network.socket.refuse("crashed", { applied: "no" });
    expect(network.socket.sent).toHaveLength(2);
    expect(outcomes).toEqual({ "add_todo 1": "crashed unknown" });
  });

  test.each(["not_found", "conflict", "timeout", "internal"])("%s is not", async (kind) => {
    const { network, ask, outcomes } = await connect();
    ask("update_todo", 1, { write: true });
    network.socket.refuse(kind, { applied: "no" });
    expect(outcomes).toEqual({ "update_todo 1": `${kind} no` });
  });

  test("of a repeat, found before its key is looked at, leave the first in doubt", async () => {
    const { network, ask, outcomes } = await connect();
    ask("add_todo", 1, { write: true });
    ask("update_todo", 2, { write: true });
    network.socket.end();
    await network.advance(500);
    const [first, second] = network.socket.sent;
    network.socket.refuse("forbidden", { applied: "no" }, first);
    network.socket.refuse("conflict", { applied: "no" }, second);
    expect(outcomes).toEqual({ "add_todo 1": "forbidden unknown", "update_todo 2": "conflict no" });
  });
});

describe("the order of a list's calls", () => {
  const of = (list: string) => ({ list, write: true });

  test.each(["crashed", "overloaded"])("is kept when two are answered %s", async (kind) => {
    const { network, ask } = await connect();
    for (const n of [1, 2]) ask("update_todo", n, of("a"));
    const [first, second] = network.socket.sent;
    network.random = 0.1;
    network.socket.refuse(kind, {}, second);
    network.random = 0.9;
    network.socket.refuse(kind, {}, first);
    await network.advance(500);
    const again = ["update_todo 1", "update_todo 2"];
    expect(network.socket.told).toEqual([...again, ...again]);
  });

  test("is kept by those made since: they wait too, those of other lists do not", async () => {
    const { network, ask } = await connect();
    ask("update_todo", 1, of("a"));
    network.socket.refuse("overloaded", { after_ms: 100 });
    ask("update_todo", 2, of("a"));
    ask("update_todo", 3, of("b"));
    ask("whoami", 4);
    expect(network.socket.told).toEqual(["update_todo 1", "update_todo 3", "whoami 4"]);
    await network.advance(400);
    expect(network.socket.told.slice(3)).toEqual(["update_todo 1", "update_todo 2"]);
  });

  test("is kept through a connection that is lost meanwhile", async () => {
    const { network, ask } = await connect({}, { in_flight: 3 });
    for (const n of [1, 2, 3, 4]) ask("update_todo", n, of(n === 2 ? "b" : "a"));
    network.socket.refuse("overloaded", { after_ms: 2000 }, network.socket.sent[2]);
    network.socket.end();
    await network.advance(500);
    expect(network.socket.told).toEqual(["update_todo 2"]);
    await network.advance(2000);
    const resent = ["update_todo 1", "update_todo 3"];
    expect(network.socket.told).toEqual(["update_todo 2", ...resent]);
    network.socket.reply("two", network.socket.sent[0]);
    expect(network.socket.told.at(-1)).toBe("update_todo 4");
  });

  test("is held up as long as the last of its answers says; other lists' not", async () => {
    const { network, ask } = await connect();
    for (const n of [1, 2, 3]) ask("update_todo", n, of(n === 3 ? "b" : "a"));
    const [first, second, third] = network.socket.sent;
    network.random = 0;
    network.socket.refuse("read_only", { after_ms: 500 }, first);
    network.socket.refuse("read_only", { after_ms: 2000 }, second);
    network.socket.refuse("read_only", { after_ms: 1000 }, third);
    await network.advance(1950);
    expect(network.socket.told.slice(3)).toEqual(["update_todo 3"]);
    await network.advance(100);
    expect(network.socket.told.slice(4)).toEqual(["update_todo 1", "update_todo 2"]);
  });

  test("the second rest in a row is longer; an answer begins the count anew", async () => {
    const { network, ask } = await connect();
    network.random = 0.99;
    const rests = async (ms: number) => {
      const sent = network.socket.sent.length;
      network.socket.refuse("overloaded");
      await network.advance(ms - 50);
      expect(network.socket.sent).toHaveLength(sent);
      await network.advance(100);
      expect(network.socket.sent).toHaveLength(sent + 1);
    };
    ask("update_todo", 1, of("a"));
    await rests(500);
    await rests(1000);
    network.socket.reply("one");
    ask("update_todo", 2, of("a"));
    await rests(500);
  });
});

describe("close", () => {
  test("fails what waits and tells nobody; nothing is left to ring", async () => {
    const { network, client, ask, outcomes, closed } = await connect({}, { in_flight: 1 });
    ask("add_todo", 1, { write: true });
    ask("add_todo", 2, { write: true });
    client.close();
    client.close();
    expect(outcomes).toEqual({ "add_todo 1": "closed unknown", "add_todo 2": "closed no" });
    expect(network.socket.fate).toBe("closed");
    expect(network.alarms).toBe(0);
    await network.advance(60_000, 1000);
    expect(network.sockets).toHaveLength(1);
    expect(closed).toEqual([]);
  });

  test("while a list rests leaves no alarm either", async () => {
    const { network, client, ask, outcomes } = await connect();
    ask("add_todo", 1, { write: true });
    network.socket.refuse("overloaded");
    client.close();
    expect([outcomes, network.alarms]).toEqual([{ "add_todo 1": "closed no" }, 0]);
  });

  test("while it connects again gives that up", async () => {
    const { network, client } = await connect();
    network.accept = silently;
    network.socket.end();
    await network.advance(500);
    client.close();
    await network.settle();
    expect(network.socket.fate).toBe("terminated");
    await network.advance(60_000, 1000);
    expect(network.sockets).toHaveLength(2);
  });
});

describe("deadlines", () => {
  test("a call without a reply fails 2 s after its timeout; a write as unknown", async () => {
    const { network, ask, outcomes } = await connect();
    ask("slow", 1, { timeoutMs: 60_000 });
    ask("usual", 2, { write: true });
    ask("quick", 3, { timeoutMs: 100 });
    await network.advance(2050);
    expect(outcomes).toEqual({});
    await network.advance(100);
    expect(outcomes).toEqual({ "quick 3": "timeout" });
    await network.advance(4900);
    expect(outcomes).toEqual({ "quick 3": "timeout", "usual 2": "timeout unknown" });
    network.socket.ping();
    await network.advance(30_000, 1000);
    network.socket.ping();
    await network.advance(26_000, 1000);
    expect(outcomes["slow 1"]).toBe("timeout");
  });

  test("a call that was not sent says so; one whose list rests, what it waits for", async () => {
    const { client, network, ask, outcomes } = await connect({}, { in_flight: 1 });
    ask("list", 1, { timeoutMs: 60_000 });
    const waiting = client.call({ method: "list", params: {} });
    const sentence = "list could not be sent in its time: no connection was free for it.";
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ kind: "timeout", message: sentence }),
      network.advance(7100, 100),
    ]);
    network.socket.reply("one");
    ask("add_todo", 2, { list: "a", write: true, timeoutMs: 60_000 });
    network.socket.refuse("read_only", { after_ms: 30_000 });
    ask("add_todo", 3, { list: "a", write: true });
    await network.advance(7100, 100);
    expect(outcomes["add_todo 3"]).toBe("timeout no");
  });

  test("a reply after the deadline reaches nobody, and its place is free", async () => {
    const { network, ask, outcomes } = await connect({}, { in_flight: 1 });
    ask("list", 1, { timeoutMs: 1 });
    ask("list", 2);
    await network.advance(2100);
    network.socket.reply("late", network.socket.sent[0]);
    expect(outcomes).toEqual({ "list 1": "timeout" });
    expect(network.socket.told).toEqual(["list 1", "list 2"]);
  });

  test("calls that are over make room for others that wait", async () => {
    const { network, ask, outcomes } = await connect();
    network.socket.end();
    network.accept = silently;
    for (let n = 1; n <= 10_000; n++) ask("list", n);
    await network.advance(7100, 100);
    expect(Object.keys(outcomes)).toHaveLength(10_000);
    ask("add_todo", 10_001);
    network.accept = (socket) => socket.welcome();
    await network.advance(40_000, 500);
    expect(outcomes["add_todo 10001"]).not.toBe("overloaded");
  });

  test("1000 calls have one alarm", async () => {
    const { network, ask } = await connect();
    const alarms = network.alarms;
    for (let n = 0; n < 1000; n++) ask("list", n);
    expect(network.alarms).toBe(alarms + 1);
  });
});
