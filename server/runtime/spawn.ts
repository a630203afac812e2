/**
 * Spawn: a process from a generator, the hand-written loop of Erlang.
 *
 * The body is a generator function; it waits by `yield* receive(…)` and `yield* call(…)`. It ends
 * with reason "normal" when it returns, and with what it throws when it throws.
 * Order: spawning is asynchronous: the body begins in a later turn of its own.
 */
import { current, currentOrNone } from "./current.ts";
import { join } from "./links.ts";
import type { Pid } from "./pid.ts";
import { type Outcome, Process, type ProcessOptions } from "./process.ts";
import type { Runtime } from "./runtime.ts";
import { type Body, type Step, WAITING, type Waiting } from "./waiting.ts";

/** How a process starts. */
export interface SpawnOptions extends ProcessOptions {
  /** Links it with the process that spawns it. */
  readonly link?: boolean;
}

const DEFAULTS: SpawnOptions = {};

class GeneratorProcess extends Process {
  #body: Body | undefined; // Until it has begun.
  #generator: Waiting<void> | undefined = undefined;

  constructor(runtime: Runtime, body: Body, options: ProcessOptions) {
    super(runtime, options);
    this.#body = body;
  }

  get takesReplies(): boolean {
    return false;
  }

  turn(): Outcome {
    const step = this.#generator === undefined ? this.#begin() : this.#generator.next();
    if (step.done === true) return "done";
    return step.value === WAITING ? "waits" : "more";
  }

  #begin(): Step<void> {
    const generator = (this.#body as Body)();
    this.#body = undefined;
    this.#generator = generator;
    return generator.next();
  }
}

/** Starts a process in that runtime, from inside or outside of any process. */
export function spawnIn<Message>(
  runtime: Runtime,
  body: Body,
  options: SpawnOptions = DEFAULTS,
): Pid<Message> {
  const process = new GeneratorProcess(runtime, body, options);
  runtime.started(process);
  const parent = currentOrNone();
  if (options.link === true && parent !== undefined) join(parent, process);
  runtime.enqueue(process);
  return process.pid;
}

/** Starts a process in the runtime of the calling one. */
export function spawn<Message>(body: Body, options: SpawnOptions = DEFAULTS): Pid<Message> {
  return spawnIn(current().runtime, body, options);
}

/** As spawn, linked with the calling process. */
export function spawnLink<Message>(body: Body, options: SpawnOptions = DEFAULTS): Pid<Message> {
  return spawn(body, { ...options, link: true });
}

/** The pid of the calling process. */
export function self<Message>(): Pid<Message> {
  return current().pid;
}
