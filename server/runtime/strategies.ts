/**
 * Strategies: which children begin again when one of them has failed.
 *
 * Source: OTP supervisor(3), "Restart strategy".
 */

/**
 * one_for_one: that child alone; rest_for_one: also those started after it; one_for_all: every one.
 */
export type Strategy = "one_for_one" | "rest_for_one" | "one_for_all";

/** ("rest_for_one", [a, b, c], b) → [b, c] */
export function groupOf<Child>(
  strategy: Strategy,
  children: Iterable<Child>,
  failed: Child,
): readonly Child[] {
  switch (strategy) {
    case "one_for_one":
      return [failed];
    case "rest_for_one": {
      const all = [...children];
      return all.slice(all.indexOf(failed));
    }
    case "one_for_all":
      return [...children];
  }
}
