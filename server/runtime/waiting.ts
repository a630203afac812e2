/**
 * Waiting: what a process's body yields to the runtime while it waits.
 *
 * A body is a generator, or anything else that is an iterator; the parts of it that wait are
 * reached by `yield*`. By what comes up the runtime knows a process that waits, which only
 * `receive` and `call` say, from one that gives way to the others, as by a bare `yield`.
 * Cost: the results below are always the same objects, so that waiting allocates nothing.
 */

/** A step of a body that is not its last, or its last with what it gives. */
export type Step<Value> = IteratorResult<undefined, Value>;

/** A piece of a body that may wait, and what it gives: a generator, a receive, a call. */
export interface Waiting<Value> {
  next(): Step<Value>;
  [Symbol.iterator](): Iterator<undefined, Value, undefined>;
}

/** What runs in a process: `function* () { for (;;) handle(yield* receive()); }` */
export type Body = () => Waiting<void>;

/** What comes up of a process that waits; undefined to all who see its type. */
export const WAITING = Symbol("waiting") as unknown as undefined;

/** The process waits until it is woken. */
export const WAITS: IteratorYieldResult<undefined> = { done: false, value: WAITING };
/** The process gives way, though it has more to do. */
export const GIVES_WAY: IteratorYieldResult<undefined> = { done: false, value: undefined };

const DONE: { done: true; value: unknown } = { done: true, value: undefined };

/** The wait is over with this value; who asked takes it before anything else runs. */
export function finished(value: unknown): IteratorReturnResult<never> {
  DONE.value = value;
  return DONE as IteratorReturnResult<never>;
}

/** Whether a clause's body has given back something to wait for instead of a value. */
export function isWaiting(value: unknown): value is Waiting<unknown> {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) return false;
  return "next" in value && typeof value.next === "function";
}
