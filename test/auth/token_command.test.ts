/** TokenCommand: what `npm run -s token` prints, and where it refuses. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseDuration } from "../../server/auth/duration.ts";
import { runTokenCommand } from "../../server/auth/token_command.ts";
import { createTokens } from "../../server/auth/tokens.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-token-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runTokenCommand(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, out, err };
}

async function identity(token: string | undefined): Promise<object | undefined> {
  const opened = createTokens(folder);
  const verdict = opened.ok && token !== undefined ? await opened.tokens.verify(token) : undefined;
  return verdict?.ok ? verdict.identity : undefined;
}

async function lifeMs(token: string | undefined): Promise<number> {
  const opened = createTokens(folder, () => 0);
  if (!opened.ok || token === undefined) throw new Error("no token");
  const verdict = await opened.tokens.verify(token);
  if (!verdict.ok) throw new Error(verdict.reason);
  return (verdict.identity.expiresAt ?? 0) - Date.now();
}

test("prints one line, a token that the folder's server takes for USER", async () => {
  const { code, out, err } = await run("alice", "--data", folder);
  expect({ code, err, lines: out.length }).toEqual({ code: 0, err: [], lines: 1 });
  const opened = createTokens(folder);
  const verdict = opened.ok ? await opened.tokens.verify(out[0] ?? "") : undefined;
  expect(verdict).toMatchObject({ ok: true, identity: { user: "alice" } });
});

test("the token is good for --ttl, 30 days unless given", async () => {
  const day = 86_400_000;
  const month = await lifeMs((await run("alice", "--data", folder)).out[0]);
  expect(month).toBeGreaterThan(29.9 * day);
  expect(month).toBeLessThan(30.1 * day);
  const twelve = await lifeMs((await run("alice", "--data", folder, "--ttl", "12h")).out[0]);
  expect(twelve).toBeLessThan(0.51 * day);
});

test("only with --operator is it an operator's", async () => {
  const [plain, operators] = [
    await run("ops", "--data", folder),
    await run("ops", "--operator", "--data", folder),
  ];
  expect(await identity(plain.out[0])).not.toHaveProperty("isOperator");
  expect(await identity(operators.out[0])).toMatchObject({ user: "ops", isOperator: true });
});

test("TODO_DATA names the folder", async () => {
  vi.stubEnv("TODO_DATA", folder);
  const { out } = await run("alice");
  expect(await lifeMs(out[0])).toBeGreaterThan(0);
});

describe("is refused with one sentence and exit code 2", () => {
  test.each([
    [["a b"], "USER wants a user name"],
    [[""], "USER wants a user name"],
    [["alice", "--ttl", "30"], "--ttl wants a whole number"],
    [["alice", "--ttl", "0d"], "--ttl wants a whole number"],
    [["alice", "--ttl", "99999d"], "--ttl wants a whole number"],
    [[], "Missing required argument 'USER'"],
    [["alice", "--bogus"], "Unknown option '--bogus'"],
    [["alice", "bob"], "Too many arguments"],
  ])("%j", async (args, sentence) => {
    const { code, out, err } = await run(...args, "--data", folder);
    expect({ code, out, lines: err.length }).toEqual({ code: 2, out: [], lines: 1 });
    expect(err[0]).toContain(sentence);
    expect(err[0]).toMatch(/\.$/);
  });
});

test("--help names every flag and its environment variable", async () => {
  const { code, out } = await run("--help");
  expect(code).toBe(0);
  for (const word of ["USER", "--data", "TODO_DATA", "--ttl", "TODO_TOKEN_TTL", "./data", "30d"]) {
    expect(out.join("\n")).toContain(word);
  }
});

test.each([
  ["1s", 1000],
  ["15m", 900_000],
  ["12h", 43_200_000],
  ["30d", 2_592_000_000],
  ["3650d", 315_360_000_000],
  ["3651d", undefined],
  ["0s", undefined],
  ["1.5h", undefined],
  ["-1d", undefined],
  [" 1d", undefined],
  ["1d1h", undefined],
  ["1D", undefined],
  ["", undefined],
])("parseDuration(%j) → %s", (text, wanted) => {
  expect(parseDuration(text)).toBe(wanted);
});
