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
 * Errors: a pattern that throws ends the process, unless it catches it; the message stays.
 */
import { current, spend } from "./current.ts";
import type { Process } from "./process.ts";
import { Timer } from "./timers.ts";
import { finished, GIVES_WAY, isWaiting, type Step, WAITS, type Waiting } from "./waiting.ts";

/** Members that must be equal, nested where given so; or a test of the whole message. */
export type Pattern<Message> =
  | { readonly [Member in keyof Message]?: Message[Member] | Pattern<Message[Member]> }
  | ((message: unknown) => boolean);

/** One way to go on. Made by `on` and `after`. */
export interface Clause<Value> {
  /** undefined: it is an `after`. */
  readonly pattern: Pattern<never> | undefined;
  readonly ms: number;
  readonly body: (message: unknown) => Value | Waiting<Value>;
}

/** Takes a message that has the members of `pattern`. The body may itself wait. */
export function on<Message, Value>(
  pattern: Pattern<Message>,
  body: (message: Message) => Value | Waiting<Value>,
): Clause<Value> {
  return { pattern: pattern as Pattern<never>, ms: 0, body: body as Clause<Value>["body"] };
}

/**
 * One clause for each message of a union, by its `type`; one that is left out does not compile.
 * What is of no such type stays where it is.
 */
export function cases<Message extends { readonly type: string }, Value>(
  bodies: Cases<Message, Value>,
): Clause<Value> {
  const isOne = (message: unknown): boolean =>
    typeof message === "object" &&
    message !== null &&
    "type" in message &&
    typeof message.type === "string" &&
    Object.hasOwn(bodies, message.type);
  const body = (message: Message) => {
    const one = bodies[message.type as Message["type"]] as (one: Message) => Value | Waiting<Value>;
    return one(message);
  };
  return on(isOne, body);
}

/** `type` → what to do with a message of that type. */
export type Cases<Message extends { readonly type: string }, Value> = {
  readonly [Type in Message["type"]]: (
    message: Extract<Message, { readonly type: Type }>,
  ) => Value | Waiting<Value>;
};

/** What to do when nothing matched for `ms` milliseconds (Infinity: wait for ever). */
export function after<Value>(ms: number, body: () => Value | Waiting<Value>): Clause<Value> {
  return { pattern: undefined, ms, body };
}

/** Pattern for every message: the catch-all clause. */
export const any = (): boolean => true;

export function receive<Message>(): Waiting<Message>;
export function receive<Value>(...clauses: readonly Clause<Value>[]): Waiting<Value>;
export function receive(...clauses: readonly Clause<unknown>[]): Waiting<unknown> {
  return clauses.length === 0 ? NEXT_MESSAGE : new Receiving(clauses);
}

/** The bare receive of every process; it keeps nothing. */
const NEXT_MESSAGE: Waiting<unknown> = {
  next(): Step<unknown> {
    const { mailbox } = current();
    if (mailbox === undefined || mailbox.size === 0) return WAITS;
    return spend() ? finished(mailbox.shift()) : GIVES_WAY;
  },
  [Symbol.iterator]: () => NEXT_MESSAGE,
};

/** One receive with clauses. */
class Receiving extends Timer implements Waiting<unknown> {
  readonly #clauses: readonly Clause<unknown>[];
  #process: Process | undefined = undefined; // Set when it begins.
  #isOver = false;
  /** The clause that has matched. */
  #matched: Clause<unknown> | undefined = undefined;
  /** What the body of that clause gives: the value, or what it waits for. */
  #value: unknown = undefined;
  /** What is waited for in the end: a body that receives again does not grow a stack. */
  #rest: Waiting<unknown> | undefined = undefined;

  constructor(clauses: readonly Clause<unknown>[]) {
    super();
    this.#clauses = clauses;
  }

  /** Waited for once more it is another receive. */
  [Symbol.iterator](): Receiving {
    return this.#process === undefined ? this : new Receiving(this.#clauses);
  }

  next(): Step<unknown> {
    for (;;) {
      const rest = this.#rest;
      if (rest !== undefined && !(rest instanceof Receiving)) return rest.next();
      const innermost = rest ?? this;
      const step = innermost.#look();
      if (step !== undefined) return step;
      const value = innermost.#value;
      if (!isWaiting(value)) return finished(value);
      this.#rest = value[Symbol.iterator]() as Waiting<unknown>;
    }
  }

  fire(): void {
    this.#isOver = true;
    this.#process?.wake();
  }

  /** undefined: a clause has matched, and its body has run. */
  #look(): Step<unknown> | undefined {
    const process = this.#process ?? this.#begin();
    if (process === undefined) return GIVES_WAY;
    const message = this.#select(process);
    if (this.#matched === undefined) {
      if (!this.#isOver) return WAITS;
      this.#matched = this.#clauses.find(isTimeout);
    }
    this.#stopTimer(process);
    this.#value = this.#matched?.body(message);
    return undefined;
  }

  #begin(): Process | undefined {
    if (!spend()) return undefined;
    const process = current();
    this.#process = process;
    const timeout = this.#clauses.find(isTimeout);
    if (timeout === undefined || timeout.ms === Number.POSITIVE_INFINITY) return process;
    this.#isOver = timeout.ms <= 0;
    if (this.#isOver) return process;
    process.runtime.setTimer(this, timeout.ms);
    process.timer = this;
    return process;
  }

  /** The message that a clause has matched. */
  #select(process: Process): unknown {
    try {
      return process.mailbox?.select(this.#matches)?.message;
    } catch (thrown) {
      this.#matched = undefined;
      this.#stopTimer(process);
      throw thrown;
    }
  }

  readonly #matches = (message: unknown): boolean => {
    this.#matched = undefined;
    for (const clause of this.#clauses) {
      if (!matches(message, clause.pattern)) continue;
      this.#matched = clause;
      return true;
    }
    return false;
  };

  #stopTimer(process: Process): void {
    if (process.timer !== this) return;
    process.runtime.cancelTimer(this);
    process.timer = undefined;
  }
}

function isTimeout({ pattern }: Clause<unknown>): boolean {
  return pattern === undefined;
}

function matches(message: unknown, pattern: Pattern<never> | undefined): boolean {
  if (pattern === undefined) return false;
  return typeof pattern === "function" ? pattern(message) : hasMembers(message, pattern);
}

function hasMembers(value: unknown, pattern: object): boolean {
  if (typeof value !== "object" || value === null) return false;
  for (const member in pattern) {
    const came = (value as { readonly [member: string]: unknown })[member];
    const wanted = (pattern as { readonly [member: string]: unknown })[member];
    if (Object.is(came, wanted)) continue;
    if (!isPlain(wanted) || !hasMembers(came, wanted)) return false;
  }
  return true;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
