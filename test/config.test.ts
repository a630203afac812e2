/**
 * Config: flags, variables, and the sentences about what is wrong with them.
 */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../server/config.ts";

function config(args: readonly string[], env = {}) {
  const parsed = parseConfig(args, env);
  if (parsed.kind !== "config") throw new Error(`want a config: ${JSON.stringify(parsed)}`);
  return parsed.config;
}

test("without flags it is a loopback server on ./data", () => {
  expect(config([])).toMatchObject({
    port: 4000,
    host: "127.0.0.1",
    data: "./data",
    store: "sqlite",
    tls: undefined,
    allowedOrigins: [],
    messagesPerS: 10_000,
    newListsPerMin: 1000,
    listTodosMax: 10_000,
    listBytesMax: 4_194_304,
    isBehindProxy: false,
    slowCallMs: 1000,
  });
});

test("a flag wins over its variable, a variable over the default", () => {
  const env = { TODO_PORT: "4001", TODO_STORE: "memory", TODO_NEW_LISTS_PER_MIN: "0" };
  expect(config(["--port", "4002"], env)).toMatchObject({
    port: 4002,
    store: "memory",
    newListsPerMin: 0,
  });
});

describe("refused by one sentence that names the flag", () => {
  test.each([
    [["--bogus"], /bogus/],
    [["surplus"], /surplus/],
    [["--port", "abc"], /--port/],
    [["--port", "65536"], /--port/],
    [["--port", "-1"], /port/],
    [["--store", "paper"], /--store/],
    [["--host", "0.0.0.0"], /--tls-cert.*--behind-proxy/],
    [["--tls-cert", "x"], /--tls-key/],
    [["--tls-cert", "/none", "--tls-key", "/none"], /--tls-cert/],
    [["--tls-cert", import.meta.filename, "--tls-key", import.meta.filename], /PEM/],
    [["--log-level", "loud"], /--log-level/],
    [["--slow-call-ms", "60001"], /--slow-call-ms.*to 60000/],
    [["--data", ""], /--data/],
    [["--list-todos", "0"], /--list-todos.*from 1/],
    [["--list-bytes", "0"], /--list-bytes/],
    [["--list-bytes", "4MB"], /--list-bytes.*4MB/],
    [["--list-bytes", "1025MiB"], /--list-bytes/],
  ])("%j", (args, names) => {
    const parsed = parseConfig(args, {});
    expect(parsed).toMatchObject({ kind: "refused", sentence: expect.stringMatching(names) });
    expect(parsed.kind === "refused" && parsed.sentence).not.toContain("\n");
  });
});

test.each([
  ["4194304", 4_194_304],
  ["1", 1],
  ["64KiB", 65_536],
  ["1024MiB", 1_073_741_824],
])("--list-bytes %s is %i", (text, bytes) => {
  expect(config(["--list-bytes", text]).listBytesMax).toBe(bytes);
  expect(config([], { TODO_LIST_BYTES: text }).listBytesMax).toBe(bytes);
});

test("another host is fine behind a proxy", () => {
  expect(config(["--host", "0.0.0.0", "--behind-proxy"])).toMatchObject({
    host: "0.0.0.0",
    isBehindProxy: true,
  });
  expect(config(["--host", "::"], { TODO_BEHIND_PROXY: "true" })).toMatchObject({ host: "::" });
});

test("help names every flag with its variable", () => {
  const parsed = parseConfig(["--help"], {});
  expect(parsed).toMatchObject({ kind: "help", text: expect.stringContaining("TODO_PORT") });
});
