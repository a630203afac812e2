/**
 * Ref: a value that is made once and never again by the same program; names calls
 * and monitors.
 *
 * Shape: an integer above zero. Plain data; compare with `===`.
 */
declare const brand: unique symbol;

/** One call, one monitor or one request: whatever must not be taken for another of its kind. */
export type Ref = number & { readonly [brand]: "ref" };

let last = 0;

/** A new ref, greater than every earlier one. */
export function makeRef(): Ref {
  last += 1;
  return last as Ref;
}
