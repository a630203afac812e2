/**
 * Duration: how long a token is good for, as people write it.
 *
 * Shape: a whole number and one of s, m, h, d: "30d", "12h", "15m", "90s".
 * Bound: 1 s to 3650 d; a token that outlives its server's machine is a password.
 */

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);
const DURATION_MS_MAX = 3650 * 86_400_000;

/** What a refusal says is wanted. */
export const DURATION_WANTED = "a whole number with s, m, h or d behind it, as in 12h or 30d";

/** parseDuration("12h") → 43_200_000 milliseconds; undefined for what is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^([0-9]{1,9})([smhd])$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const durationMs = Number(digits) * (UNIT_MS.get(unit) ?? 0);
  return durationMs >= 1000 && durationMs <= DURATION_MS_MAX ? durationMs : undefined;
}
