/**
 * Origins: the server's own names and what it was told, nothing that only looks like them.
 */
import { expect, test } from "vitest";
import { originCheck } from "../../server/gateway/origins.ts";

const LOCAL = { scheme: "http", host: "127.0.0.1", port: 4000, allowed: [] } as const;

function allowed(options: Parameters<typeof originCheck>[0], origins: readonly string[]) {
  return origins.filter(originCheck(options));
}

test("on loopback its three names, with the port", () => {
  const own = ["http://127.0.0.1:4000", "http://localhost:4000", "http://[::1]:4000"];
  expect(allowed(LOCAL, own)).toEqual(own);
  expect(allowed({ ...LOCAL, host: "::1" }, own)).toEqual(own);
});

test("nothing that only looks like it", () => {
  const foreign = [
    "http://127.0.0.1",
    "http://127.0.0.1:4001",
    "https://127.0.0.1:4000",
    "http://127.0.0.1:4000/",
    "http://127.0.0.1:4000.evil.example",
    "HTTP://LOCALHOST:4000",
    "http://rebound.example:4000",
    "null",
    "",
    "__proto__",
  ];
  expect(allowed(LOCAL, foreign)).toEqual([]);
});

test("a name of its own, without the port that goes without saying", () => {
  const options = { ...LOCAL, scheme: "https", host: "todo.example", port: 443 } as const;
  const origins = ["https://todo.example", "https://todo.example:443", "http://todo.example"];
  expect(allowed(options, origins)).toEqual(["https://todo.example"]);
});

test("those it was told, exactly", () => {
  const options = { ...LOCAL, allowed: ["https://app.example"] };
  const origins = ["https://app.example", "https://app.example:8443", "https://x.app.example"];
  expect(allowed(options, origins)).toEqual(["https://app.example"]);
});
