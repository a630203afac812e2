/**
 * Receive: wait for a message and take it out of the mailbox.
 *
 *     const message = yield* receive<Message>();               // the next one, whatever it is
 *     const reply = yield* receive(
 *       on({ type: "todo_entries" }, ({ entries }: Entries) => entries),
 *       after(5000, () => ({ ok: false, error: "timeout" })),
 *     );
 *
 * Order: the first message in the mailbox that any clause matches, by the first clause that does.
 * What no clause matches stays where it was. The time of `after` runs from the start of the
 * receive; messages that do not match do not prolong it; `after(0, …)` looks once.
 */
import { current, type Process } from "./process.ts";
import type { Waiting } from "./spawn.ts";

/** Members that must be equal, nested where given so; or a test of the whole message. */
export type Pattern<Message> =
  | { readonly [Member in keyof Message]?: Message[Member] | Pattern<Message[Member]> }
  | ((message: unknown) => boolean);

/** One way to go on. Made by `on` and `after`. */
export interface Clause<Value> {
  readonly kind: "on" | "after";
  readonly matches: (message: unknown) => boolean;
  readonly ms: number;
  readonly body: (message: unknown) => Value | Waiting<Value>;
}

/** Takes a message that has the members of `pattern`. The body may itself wait. */
export function on<Message, Value>(
  pattern: Pattern<Message>,
  body: (message: Message) => Value | Waiting<Value>,
): Clause<Value> {
  const matches = isTest(pattern) ? pattern : (message: unknown) => hasMembers(message, pattern);
  return { kind: "on", matches, ms: 0, body: body as (message: unknown) => Value };
}

/** What to do when nothing matched for `ms` milliseconds (Infinity: wait for ever). */
export function after<Value>(ms: number, body: () => Value | Waiting<Value>): Clause<Value> {
  return { kind: "after", matches: () => false, ms, body };
}

/** Pattern for every message: the catch-all clause. */
export const any = (): boolean => true;

export function receive<Message>(): Waiting<Message>;
export function receive<Value>(...clauses: readonly Clause<Value>[]): Waiting<Value>;
export function* receive(...clauses: readonly Clause<unknown>[]): Waiting<unknown> {
  const process = current();
  process.budget -= 1;
  if (process.budget <= 0) yield; // Others have their turn; this process comes again.
  if (clauses.length > 0) return yield* receiveMatching(process, clauses);
  while (process.mailboxSize === 0) yield* park(process);
  return process.mailbox?.shift();
}

function* receiveMatching(process: Process, clauses: readonly Clause<unknown>[]): Waiting<unknown> {
  const timeout = clauses.find(({ kind }) => kind === "after");
  const deadline = timeout === undefined ? undefined : startTimer(process, timeout.ms);
  let place = 0; // Messages before it match no clause; they are not looked at again.
  for (;;) {
    for (; place < process.mailboxSize; place++) {
      const message = process.mailbox?.peek(place);
      const clause = clauses.find(({ matches }) => matches(message));
      if (clause === undefined) continue;
      process.mailbox?.take(place);
      stopTimer(process);
      return yield* finish(clause.body(message));
    }
    if (deadline?.over === true && timeout !== undefined) {
      return yield* finish(timeout.body(undefined));
    }
    yield* park(process);
  }
}

/** Waits until something wakes the process. */
export function* park(process: Process): Waiting<void> {
  process.budget = Math.max(process.budget, 1); // It waits: it does not ask for another turn.
  yield;
}

/** A deadline of the waiting process; ms <= 0 is over at once. */
export function startTimer(process: Process, ms: number): { over: boolean } {
  const deadline = { over: ms <= 0 };
  if (deadline.over || ms === Number.POSITIVE_INFINITY) return deadline;
  process.timer = process.runtime.addTimer(process.runtime.clock.now() + ms, () => {
    deadline.over = true;
    process.timer = undefined;
    process.wake();
  });
  return deadline;
}

/** Calls the deadline off, if there is one. */
export function stopTimer(process: Process): void {
  if (process.timer === undefined) return;
  process.runtime.timers.cancel(process.timer);
  process.timer = undefined;
}

function* finish(value: unknown): Waiting<unknown> {
  return isWaiting(value) ? yield* value : value;
}

function isWaiting(value: unknown): value is Waiting<unknown> {
  return Object.prototype.toString.call(value) === "[object Generator]";
}

function isTest(pattern: unknown): pattern is (message: unknown) => boolean {
  return typeof pattern === "function";
}

function hasMembers(value: unknown, pattern: object): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(pattern).every(([member, wanted]) => {
    const came = (value as { readonly [member: string]: unknown })[member];
    if (Object.is(came, wanted)) return true;
    return isPlain(wanted) && hasMembers(came, wanted);
  });
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
