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

class CallbackBehaviour implements Behaviour {
  readonly takesReplies = true;
  readonly handle: MessageHandler;

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
        const place = firstSelected(process, process.selects);
        if (place < 0) return false;
        this.handle(mailbox.take(place));
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
 * in order. undefined: it takes all again.
 */
export function selectOnly(selects: ((message: unknown) => boolean) | undefined): void {
  current().selects = selects;
}

function firstSelected(process: Process, selects: (message: unknown) => boolean): number {
  for (let place = 0; place < process.mailboxSize; place++) {
    if (selects(process.mailbox?.peek(place))) return place;
  }
  return -1;
}
