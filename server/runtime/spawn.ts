/**
 * Spawn: a process from a generator, the hand-written loop of Erlang.
 *
 * The body is a generator function; it waits by `yield* receive(…)` and `yield* call(…)`. It ends
 * with reason "normal" when it returns, and with what it throws when it throws.
 * Order: spawning is asynchronous: the body begins in a later turn of its own.
 */
import { exit } from "./exits.ts";
import { join } from "./links.ts";
import type { Pid } from "./pid.ts";
import { type Behaviour, current, currentOrNone, type Process } from "./process.ts";
import type { Runtime, SpawnOptions } from "./runtime.ts";

/** What runs in a process: `function* () { for (;;) handle(yield* receive()); }` */
export type Body = () => Waiting<void>;
/** A piece of a body that may wait, and what it gives in the end. */
export type Waiting<Value> = Generator<undefined, Value, undefined>;

class GeneratorBehaviour implements Behaviour {
  readonly takesReplies = false;
  readonly #body: Body;
  #generator: Waiting<void> | undefined;

  constructor(body: Body) {
    this.#body = body;
  }

  turn(process: Process): boolean {
    this.#generator ??= this.#body();
    const { done } = this.#generator.next();
    if (done === true) exit("normal");
    return process.budget <= 0; // It gave way though messages may be waiting.
  }
}

/** Starts a process in that runtime, from inside or outside of any process. */
export function spawnIn<Message>(
  runtime: Runtime,
  body: Body,
  options: SpawnOptions = {},
): Pid<Message> {
  const process = runtime.start(new GeneratorBehaviour(body), options);
  const parent = currentOrNone();
  if (options.link === true && parent !== undefined) join(parent, process);
  runtime.enqueue(process);
  return process.pid;
}

/** Starts a process in the runtime of the calling one. */
export function spawn<Message>(body: Body, options: SpawnOptions = {}): Pid<Message> {
  return spawnIn(current().runtime, body, options);
}

/** As spawn, linked with the calling process. */
export function spawnLink<Message>(body: Body, options: SpawnOptions = {}): Pid<Message> {
  return spawn(body, { ...options, link: true });
}

/** The pid of the calling process. */
export function self<Message>(): Pid<Message> {
  return current().pid;
}
