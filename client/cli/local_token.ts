/**
 * LocalToken: a token minted on the spot for a server whose data folder this user can read.
 *
 * Whoever can read the secret may speak for anyone; that is the owner of the server. The one file
 * of the client that imports from the server (STYLE.md section 2).
 */
import { type OpenedTokens, readTokens } from "../../server/auth/tokens.ts";

const TTL_MS = 24 * 3_600_000; // A command takes a moment; `watch` may stay open for a day.

/** The token, or why there is none: the folder has no secret, or one that cannot be used. */
export type LocalToken =
  | { readonly ok: true; readonly token: string }
  | Extract<OpenedTokens, { readonly ok: false }>;

/** Makes nothing: a folder without a secret is nobody's data folder. */
export async function localToken(data: string, user: string): Promise<LocalToken> {
  const opened = readTokens(data);
  return opened.ok ? { ok: true, token: await opened.tokens.sign(user, TTL_MS) } : opened;
}
