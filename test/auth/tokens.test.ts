/** Tokens: who they let in, and everything they refuse. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT, UnsecuredJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTokens, readTokens, type Tokens } from "../../server/auth/tokens.ts";

const NOW_MS = Date.UTC(2026, 10, 25, 12);
const HOUR_MS = 3_600_000;

let folder = "";
let nowMs = NOW_MS;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-tokens-"));
  nowMs = NOW_MS;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function tokensOf(data = folder): Tokens {
  const opened = createTokens(data, () => nowMs);
  if (!opened.ok) throw new Error(opened.message);
  return opened.tokens;
}

/** The folder's own key, as an attacker does not have it. */
function ownKey(): { kid: string; bytes: Uint8Array } {
  const { keys } = JSON.parse(readFileSync(join(folder, "secret"), "utf8"));
  return { kid: keys[0].kid, bytes: Buffer.from(keys[0].k, "base64url") };
}

describe("a token", () => {
  test("speaks for its user until its time is over", async () => {
    const tokens = tokensOf();
    const token = await tokens.sign("alice", HOUR_MS);
    const identity = { user: "alice", expiresAt: NOW_MS + HOUR_MS };
    expect(await tokens.verify(token)).toEqual({ ok: true, identity });
    nowMs += HOUR_MS - 1;
    expect(await tokens.verify(token)).toEqual({ ok: true, identity });
    nowMs += 1;
    expect(await tokens.verify(token)).toEqual({ ok: false, reason: "expired" });
  });

  test("has only characters that fit a header and a subprotocol, for any user name", async () => {
    const tokens = tokensOf();
    for (const user of ["a", "Bob.B-c_d@example.org", "x".repeat(64)]) {
      expect(await tokens.sign(user, 1)).toMatch(/^[A-Za-z0-9._~-]{1,4096}$/);
    }
  });

  test("is good for whoever opens the same folder, and only there", async () => {
    const token = await tokensOf().sign("alice", HOUR_MS);
    expect(await tokensOf().verify(token)).toMatchObject({ ok: true });
    const other = await tokensOf(join(folder, "other")).verify(token);
    expect(other).toEqual({ ok: false, reason: "unknown_key" });
  });

  test("is not signed for what is no user name", () => {
    expect(() => tokensOf().sign("../x", HOUR_MS)).toThrow("want a user name");
  });
});

describe("what is no token of ours is refused", () => {
  test.each([
    "",
    "nonsense",
    "a.b.c",
    "...",
    "é",
    "a b",
    "x".repeat(5000),
    "eyJhbGciOiJub25lIn0.e30.",
  ])("%s", async (token) => {
    expect(await tokensOf().verify(token)).toMatchObject({ ok: false });
  });

  test("a changed character anywhere", async () => {
    const tokens = tokensOf();
    const token = await tokens.sign("alice", HOUR_MS);
    for (let index = 0; index < token.length - 1; index++) {
      const changed = token[index] === "A" ? "B" : "A";
      const forged = token.slice(0, index) + changed + token.slice(index + 1);
      expect((await tokens.verify(forged)).ok, `character ${index}`).toBe(false);
    }
  });

  test("another key under the same key id: bad_signature", async () => {
    const tokens = tokensOf();
    const forged = await new SignJWT()
      .setProtectedHeader({ alg: "HS256", kid: ownKey().kid })
      .setSubject("alice")
      .setExpirationTime(nowMs / 1000 + 60)
      .sign(new Uint8Array(32));
    expect(await tokens.verify(forged)).toEqual({ ok: false, reason: "bad_signature" });
  });

  test("no signature at all", async () => {
    const token = new UnsecuredJWT({ sub: "alice" }).setExpirationTime("1h").encode();
    expect(await tokensOf().verify(token)).toMatchObject({ ok: false });
  });

  test.each([
    ["no end", { sub: "alice" }],
    ["no user", { exp: NOW_MS / 1000 + 60 }],
    ["a bad user name", { sub: "a b", exp: NOW_MS / 1000 + 60 }],
    ["a number for a user", { sub: 7, exp: NOW_MS / 1000 + 60 }],
  ])("our own key, but %s: malformed", async (_what, claims) => {
    const tokens = tokensOf();
    const { kid, bytes } = ownKey();
    const token = await new SignJWT(claims as { sub: string })
      .setProtectedHeader({ alg: "HS256", kid })
      .sign(bytes);
    expect(await tokens.verify(token)).toEqual({ ok: false, reason: "malformed" });
  });

  test("another algorithm of the same key", async () => {
    const tokens = tokensOf();
    const { kid, bytes } = ownKey();
    const token = await new SignJWT({ sub: "alice", exp: NOW_MS / 1000 + 60 })
      .setProtectedHeader({ alg: "HS512", kid })
      .sign(Buffer.concat([bytes, bytes]));
    expect(await tokens.verify(token)).toMatchObject({ ok: false });
  });
});

test("readTokens makes nothing where there is nothing", () => {
  const data = join(folder, "none");
  expect(readTokens(data)).toMatchObject({ ok: false, reason: "absent" });
  expect(readTokens(data)).toMatchObject({ ok: false, reason: "absent" });
});
