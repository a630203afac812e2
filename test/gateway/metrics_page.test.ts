/**
 * MetricsPage: from which addresses it is open, and what others are told.
 */
import { describe, expect, test } from "vitest";
import { HttpServer } from "../../server/gateway/http_server.ts";
import { type MetricsText, needsOperator, refusalOf } from "../../server/gateway/metrics_page.ts";
import { GatewayWorld } from "./gateway_world.ts";

test.each(["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])(
  "%s is this machine",
  (address) => {
    expect(needsOperator(address, { host: "127.0.0.1:4000" })).toBe(false);
  },
);

test.each(["localhost:4000", "127.0.0.1", "[::1]:80"])("is called %s from here", (host) => {
  expect(needsOperator("127.0.0.1", { host })).toBe(false);
});

test("a page that has rebound its name to this machine wants a token like anybody", () => {
  const here = "127.0.0.1";
  for (const host of ["evil.example:4000", "localhost.evil.example", "", undefined]) {
    expect(needsOperator(here, host === undefined ? {} : { host })).toBe(true);
  }
  expect(needsOperator(here, { host: "127.0.0.1:4000", origin: "http://evil.example" })).toBe(true);
});

test.each(["192.0.2.1", "10.0.0.1", "128.0.0.1", "::2", "::ffff:10.0.0.1", "fe80::1", "", "x"])(
  "%j is elsewhere",
  (address) => {
    expect(needsOperator(address, { host: "127.0.0.1" })).toBe(true);
  },
);

test.each(["forwarded", "via", "x-forwarded-for", "x-real-ip"])(
  "what a proxy of this machine has passed on, as %s tells, is from elsewhere",
  (header) => {
    expect(needsOperator("127.0.0.1", { host: "127.0.0.1", [header]: "127.0.0.1" })).toBe(true);
  },
);

describe("from elsewhere", () => {
  const alice = { user: "alice", expiresAt: null };

  test("no token or a bad one is 401, a user's 403, too many bad ones 429", () => {
    expect(refusalOf(undefined)).toMatchObject({
      status: 401,
      headers: { "www-authenticate": "Bearer" },
    });
    expect(refusalOf(alice)?.status).toBe(403);
    expect(refusalOf({ ...alice, isOperator: false })?.status).toBe(403);
    expect(refusalOf("too_many")?.status).toBe(429);
  });

  test("an operator sees it", () => {
    expect(refusalOf({ ...alice, isOperator: true })).toBeUndefined();
  });
});

/** The status of `/metrics` on a port that shows this. */
async function statusOf(metrics?: MetricsText): Promise<number> {
  const { gateway, lists } = new GatewayWorld();
  const http = new HttpServer({
    gateway,
    supervisor: lists.supervisor,
    tokens: { sign: () => Promise.reject(), verify: () => Promise.reject() },
    host: "127.0.0.1",
    port: 0,
    allowedOrigins: [],
    ...(metrics !== undefined && { metrics }),
  });
  const listening = await http.listen();
  const port = listening.ok ? listening.port : 0;
  const { status } = await fetch(`http://127.0.0.1:${port}/metrics`);
  http.close();
  return status;
}

test("a page that is not there is 404, one that fails is 500 and ends nothing else", async () => {
  const contentType = "text/plain";
  expect(await statusOf()).toBe(404);
  expect(await statusOf({ contentType, text: () => Promise.resolve("x\n") })).toBe(200);
  expect(await statusOf({ contentType, text: () => Promise.reject(new Error("x")) })).toBe(500);
});
