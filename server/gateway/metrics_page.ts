/**
 * MetricsPage: `/metrics`: what it shows is the application's; who may see it is decided here.
 *
 * Bound: from the server's own machine anybody; from elsewhere, and whenever a proxy has passed the
 *        request on, for its address is then the proxy's, an operator's token is wanted.
 * Source: PROTOCOL.md section 7.
 */
import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIPv6 } from "node:net";
import type { Identity } from "../auth/identity.ts";

/** What the page shows. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

/** One answer of the port. `headers` beside the content's type and length. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Headers by which a proxy says that it has passed a request on. */
const PASSED_ON = ["forwarded", "via", "x-forwarded-for", "x-real-ip"] as const;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** By which this machine is called from itself; a page that rebinds its name has another. */
const LOOPBACK_HOST = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?$/;

/** Whether a request from there must show an operator's token. */
export function needsOperator(address: string, headers: IncomingHttpHeaders): boolean {
  if (PASSED_ON.some((name) => headers[name] !== undefined)) return true;
  if (headers.origin !== undefined || !LOOPBACK_HOST.test(headers.host ?? "")) return true;
  return !loopback.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Why who came may not see it; undefined: an operator. */
export function refusalOf(identity: Identity | "too_many" | undefined): Page | undefined {
  if (identity === "too_many") {
    return { status: 429, text: "Too many bad tokens came from this address; wait a minute.\n" };
  }
  if (identity === undefined) {
    const text = "An operator's token is wanted: send it as `Authorization: Bearer TOKEN`.\n";
    return { status: 401, text, headers: { "www-authenticate": "Bearer" } };
  }
  if (identity.isOperator === true) return undefined;
  return { status: 403, text: "Only operators may read the metrics from here.\n" };
}
