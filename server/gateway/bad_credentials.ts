/**
 * BadCredentials: how often of late each address has come with credentials that were bad or
 * missing, so that tokens cannot be tried by the thousand.
 *
 * Bound: BAD_CREDENTIALS_PER_MIN from one address; of IPv6 one network of 64 bits is one address,
 *        for that many its owner has. Addresses that have been good for a minute are forgotten.
 * Source: PROTOCOL.md section 7.
 */
import { BAD_CREDENTIALS_PER_MIN } from "../../shared/protocol/limits.ts";
import { RateLimits } from "../../shared/rate_limit.ts";

const IPV6_GROUPS = 8;
const NETWORK_GROUPS = 4;

/** Those of one port. */
export class BadCredentials {
  readonly #limits = new RateLimits({
    perSecond: BAD_CREDENTIALS_PER_MIN / 60,
    burst: BAD_CREDENTIALS_PER_MIN,
  });

  /** One more came from there, at `now` of the runtime's clock. False: one too many. */
  allows(address: string, now: number): boolean {
    return this.#limits.take(networkOf(address), now);
  }
}

/** "2001:db8::7" → "2001:db8:0:0"; "192.0.2.1" and "::ffff:192.0.2.1" stay as they are. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":"));
  const zeros = Math.max(0, IPV6_GROUPS - head.length - tail.length);
  const groups = [...head, ...Array<string>(zeros).fill("0"), ...tail];
  return groups.slice(0, NETWORK_GROUPS).join(":");
}
