/**
 * Callback process: one that is called with each message, in order.
 *
 * The cheaper of the two kinds (no generator): servers, connections and supervisors use it.
 */
import { assert } from "../../shared/assert.ts";
import { current, currentOrNone, spend } from "./current.ts";
import { join } from "./links.ts";
import { PlainMailbox } from "./mailbox.ts";
import type { Test } from "./message_queue.ts";
import { type Outcome, Process, type ProcessOptions } from "./process.ts";
import type { Runtime } from "./runtime.ts";
import type { SpawnOptions } from "./spawn.ts";

/** Handles one message. What it throws ends the process with that reason. */
export type MessageHandler = (message: unknown) => void;

export abstract class CallbackProcess extends Process {
  abstract handle(message: unknown): void;

  get takesReplies(): boolean {
    return true;
  }

  /** Takes only messages for which `test` is true from now on; undefined: all. */
  selectOnly(test: Test | undefined): void {
    this.mailbox ??= new PlainMailbox();
    this.mailbox.selects = test;
    if (this.mailbox.size > 0) this.wake(); // Some that waited may be wanted now.
  }

  turn(): Outcome {
    const { mailbox } = this;
    if (mailbox === undefined) return "waits";
    while (mailbox.size > 0) {
      if (!spend()) return "more";
      const { selects } = mailbox;
      if (selects === undefined) this.handle(mailbox.shift());
      else {
        const selected = mailbox.select(selects);
        if (selected === undefined) return "waits";
        this.handle(selected.message);
      }
    }
    return "waits";
  }
}

/** One that is no more than a function. */
class FunctionProcess extends CallbackProcess {
  readonly #handle: MessageHandler;

  constructor(runtime: Runtime, handle: MessageHandler, options: ProcessOptions) {
    super(runtime, options);
    this.#handle = handle;
  }

  handle(message: unknown): void {
    this.#handle(message);
  }
}

/** Makes such a process. It runs first when its first message comes. */
export function startCallback(
  runtime: Runtime,
  handle: MessageHandler,
  options: SpawnOptions = {},
): CallbackProcess {
  return begin(new FunctionProcess(runtime, handle, options), options);
}

/** The common part of the start of all callback processes. */
export function begin<Kind extends CallbackProcess>(process: Kind, options: SpawnOptions): Kind {
  process.runtime.started(process);
  const parent = currentOrNone();
  if (options.link === true && parent !== undefined) join(parent, process);
  return process;
}

/**
 * From now on the calling process takes only messages for which `selects` is true; the others wait
 * in order. undefined: it takes all again. Of one message `selects` always says the same: what was
 * passed over once is not looked at again as long as the function is the same one.
 */
export function selectOnly(selects: ((message: unknown) => boolean) | undefined): void {
  const process = current();
  assert(process instanceof CallbackProcess, "selectOnly is for callback processes; use receive");
  process.selectOnly(selects);
}
