/**
 * Send: put a message into another process's mailbox; now, or after a time.
 *
 * Order: two messages from one process to another arrive in the order sent.
 */
import { current, currentOrNone } from "./current.ts";
import { checkData } from "./isolation.ts";
import type { Admission } from "./mailbox_bound.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Runtime } from "./runtime.ts";
import { CallbackTimer } from "./timers.ts";

/**
 * False: its mailbox is bounded and full, nothing was sent; the sender knows what overload means
 * for it. True says nothing about the future: to a dead process it is true as well, and the message
 * is gone. Messages are plain data; whoever sent one does not change it afterwards.
 */
export function send<Message>(pid: Pid<Message>, message: Message): boolean {
  const { process } = pid;
  if (process === undefined) return true;
  checkData(process.runtime, message);
  return post(process, message) !== "refused";
}

/** Delivers what a process sends, if the mailbox takes it; `waits`: and waits for its answer. */
export function post(process: Process, message: unknown, waits = false): Admission {
  const { mailbox } = process;
  if (mailbox !== undefined && mailbox.bound !== undefined) {
    const admission = mailbox.bound.admit(process, currentOrNone(), waits);
    if (admission !== "in") return admission;
  }
  process.deliver(message);
  return "in";
}

/** A message on its way; only for `cancelTimer` and `readTimer`. */
export interface Sending {
  readonly runtime: Runtime;
  readonly timer: CallbackTimer;
}

/** Sends `message` to `pid` after `ms`; it outlives the process that asked for it. */
export function sendAfter<Message>(pid: Pid<Message>, message: Message, ms: number): Sending {
  return sendAfterIn(current().runtime, { pid, message, ms });
}

export function sendAfterIn<Message>(
  runtime: Runtime,
  { pid, message, ms }: { readonly pid: Pid<Message>; readonly message: Message; ms: number },
): Sending {
  checkData(runtime, message);
  // A timer is a system signal: it gets into a full mailbox too.
  const timer = new CallbackTimer(() => pid.process?.deliver(message));
  runtime.setTimer(timer, ms);
  return { runtime, timer };
}

/** Milliseconds that were left; undefined when it had been sent or cancelled already. */
export function cancelTimer(sending: Sending): number | undefined {
  const left = readTimer(sending);
  sending.runtime.cancelTimer(sending.timer);
  return left;
}

/** Milliseconds left; undefined when it has been sent or cancelled. */
export function readTimer({ runtime, timer }: Sending): number | undefined {
  if (!timer.isSet) return undefined;
  if (timer.deadline === undefined) return timer.ms; // Its time has not begun.
  return Math.max(0, timer.deadline - runtime.clock.now());
}
