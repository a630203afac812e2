/**
 * CallsInFlight: the requests of one connection that have no answer yet.
 *
 * Owner: one connection's process. A call is found by its request id (is it a duplicate?) and, once
 *        a list's process was asked, by the ref of that question. A cast has no id and counts as
 *        well.
 * Bound: IN_FLIGHT_MAX, kept by the connection, which reads no further.
 */
import type { RequestId } from "../../shared/protocol/json_rpc.ts";
import { METHODS, type MethodName } from "../../shared/protocol/methods.ts";
import type { Pid, Ref } from "../runtime/index.ts";

export interface CallInFlight {
  /** undefined: a cast, never answered. */
  readonly id: RequestId | undefined;
  readonly method: MethodName;
  /** The list it is about, if it is about one. */
  readonly list: string | undefined;
  /** The moment of the runtime's clock at which it was read. */
  readonly readAt: number;
  /** The moment at which it is answered `timeout`. */
  readonly deadline: number;
  /** Who was asked; set with the ref. */
  server: Pid | undefined;
  ref: Ref | undefined;
}

/** The table of one connection. */
export class CallsInFlight {
  readonly #all = new Set<CallInFlight>();
  readonly #ids = new Set<RequestId>();
  readonly #byRef = new Map<Ref, CallInFlight>();

  get size(): number {
    return this.#all.size;
  }

  hasId(id: RequestId): boolean {
    return this.#ids.has(id);
  }

  add(call: CallInFlight): void {
    this.#all.add(call);
    if (call.id !== undefined) this.#ids.add(call.id);
  }

  /** Its answer will come with `ref`, from `server`; undefined: from the log. */
  asked(call: CallInFlight, ref: Ref, server: Pid | undefined): void {
    if (call.ref !== undefined) this.#byRef.delete(call.ref);
    call.ref = ref;
    call.server = server;
    this.#byRef.set(ref, call);
  }

  /** The call an answer belongs to; undefined: it was given up, the answer is late. */
  of(ref: Ref): CallInFlight | undefined {
    return this.#byRef.get(ref);
  }

  remove(call: CallInFlight): void {
    this.#all.delete(call);
    if (call.id !== undefined) this.#ids.delete(call.id);
    if (call.ref !== undefined) this.#byRef.delete(call.ref);
  }

  /** Whether a `subscribe` to that list has no answer yet. */
  isSubscribing(list: string): boolean {
    for (const call of this.#all) {
      if (call.method === "subscribe" && call.list === list) return true;
    }
    return false;
  }

  /** Whether a write that came before `call` has no answer yet. */
  hasWriteBefore(call: CallInFlight): boolean {
    for (const earlier of this.#all) {
      if (earlier === call) return false;
      if (METHODS[earlier.method].write) return true;
    }
    return false;
  }

  overdue(now: number): CallInFlight[] {
    return [...this.#all].filter(({ deadline }) => deadline <= now);
  }

  askedOf(server: Pid): CallInFlight[] {
    return [...this.#all].filter((call) => call.server === server);
  }
}
