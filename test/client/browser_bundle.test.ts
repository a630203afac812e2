/** BrowserBundle: what a page loads of the client library, and that it runs there. */
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import { expect, test } from "vitest";
import { FakeServer } from "./support/fake_server.ts";

const GZIP_BYTES_MAX = 20_000;

const OPTIONS = {
  entryPoints: ["client/index.ts"],
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  platform: "browser",
  external: ["ws"], // Only Node comes to where it is imported.
} as const satisfies BuildOptions;

test("is below 20 kB, without ws, node: modules and the schemas", async () => {
  const bundle = await build({ ...OPTIONS, format: "esm" });
  const [file] = bundle.outputFiles;
  const bytes = gzipSync(file?.contents ?? "", { level: 9 }).length;
  console.info(`${bytes} bytes gzip`);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(GZIP_BYTES_MAX);
  expect(file?.text).not.toMatch(/["'`]node:/);
  const packages = Object.keys(bundle.metafile.inputs).filter((path) => path.includes("modules"));
  expect(packages.every((path) => path.startsWith("node_modules/nanoid/"))).toBe(true);
});

test("connects, writes and follows where there is only what a page has", async () => {
  const server = await FakeServer.start({
    answer({ method, params }) {
      const list = { list: "l", title: "T", epoch: "e", seq: 1, next: 2, todos: [] };
      if (method === "subscribe") return { result: { mode: "snapshot", ...list } };
      return { result: { method, hasKey: typeof params.key === "string" } };
    },
  });
  const bundle = await build({ ...OPTIONS, format: "iife", globalName: "todoActors" });
  const script = `${bundle.outputFiles[0]?.text}
    (async () => {
      const client = await todoActors.TodoClient.connect({ url, token: "token-of-alice" });
      const added = await client.addTodo("l", { title: "Milk" });
      const { value } = await client.subscribe("l").next();
      client.close();
      return JSON.stringify([typeof process, added, value.replica.state.title]);
    })()`;
  const { AbortController, clearTimeout, crypto, performance, queueMicrotask } = globalThis;
  const { setTimeout, TextEncoder, URL, WebSocket } = globalThis;
  const page = { AbortController, clearTimeout, crypto, performance, queueMicrotask };
  const more = { setTimeout, TextEncoder, URL, WebSocket, url: server.url };
  const told: unknown = await runInNewContext(script, { ...page, ...more });
  const added = { method: "add_todo", hasKey: true };
  expect(told).toBe(JSON.stringify(["undefined", added, "T"]));
  const { headers } = server.connection.request;
  expect(headers["sec-websocket-protocol"]).toMatch(/todo\.bearer\.token-of-alice$/);
  await server.stop();
});
