/**
 * Secret file: the keys that sign this server's tokens, in `secret` of the data folder.
 *
 * Shape: a JWK set (RFC 7517) of symmetric keys, `{"keys":[{"kty":"oct","kid","alg","k"}]}`. The
 *        first signs, all verify, so that a key can be replaced without ending the tokens it
 *        signed.
 * Owner: whoever starts first in a data folder makes it: written aside, then linked into place,
 *        which fails when it is there already. Two starters therefore end up with the same secret.
 * Bound: mode 0600; a file that others may read is refused, for it is no secret any more.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { makeDataFolder } from "../storage/data_folder.ts";

const KEY_BYTES = 32; // As long as the hash: RFC 7518 §3.2 wants no less for HS256.
const KEY_ID_BYTES = 6; // Only tells a handful of keys apart.
const OTHERS_MODE = 0o077;

/** One key: `id` is named in the tokens it signs. */
export interface SecretKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}
/** `absent`: no such file. `unreadable`: there is one, and `message` says what is wrong. */
export type Secret =
  | { readonly ok: true; readonly keys: readonly [SecretKey, ...SecretKey[]] }
  | { readonly ok: false; readonly reason: "absent" | "unreadable"; readonly message: string };

/** Reads the folder's secret, making folder and secret when they are not there. */
export function openSecret(dataFolder: string): Secret {
  const found = readSecret(dataFolder);
  if (found.ok || found.reason !== "absent") return found;
  try {
    createSecret(dataFolder);
  } catch (error) {
    return refusal(dataFolder, `could not be made (${codeOf(error)}); name a folder you may write`);
  }
  return readSecret(dataFolder);
}

/** Reads the folder's secret; makes nothing. */
export function readSecret(dataFolder: string): Secret {
  let text: string;
  try {
    const file = openSync(secretPath(dataFolder), "r");
    try {
      const mode = fstatSync(file).mode;
      if (process.platform !== "win32" && (mode & OTHERS_MODE) !== 0) {
        return refusal(
          dataFolder,
          "may be read by others; make it mode 0600, or delete it for a new one",
        );
      }
      text = readFileSync(file, "utf8");
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "ENOTDIR")
      return refusal(dataFolder, `could not be read (${code})`);
    return { ok: false, reason: "absent", message: `There is no ${secretPath(dataFolder)}.` };
  }
  const keys = parseKeys(text);
  if (keys === undefined) return refusal(dataFolder, "holds no keys; delete it for a new one");
  return { ok: true, keys };
}

function createSecret(dataFolder: string): void {
  makeDataFolder(dataFolder);
  const aside = join(dataFolder, `secret.${randomBytes(8).toString("hex")}.tmp`);
  const file = openSync(aside, "wx", 0o600);
  try {
    writeFileSync(file, newKeySet());
    fsyncSync(file);
    linkSync(aside, secretPath(dataFolder));
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error; // Somebody was quicker: theirs it is.
  } finally {
    closeSync(file);
    unlinkSync(aside);
  }
  syncFolder(dataFolder);
}

/** Makes the file's name durable too: tokens are handed out that only this secret can verify. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return; // Folders cannot be opened there.
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function newKeySet(): string {
  const kid = randomBytes(KEY_ID_BYTES).toString("base64url");
  const k = randomBytes(KEY_BYTES).toString("base64url");
  return `${JSON.stringify({ keys: [{ kty: "oct", kid, alg: "HS256", k }] })}\n`;
}

function parseKeys(text: string): [SecretKey, ...SecretKey[]] | undefined {
  let set: { keys?: unknown } | null;
  try {
    set = JSON.parse(text) as { keys?: unknown } | null;
  } catch {
    return undefined;
  }
  if (!Array.isArray(set?.keys)) return undefined;
  const keys = set.keys.map(parseKey);
  const [first, ...others] = keys.filter((key) => key !== undefined);
  return first === undefined || others.length + 1 < keys.length ? undefined : [first, ...others];
}

function parseKey(jwk: { kid?: unknown; k?: unknown } | null): SecretKey | undefined {
  if (typeof jwk?.kid !== "string" || typeof jwk.k !== "string") return undefined;
  const bytes = Buffer.from(jwk.k, "base64url");
  return bytes.length >= KEY_BYTES ? { id: jwk.kid, bytes } : undefined;
}

function refusal(dataFolder: string, what: string): Secret {
  return {
    ok: false,
    reason: "unreadable",
    message: `The secret ${secretPath(dataFolder)} ${what}.`,
  };
}

function secretPath(dataFolder: string): string {
  return join(dataFolder, "secret");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
