/**
 * BadCredentials: a hundred a minute from one address, and the rest is refused.
 */
import { expect, test } from "vitest";
import { BadCredentials } from "../../server/gateway/bad_credentials.ts";

/** How many of `count` that come at once are allowed. */
function allowed(bad: BadCredentials, addresses: readonly string[], now = 0): number {
  return addresses.filter((address) => bad.allows(address, now)).length;
}

const times = (count: number, address: string) => Array.from({ length: count }, () => address);

test("a hundred at once, and one more every 600 ms", () => {
  const bad = new BadCredentials();
  expect(allowed(bad, times(150, "192.0.2.1"))).toBe(100);
  expect(allowed(bad, times(10, "192.0.2.1"), 600)).toBe(1);
  expect(allowed(bad, times(150, "192.0.2.1"), 60_600)).toBe(100);
});

test("each address has its own", () => {
  const bad = new BadCredentials();
  allowed(bad, times(150, "::ffff:192.0.2.1"));
  expect(bad.allows("::ffff:192.0.2.2", 0)).toBe(true);
  expect(bad.allows("192.0.2.1", 0)).toBe(true);
});

test("the addresses of one IPv6 network are one", () => {
  const bad = new BadCredentials();
  const network = Array.from({ length: 150 }, (_, index) => `2001:db8:0:7::${index}`);
  expect(allowed(bad, network)).toBe(100);
  expect(bad.allows("2001:db8:0:7:1:2:3:4", 0)).toBe(false);
  expect(bad.allows("2001:db8::7:1:2:3:4", 0)).toBe(false); // The same network, written shorter.
  expect(bad.allows("2001:db8:0:8::1", 0)).toBe(true);
  expect(bad.allows("2001:db8::1", 0)).toBe(true);
  expect(bad.allows("::1", 0)).toBe(true);
});
