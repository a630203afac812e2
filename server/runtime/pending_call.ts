/**
 * PendingCall: one process waiting for the reply of another, by the call's ref.
 *
 * The reply reaches it past the mailbox, whatever waits there. The one that was asked has all such
 * calls in a chain, so that its end is told to those who wait; joining and leaving it cost O(1).
 */
import { Bonds } from "./bonds.ts";
import type { Process } from "./process.ts";
import type { Ref } from "./ref.ts";
import { Timer } from "./timers.ts";

export abstract class PendingCall extends Timer {
  /** Set when it asks. */
  caller: Process | undefined = undefined;
  readonly ref: Ref;
  /** Whom it asks; undefined when it waits no longer. */
  asked: Process | undefined = undefined;
  /** What became of it; undefined while it waits, or when its time is over. */
  outcome: unknown = undefined;
  #before: PendingCall | undefined = undefined;
  #after: PendingCall | undefined = undefined;

  constructor(ref: Ref) {
    super();
    this.ref = ref;
  }

  /** Its time is over. */
  fire(): void {
    this.leave();
    this.caller?.wake();
  }

  /** From now on `caller` waits for `asked`. */
  join(caller: Process, asked: Process): void {
    this.caller = caller;
    asked.bonds ??= new Bonds();
    const first = asked.bonds.calls;
    this.asked = asked;
    this.#after = first;
    if (first !== undefined) first.#before = this;
    asked.bonds.calls = this;
    caller.timer = this;
    caller.deaf = true;
  }

  /** It waits no longer, whatever the reason. */
  leave(): void {
    const { asked, caller } = this;
    if (asked === undefined || caller === undefined) return;
    this.asked = undefined;
    if (this.#after !== undefined) this.#after.#before = this.#before;
    if (this.#before !== undefined) this.#before.#after = this.#after;
    else if (asked.bonds !== undefined) asked.bonds.calls = this.#after;
    this.#before = undefined;
    this.#after = undefined;
    caller.runtime.cancelTimer(this);
    caller.timer = undefined;
    caller.deaf = false;
  }

  /** The reply, or why there will be none. */
  answer(outcome: unknown): void {
    if (this.asked === undefined) return;
    this.leave();
    this.outcome = outcome;
    this.caller?.wake();
  }

  /** All that wait for `process`, in the order in which they asked. */
  static of({ bonds }: Process): PendingCall[] {
    const calls: PendingCall[] = [];
    for (let next = bonds?.calls; next !== undefined; next = next.#after) calls.push(next);
    return calls.reverse();
  }
}
