/**
 * Upgrade: what becomes of a request, by the table of PROTOCOL.md section 1.
 */
import { describe, expect, test } from "vitest";
import { offeredProtocols, tokenOf } from "../../server/gateway/credentials.ts";
import { originCheck } from "../../server/gateway/origins.ts";
import { answerTo, refusalOf } from "../../server/gateway/upgrade.ts";

const alice = { user: "alice", expiresAt: null };
const own = originCheck({
  scheme: "http",
  host: "127.0.0.1",
  port: 4000,
  allowed: ["https://a.b"],
});

function asked(headers: Record<string, string> = {}, url = "/socket") {
  return { url, headers, isAllowedOrigin: own };
}

const offer = (protocols: string) => ({ "sec-websocket-protocol": protocols });

describe("refused whatever the credentials", () => {
  test.each([
    ["another path", asked({}, "/sockets"), 404],
    ["a token in the URL", asked(offer("todo.v1"), "/socket?token=x"), 400],
    ["a foreign origin", asked({ origin: "https://evil.example" }), 403],
    ["the origin null", asked({ origin: "null" }), 403],
    ["an origin that only begins like ours", asked({ origin: "http://127.0.0.1:4000.evil" }), 403],
    ["nothing but a token offered", asked(offer("todo.bearer.abc")), 400],
  ])("%s", (_what, request, status) => {
    expect(refusalOf(request)).toMatchObject({ kind: "http", status });
  });

  test("only unknown versions: 4406, named by the first that is no token", () => {
    const request = asked(offer("todo.bearer.abc, todo.v9, todo.v8"));
    expect(refusalOf(request)).toEqual({ kind: "close", code: 4406, protocol: "todo.v9" });
  });
});

test("our own origins, the allowed ones, and none at all pass", () => {
  for (const origin of ["http://127.0.0.1:4000", "http://localhost:4000", "https://a.b"]) {
    expect(refusalOf(asked({ origin }))).toBeUndefined();
  }
  expect(refusalOf(asked())).toBeUndefined();
});

test("credentials decide the rest", () => {
  const offered = asked(offer("todo.v1"));
  expect(answerTo(offered, alice)).toMatchObject({ kind: "accept", protocol: "todo.v1" });
  expect(answerTo(asked(), alice)).toMatchObject({ kind: "accept", protocol: undefined });
  expect(answerTo(offered, undefined)).toMatchObject({ kind: "close", code: 4401 });
  expect(answerTo(asked(), undefined)).toMatchObject({ kind: "http", status: 401 });
  for (const request of [offered, asked()]) {
    expect(answerTo(request, "too_many")).toMatchObject({ kind: "http", status: 429 });
  }
});

test("a token comes by header or by subprotocol; a header that is none wins all the same", () => {
  const headers = offer("todo.v1,todo.bearer.a.b-c_~");
  expect(tokenOf(headers, offeredProtocols(headers))).toBe("a.b-c_~");
  expect(tokenOf({ authorization: "Bearer x.y" }, [])).toBe("x.y");
  for (const authorization of ["Bearer ", "Basic x", "Bearer a b", "Bearer <x>"]) {
    expect(tokenOf({ ...headers, authorization }, offeredProtocols(headers))).toBeUndefined();
  }
  expect(tokenOf({}, [])).toBeUndefined();
});
