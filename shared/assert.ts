/**
 * assert: says what must hold here; when it does not, the program is wrong and the process exits.
 *
 * For bugs only. What a caller may get wrong is an expected outcome and comes back as a value.
 */

/** assert(size >= 0, `size ${size}: want >= 0`); the message says what was wanted and what came. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
