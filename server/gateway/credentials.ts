/**
 * Credentials: where an upgrade carries its token.
 *
 * Shape:  `Authorization: Bearer TOKEN`, or an offered subprotocol `todo.bearer.TOKEN` for pages,
 *         which cannot set headers. Never in the URL.
 * Source: PROTOCOL.md section 1, credentials.
 */
import type { IncomingHttpHeaders } from "node:http";
import { BEARER_PREFIX } from "../../shared/protocol/version.ts";

const BEARER = /^Bearer +([A-Za-z0-9._~-]+)$/i;

/** undefined: none came, or none that could be one. */
export function tokenOf(
  headers: IncomingHttpHeaders,
  offered: readonly string[],
): string | undefined {
  if (headers.authorization !== undefined) return BEARER.exec(headers.authorization)?.[1];
  const bearer = offered.find((protocol) => protocol.startsWith(BEARER_PREFIX));
  return bearer?.slice(BEARER_PREFIX.length);
}

/** "a, b" → ["a", "b"]; the subprotocols a client offers, in order. */
export function offeredProtocols(headers: IncomingHttpHeaders): string[] {
  const offered = headers["sec-websocket-protocol"] ?? "";
  return offered
    .split(",")
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== "");
}
