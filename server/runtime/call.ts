/**
 * Call: ask a server process and wait for its answer; the answer is a value, whatever happens.
 *
 * A call is a monitor, a ref and a timeout. The reply goes to the caller by its ref, past the
 * mailbox, so that it costs the same with ten thousand other messages waiting; a reply that comes
 * after the call was given up is dropped (Erlang: process aliases).
 */
import { assert } from "../../shared/assert.ts";
import type { AnswerTo, BarePid, ServerPid } from "./contract.ts";
import { current, spend } from "./current.ts";
import { type ExitReason, reasonOf } from "./exit_reason.ts";
import { callAtEnd } from "./exits.ts";
import { checkData, DATA } from "./isolation.ts";
import { loosen } from "./mailbox_bound.ts";
import { PendingCall } from "./pending_call.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import { makeRef, type Ref } from "./ref.ts";
import type { Runtime } from "./runtime.ts";
import { post } from "./send.ts";
import { spawnIn } from "./spawn.ts";
import { finished, GIVES_WAY, type Step, WAITS, type Waiting } from "./waiting.ts";

/** Milliseconds a caller waits for its reply; 5000, as in gen_server. */
export const CALL_TIMEOUT_MS = 5000;

/**
 * `error`: "timeout" | "overloaded" (its mailbox is full) | "noproc" (it is dead) |
 * "calling_self" | the reason with which it ended during the call.
 */
export type CallResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ExitReason };

/** Where a reply belongs: who asked, and which of its questions it was. */
export class From {
  static readonly [DATA] = true;
  readonly pid: Pid;
  readonly ref: Ref;

  constructor(pid: Pid, ref: Ref) {
    this.pid = pid;
    this.ref = ref;
  }
}

/** A question in a server's mailbox. */
export class Call<Request = unknown> {
  readonly from: From;
  readonly request: Request;

  constructor(from: From, request: Request) {
    this.from = from;
    this.request = request;
  }
}

/** An answer in the mailbox of a process that asked by `request` and goes on meanwhile. */
export class Reply<Value = unknown> {
  readonly ref: Ref;
  readonly value: Value;

  constructor(ref: Ref, value: Value) {
    this.ref = ref;
    this.value = value;
  }
}

/** Asks and waits: `const answer = yield* call(server, { type: "list" });` */
export function call<Request, const Asked extends Request>(
  pid: ServerPid<Request, never>,
  request: Asked,
  timeoutMs?: number,
): Waiting<CallResult<AnswerTo<Request, Asked>>>;
export function call<Value>(
  pid: BarePid,
  request: unknown,
  timeoutMs?: number,
): Waiting<CallResult<Value>>;
export function call(pid: Pid, request: unknown, timeoutMs = CALL_TIMEOUT_MS): Waiting<unknown> {
  return new Calling(pid, request, timeoutMs);
}

const TIMED_OUT = { ok: false, error: "timeout" } as const;

class Calling extends PendingCall implements Waiting<unknown> {
  readonly #pid: Pid;
  readonly #request: unknown;
  readonly #timeoutMs: number;
  #begun = false;

  constructor(pid: Pid, request: unknown, timeoutMs: number) {
    super(makeRef());
    this.#pid = pid;
    this.#request = request;
    this.#timeoutMs = timeoutMs;
  }

  /** Waited for once more it is another call. */
  [Symbol.iterator](): Calling {
    return this.#begun ? new Calling(this.#pid, this.#request, this.#timeoutMs) : this;
  }

  next(): Step<unknown> {
    if (!this.#begun) {
      const caller = current();
      const mayWait = !caller.takesReplies || this.#pid.process === caller;
      assert(mayWait, "a callback process cannot wait for a call; use request");
      if (!spend()) return GIVES_WAY; // A loop of calls that fail at once lets others run.
      this.#begun = true;
      this.#ask(caller);
    }
    if (this.asked !== undefined) return WAITS;
    return finished(this.outcome ?? TIMED_OUT);
  }

  #ask(caller: Process): void {
    checkData(caller.runtime, this.#request);
    const refused = this.#post(caller);
    if (refused !== undefined) this.outcome = { ok: false, error: refused };
    else if (this.#timeoutMs <= 0) this.leave();
    else if (this.#timeoutMs !== Number.POSITIVE_INFINITY) {
      caller.runtime.setTimer(this, this.#timeoutMs);
    }
  }

  /** undefined: it has been asked. Else why not. */
  #post(caller: Process): string | undefined {
    const asked = this.#pid.process;
    if (asked === caller) return "calling_self";
    if (asked === undefined) return "noproc";
    const question = new Call(new From(caller.pid, this.ref), this.#request);
    if (post(asked, question, true) !== "in") return "overloaded";
    this.join(caller, asked);
    loosen(caller, asked);
    return undefined;
  }
}

/** Answers a call, from any process and at any later time. Given up meanwhile: it is dropped. */
export function reply(from: From, value: unknown): void {
  const { process } = from.pid;
  if (process === undefined) return;
  checkData(process.runtime, value);
  const { timer } = process;
  if (timer instanceof PendingCall && timer.ref === from.ref) timer.answer({ ok: true, value });
  else if (process.takesReplies) process.deliver(new Reply(from.ref, value));
}

/**
 * Asks without waiting, for callback processes: the answer comes as a `Reply` message with the ref
 * given back here. The caller keeps its own table of refs and deadlines and watches the server
 * itself. undefined: the server's mailbox is full. To a dead server: no answer will come.
 */
export function request(pid: Pid, question: unknown): Ref | undefined {
  const process = current();
  assert(process.takesReplies, "request is for callback processes; use call");
  checkData(process.runtime, question);
  const target = pid.process;
  const ref = makeRef();
  if (target === undefined) return ref;
  const isAsked = post(target, new Call(new From(process.pid, ref), question)) === "in";
  return isAsked ? ref : undefined;
}

/** For code outside any process: asks through a process made for this one call. */
export function callFrom<Value>(
  runtime: Runtime,
  pid: Pid,
  { request: question, timeoutMs = CALL_TIMEOUT_MS }: { request: unknown; timeoutMs?: number },
): Promise<CallResult<Value>> {
  return new Promise((resolve) => {
    spawnIn(
      runtime,
      function* () {
        callAtEnd(() => resolve({ ok: false, error: "killed" })); // Unless it is settled before.
        try {
          resolve(yield* call<Value>(pid as BarePid, question, timeoutMs));
        } catch (thrown) {
          resolve({ ok: false, error: reasonOf(thrown) });
        }
      },
      { label: "outside_call" },
    );
  });
}
