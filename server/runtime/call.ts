/**
 * Call: ask a server process and wait for its answer; the answer is a value, whatever happens.
 *
 * A call is a monitor, a ref and a timeout. The reply goes to the caller by its ref, past the
 * mailbox, so that it costs the same with ten thousand other messages waiting; a reply that comes
 * after the call was given up is dropped (Erlang: process aliases).
 */
import { assert } from "../../shared/assert.ts";
import type { ExitReason } from "./exit_reason.ts";
import { answerCall, forgetCall } from "./exits.ts";
import type { Pid } from "./pid.ts";
import { current, type Process } from "./process.ts";
import { park, startTimer, stopTimer } from "./receive.ts";
import { makeRef, type Ref } from "./ref.ts";
import type { Runtime } from "./runtime.ts";
import { spawnIn, type Waiting } from "./spawn.ts";

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
export function* call<Value>(
  pid: Pid,
  request: unknown,
  timeoutMs = CALL_TIMEOUT_MS,
): Waiting<CallResult<Value>> {
  const process = current();
  process.budget -= 1;
  if (process.budget <= 0) yield; // A loop of calls that fail at once lets others have their turn.
  const target = pid.process;
  if (target === process) return { ok: false, error: "calling_self" };
  if (target === undefined) return { ok: false, error: "noproc" };
  if (target.mailboxSize >= target.mailboxMax) return { ok: false, error: "overloaded" };
  const ref = makeRef();
  target.watchers ??= new Map();
  target.watchers.set(ref, process);
  process.awaited = ref;
  process.asked = pid;
  process.deaf = true;
  target.deliver(new Call(new From(process.pid, ref), request));
  const deadline = startTimer(process, timeoutMs);
  while (process.awaited === ref && !deadline.over) yield* park(process);
  stopTimer(process);
  return takeAnswer(process, ref) as CallResult<Value>;
}

function takeAnswer(process: Process, ref: Ref): unknown {
  const { answer } = process;
  process.deaf = false;
  process.answer = undefined;
  if (process.awaited !== ref) return answer;
  forgetCall(process);
  return { ok: false, error: "timeout" };
}

/** Answers a call, from any process and at any later time. Given up meanwhile: it is dropped. */
export function reply(from: From, value: unknown): void {
  const { process } = from.pid;
  if (process === undefined) return;
  if (process.awaited === from.ref) answerCall(process, { ok: true, value });
  else if (process.behaviour.takesReplies) process.deliver(new Reply(from.ref, value));
}

/**
 * Asks without waiting, for callback processes: the answer comes as a `Reply` message with the ref
 * given back here. The caller keeps its own table of refs and deadlines and watches the server
 * itself. undefined: the server's mailbox is full. To a dead server: no answer will come.
 */
export function request(pid: Pid, question: unknown): Ref | undefined {
  const process = current();
  assert(process.behaviour.takesReplies, "request is for callback processes; use call");
  const target = pid.process;
  const ref = makeRef();
  if (target === undefined) return ref;
  if (target.mailboxSize >= target.mailboxMax) return undefined;
  target.deliver(new Call(new From(process.pid, ref), question));
  return ref;
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
        resolve(yield* call<Value>(pid, question, timeoutMs));
      },
      { label: "outside_call" },
    );
  });
}
