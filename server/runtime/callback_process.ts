/**
 * Callback process: one that is a function called with each message, in order.
 *
 * The cheaper of the two kinds (no generator): servers, connections and supervisors use it.
 */
import { join } from "./links.ts";
import { type Behaviour, current, currentOrNone, type Process } from "./process.ts";
import type { Runtime, SpawnOptions } from "./runtime.ts";

/** Handles one message. What it throws ends the process with that reason. */
export type MessageHandler = (message: unknown) => void;

/** What a server lets be seen of itself. */
export interface Inspected {
  readonly state: unknown;
  readonly suspended: boolean;
}

/** Calls `handle` with each message. */
export class CallbackBehaviour implements Behaviour {
  readonly takesReplies = true;
  /** Another one while the process is traced. */
  handle: MessageHandler;
  /** Set: it understands system messages. */
  server: Inspected | undefined = undefined;

  constructor(handle: MessageHandler) {
    this.handle = handle;
  }

  turn(process: Process): boolean {
    const { mailbox } = process;
    while (mailbox !== undefined && mailbox.size > 0) {
      if (process.budget === 0) return true;
      process.budget -= 1;
      if (process.selects === undefined) this.handle(mailbox.shift());
      else {
        const selected = mailbox.select(process.selects);
        if (selected === undefined) return false;
        this.handle(selected.message);
      }
    }
    return false;
  }
}

/** Makes such a process. It runs first when its first message comes. */
export function startCallback(
  runtime: Runtime,
  handle: MessageHandler,
  options: SpawnOptions = {},
): Process {
  const process = runtime.start(new CallbackBehaviour(handle), options);
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
  current().selects = selects;
}
