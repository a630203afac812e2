/**
 * Send: put a message into another process's mailbox; now, or after a time.
 *
 * Order: two messages from one process to another arrive in the order sent.
 */
import type { Pid } from "./pid.ts";
import { current } from "./process.ts";
import type { Runtime } from "./runtime.ts";
import type { Timer } from "./timers.ts";

/**
 * False: its mailbox is bounded and full, nothing was sent; the sender knows what overload means
 * for it. True says nothing about the future: to a dead process it is true as well, and the message
 * is gone. Messages are plain data; whoever sent one does not change it afterwards.
 */
export function send<Message>(pid: Pid<Message>, message: Message): boolean {
  const { process } = pid;
  if (process === undefined) return true;
  if (process.mailboxSize >= process.mailboxMax) return false;
  process.deliver(message);
  return true;
}

/** A message on its way; only for `cancelTimer` and `readTimer`. */
export interface Sending {
  readonly runtime: Runtime;
  readonly timer: Timer;
}

/** Sends `message` to `pid` after `ms`; it outlives the process that asked for it. */
export function sendAfter<Message>(pid: Pid<Message>, message: Message, ms: number): Sending {
  return sendAfterIn(current().runtime, { pid, message, ms });
}

export function sendAfterIn<Message>(
  runtime: Runtime,
  { pid, message, ms }: { readonly pid: Pid<Message>; readonly message: Message; ms: number },
): Sending {
  // A timer is a system signal: it gets into a full mailbox too.
  const fire = () => pid.process?.deliver(message);
  return { runtime, timer: runtime.addTimer(runtime.clock.now() + ms, fire) };
}

/** Milliseconds that were left; undefined when it had been sent or cancelled already. */
export function cancelTimer({ runtime, timer }: Sending): number | undefined {
  if (!runtime.timers.cancel(timer)) return undefined;
  return Math.max(0, timer.deadline - runtime.clock.now());
}

/** Milliseconds left; undefined when it has been sent or cancelled. */
export function readTimer({ runtime, timer }: Sending): number | undefined {
  return timer.place < 0 ? undefined : Math.max(0, timer.deadline - runtime.clock.now());
}
