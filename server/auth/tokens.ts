/**
 * Tokens: signed words that say who a caller is, as JSON Web Tokens (RFC 7519, HS256).
 *
 * Shape: header {alg, kid}, claims {sub: user, iat, exp}, in seconds; every token ends. An
 *        operator's has {operator: true} as well.
 * Bound: base64url and dots, at most 4,096 characters, which fits a header and a subprotocol.
 * Cost:  one HMAC of WebCrypto, so both directions are promises; about 0.1 ms.
 */
import type { JWTPayload } from "jose";
import { decodeProtectedHeader } from "jose/decode/protected_header";
import { SignJWT } from "jose/jwt/sign";
import { jwtVerify } from "jose/jwt/verify";
import { assert } from "../../shared/assert.ts";
import { isUserName } from "../../shared/protocol/names.ts";
import type { Identity } from "./identity.ts";
import { openSecret, readSecret, type Secret, type SecretKey } from "./secret_file.ts";

const ALGORITHM = "HS256";
const TOKEN = /^[A-Za-z0-9._~-]{1,4096}$/;

/** Why a token was refused; for logs. The caller is told only that it was. */
export type TokenRefusal = "malformed" | "unknown_key" | "bad_signature" | "expired";
export type Verdict =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly reason: TokenRefusal };

/** What a token allows beside speaking for its user. */
export interface TokenRights {
  readonly isOperator?: boolean;
}

/** Signs and verifies with the keys of one data folder. */
export interface Tokens {
  /** A token for `user`, good for `ttlMs` from now, rounded up to whole seconds. */
  sign(user: string, ttlMs: number, rights?: TokenRights): Promise<string>;
  /** Who the token speaks for, or why it is refused. Anything may be given. */
  verify(token: string): Promise<Verdict>;
}
/** `message`: one sentence that says what is wrong with the secret and what to do. */
export type OpenedTokens =
  | { readonly ok: true; readonly tokens: Tokens }
  | Extract<Secret, { readonly ok: false }>;

/** Tokens of the data folder's secret, which is made when there is none. `time`: as Date.now. */
export function createTokens(dataFolder: string, time: () => number = Date.now): OpenedTokens {
  return tokensOf(openSecret(dataFolder), time);
}

/** The same for a folder that is somebody else's: nothing is made, a missing secret is refused. */
export function readTokens(dataFolder: string, time: () => number = Date.now): OpenedTokens {
  return tokensOf(readSecret(dataFolder), time);
}

function tokensOf(secret: Secret, time: () => number): OpenedTokens {
  if (!secret.ok) return secret;
  const { keys } = secret;
  return {
    ok: true,
    tokens: {
      sign: (user, ttlMs, rights) => sign(keys[0], user, { issuedMs: time(), ttlMs, ...rights }),
      verify: (token) => verify(keys, token, time()),
    },
  };
}

interface TokenLife {
  readonly issuedMs: number;
  readonly ttlMs: number;
}

function sign(
  key: SecretKey,
  user: string,
  { issuedMs, ttlMs, isOperator = false }: TokenLife & TokenRights,
): Promise<string> {
  assert(isUserName(user), `user ${user}: want a user name`);
  return new SignJWT(isOperator ? { operator: true } : {})
    .setProtectedHeader({ alg: ALGORITHM, kid: key.id })
    .setSubject(user)
    .setIssuedAt(Math.floor(issuedMs / 1000))
    .setExpirationTime(Math.ceil((issuedMs + ttlMs) / 1000))
    .sign(key.bytes);
}

async function verify(keys: readonly SecretKey[], token: string, nowMs: number): Promise<Verdict> {
  if (!TOKEN.test(token)) return { ok: false, reason: "malformed" };
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = keys.find(({ id }) => id === kid);
    if (key === undefined) return { ok: false, reason: "unknown_key" };
    const { payload } = await jwtVerify(token, key.bytes, {
      algorithms: [ALGORITHM],
      currentDate: new Date(nowMs),
      requiredClaims: ["sub", "exp"],
    });
    return verdictOf(payload);
  } catch (error) {
    return { ok: false, reason: refusalOf(error) };
  }
}

function verdictOf({ sub, exp, operator }: JWTPayload): Verdict {
  if (sub === undefined || exp === undefined || !isUserName(sub)) {
    return { ok: false, reason: "malformed" };
  }
  const identity = { user: sub, expiresAt: exp * 1000 };
  return { ok: true, identity: operator === true ? { ...identity, isOperator: true } : identity };
}

function refusalOf(error: unknown): TokenRefusal {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_JWT_EXPIRED") return "expired";
  if (code === "ERR_JWS_SIGNATURE_VERIFICATION_FAILED") return "bad_signature";
  return "malformed";
}
