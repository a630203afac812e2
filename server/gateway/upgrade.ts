/**
 * Upgrade: what becomes of a request to `/socket`, decided before any list is touched.
 *
 * Pure: the request's parts and the verdict on its token, in; what to answer, out.
 * Order: path, token in the URL, origin, subprotocol, credentials.
 * Source: PROTOCOL.md section 1; section 7 for the 429.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { CloseCode } from "../../shared/protocol/close_codes.ts";
import { BEARER_PREFIX, SUBPROTOCOL } from "../../shared/protocol/version.ts";
import type { Identity } from "../auth/identity.ts";
import { offeredProtocols } from "./credentials.ts";

/** Where the WebSocket endpoint is. */
const PATH = "/socket";

export interface UpgradeRequest {
  /** Path and query: "/socket?x=1". */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly isAllowedOrigin: (origin: string) => boolean;
}

/**
 * http: refused, with that status and sentence. close: accepted, then at once `bye` and that code.
 * accept: the connection begins. `protocol`: what the 101 names; undefined: none was offered.
 */
export type UpgradeAnswer =
  | { readonly kind: "http"; readonly status: number; readonly sentence: string }
  | { readonly kind: "close"; readonly code: CloseCode; readonly protocol: string }
  | {
      readonly kind: "accept";
      readonly identity: Identity;
      readonly protocol: string | undefined;
    };

/** What can be said without looking at the credentials; undefined: they decide. */
export function refusalOf(request: UpgradeRequest): UpgradeAnswer | undefined {
  const url = URL.parse(request.url, "http://server");
  if (url?.pathname !== PATH) return http(404, `The WebSocket endpoint is ${PATH}.`);
  if (url.searchParams.has("token")) {
    return http(
      400,
      "A token is never given in the URL: send it as `Authorization: Bearer TOKEN`.",
    );
  }
  const { origin } = request.headers;
  if (origin !== undefined && !request.isAllowedOrigin(origin)) {
    return http(403, "Pages of this origin may not use this server.");
  }
  const offered = offeredProtocols(request.headers);
  const versions = offered.filter((protocol) => !protocol.startsWith(BEARER_PREFIX));
  if (versions.length === 0 && offered.length > 0) {
    return http(400, `Offer ${SUBPROTOCOL} beside the token.`);
  }
  const [first] = versions;
  if (first === undefined || versions.includes(SUBPROTOCOL)) return undefined;
  return { kind: "close", code: 4406, protocol: first };
}

/**
 * The rest. `identity` is whom the token speaks for; undefined: it was bad or missing; "too_many":
 * it was so once more, after too many such from that address.
 */
export function answerTo(
  request: UpgradeRequest,
  identity: Identity | "too_many" | undefined,
): UpgradeAnswer {
  if (identity === "too_many") {
    return http(429, "Too many bad tokens came from this address; come back in a minute.");
  }
  const isOffered = offeredProtocols(request.headers).includes(SUBPROTOCOL);
  const protocol = isOffered ? SUBPROTOCOL : undefined;
  if (identity !== undefined) return { kind: "accept", identity, protocol };
  if (protocol !== undefined) return { kind: "close", code: 4401, protocol };
  return http(401, "A valid token is wanted: send it as `Authorization: Bearer TOKEN`.");
}

function http(status: number, sentence: string): UpgradeAnswer {
  return { kind: "http", status, sentence };
}
