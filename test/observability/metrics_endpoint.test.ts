/**
 * Metrics endpoint and log: of the real program, over real sockets: who may read the numbers, how
 * they move, and that the log tells no secret.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { TodoClient } from "../../client/todo_client.ts";
import { createTokens } from "../../server/auth/tokens.ts";
import { ServerProcess } from "../support/server_process.ts";
import { type Family, parseExposition, sampleValue } from "./exposition.ts";

let server: ServerProcess;
afterEach(() => server.remove());

type Headers = Readonly<Record<string, string>>;

function page(headers: Headers = {}): Promise<Response> {
  return fetch(`${server.url}/metrics`, { headers });
}

async function scrape(): Promise<ReadonlyMap<string, Family>> {
  return parseExposition(await (await page()).text());
}

function connect(user: string): Promise<TodoClient> {
  const token = () => server.token(user);
  return TodoClient.connect({ url: server.socketUrl, token });
}

async function bearer(isOperator: boolean): Promise<Headers> {
  const opened = createTokens(server.data);
  if (!opened.ok) throw new Error(opened.message);
  const token = await opened.tokens.sign("ops", 60_000, { isOperator });
  return { authorization: `Bearer ${token}` };
}

describe("the numbers", () => {
  beforeEach(async () => {
    server = await ServerProcess.start();
  });

  test("move with what connections do", async () => {
    const before = await scrape();
    expect(sampleValue(before, "todo_connections")).toBe(0);
    const [alice, bob] = await Promise.all([connect("alice"), connect("bob")]);
    const { list } = await alice.start({ title: "Groceries" });
    for (let n = 0; n < 5; n++) await alice.addTodo(list, { title: `${n}` });
    await bob.list(list).catch(() => undefined);
    const after = await scrape();
    const value = (name: string, labels: Headers = {}) => sampleValue(after, name, labels);
    expect(value("todo_connections")).toBe(2);
    expect(value("todo_connections_opened_total")).toBe(2);
    expect(value("todo_calls_total", { method: "add_todo", outcome: "ok" })).toBe(5);
    expect(value("todo_calls_total", { method: "list", outcome: "not_found" })).toBe(1);
    expect(value("todo_call_duration_seconds_count", { method: "add_todo" })).toBe(5);
    expect(value("todo_commit_batch_appends_sum")).toBe(6);
    expect(value("todo_commit_duration_seconds_count")).toBeGreaterThan(0);
    expect(value("todo_lists_loaded")).toBe(1);
    expect(value("todo_uncommitted_bytes")).toBe(0);
    alice.close();
    bob.close();
    await vi.waitFor(async () => {
      expect(sampleValue(await scrape(), "todo_connections")).toBe(0);
    });
  });

  test("count those who were not let in", async () => {
    const refused = new WebSocket(server.socketUrl, ["todo.v1"], {
      headers: { authorization: "Bearer nonsense" },
    });
    await new Promise((closed) => refused.once("close", closed));
    const families = await scrape();
    expect(sampleValue(families, "todo_bad_credentials_total")).toBe(1);
    expect(sampleValue(families, "todo_upgrades_refused_total", { code: "4401" })).toBe(1);
  });

  test("come as the text format, with no list's id, user or address in them", async () => {
    const client = await connect("alice-the-user");
    await client.start({ list: "the-list" });
    const response = await page();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).not.toMatch(/alice|the-list|127\.0\.0\.1/);
    client.close();
  });

  test("what a proxy on this machine has passed on wants an operator's token", async () => {
    const passedOn = { "x-forwarded-for": "192.0.2.1" };
    expect((await page(passedOn)).status).toBe(401);
    expect((await page({ ...passedOn, ...(await bearer(true)) })).status).toBe(200);
  });
});

test("behind a proxy everybody wants an operator's token; the health page is open", async () => {
  server = await ServerProcess.start(["--behind-proxy"]);
  const none = await page();
  expect(none.status).toBe(401);
  expect(none.headers.get("www-authenticate")).toBe("Bearer");
  expect(await none.text()).not.toContain("todo_");
  expect((await page({ authorization: "Bearer nonsense" })).status).toBe(401);
  expect((await page(await bearer(false))).status).toBe(403);
  const operator = await page(await bearer(true));
  expect(operator.status).toBe(200);
  expect(sampleValue(parseExposition(await operator.text()), "todo_bad_credentials_total")).toBe(2);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test("many bad tokens are 429, an operator's good one is served all the same", async () => {
  server = await ServerProcess.start(["--behind-proxy"]);
  const statuses: number[] = [];
  for (let n = 0; n < 120; n++) statuses.push((await page()).status);
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect((await page(await bearer(true))).status).toBe(200);
});

test("the log is JSON lines with pids and request ids, and without any secret", async () => {
  server = await ServerProcess.start(["--log-level", "trace", "--slow-call-ms", "1"]);
  const token = await server.token("alice");
  const client = await TodoClient.connect({ url: server.socketUrl, token });
  const { list } = await client.start({ title: "Secret-title" });
  await client.addTodo(list, { title: "Secret-todo", notes: "Secret-notes", tags: ["Secret-tag"] });
  client.close();
  const headers = { authorization: "Bearer Secret-token" };
  const refused = new WebSocket(`${server.socketUrl}?x=Secret-query`, { headers });
  refused.on("error", () => undefined);
  await new Promise((closed) => refused.once("close", closed));
  const { stderr } = await server.term();
  expect(stderr).not.toMatch(/Secret-/);
  expect(stderr).not.toContain(token);
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  const pid = expect.stringMatching(/^<0\.\d+\.\d+>$/);
  expect(lines).toContainEqual(expect.objectContaining({ msg: "connection opened", pid }));
  expect(lines).toContainEqual(expect.objectContaining({ msg: "connection closed", pid }));
  const slow = { msg: "slow call", pid, request: expect.anything(), method: "start", list };
  expect(lines).toContainEqual(expect.objectContaining(slow));
  expect(lines).toContainEqual(expect.objectContaining({ msg: "upgrade refused", code: 401 }));
});
