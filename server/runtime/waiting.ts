/**
 * Waiting: what a process's body yields to the runtime while it waits.
 *
 * A body is a generator, or anything else with a `next`; the parts of it that wait are reached by
 * `yield*`, which hands up the very object that it was given. So the runtime knows WAITS, which
 * only `receive` and `call` give, from a bare `yield`, by which a body gives way to the others.
 * Cost: the results below are always the same objects, so that waiting allocates nothing.
 */

/** A step of a body that is not its last, or its last with what it gives. */
export type Step<Value> = IteratorResult<undefined, Value>;

/** A piece of a body that may wait, and what it gives in the end. Made by a generator function. */
export interface Waiting<Value> {
  next(): Step<Value>;
  [Symbol.iterator](): Iterator<undefined, Value, undefined>;
}

/** What runs in a process: `function* () { for (;;) handle(yield* receive()); }` */
export type Body = () => Waiting<void>;

/** The process waits until it is woken. */
export const WAITS: IteratorYieldResult<undefined> = { done: false, value: undefined };
/** The process gives way, though it has more to do. */
export const GIVES_WAY: IteratorYieldResult<undefined> = { done: false, value: undefined };

const DONE: { done: true; value: unknown } = { done: true, value: undefined };

/** The wait is over with this value; who asked takes it before anything else runs. */
export function finished(value: unknown): IteratorReturnResult<never> {
  DONE.value = value;
  return DONE as IteratorReturnResult<never>;
}

/** Whether a clause's body has given back something to wait for instead of a value. */
export function isGenerator(value: unknown): value is Waiting<unknown> {
  if (typeof value !== "object" || value === null) return false;
  return Object.prototype.toString.call(value) === "[object Generator]";
}
