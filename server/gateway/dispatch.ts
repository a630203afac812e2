/**
 * Dispatch: from the text of a message to the process that answers it, and back to a reply.
 *
 * Owner: one connection's process. A call becomes one message to the list's process; the table of
 *        calls in flight maps the ref of that question to the request id and its deadline.
 * Order: messages about one list go to its process in the order they came (behind a bulk read that
 *        waits, they wait with it).
 * Errors: every refusal is a reply that says what was wanted; casts are never answered.
 */
import { type Decoded, decodeMessage, encodeError } from "../../shared/protocol/codec.ts";
import { errorObject } from "../../shared/protocol/errors.ts";
import { CALL_TIMEOUT_MS, QUEUED_BYTES_CONFLATE } from "../../shared/protocol/limits.ts";
import {
  decodeParams,
  isMethod,
  METHODS,
  type MethodName,
  type Params,
} from "../../shared/protocol/methods.ts";
import { makeRef, monitor, type Pid, type Ref, request } from "../runtime/index.ts";
import type { ListsNews } from "../todo/todo_directory.ts";
import {
  type Answer,
  type Ask,
  type Joined,
  refuse,
  type TodoRequest,
} from "../todo/todo_request.ts";
import { BulkReads } from "./bulk_reads.ts";
import { type CallInFlight, CallsInFlight } from "./calls_in_flight.ts";
import type { Following } from "./following.ts";
import type { Gateway } from "./gateway.ts";
import type { Caller, DirectoryMethod, ListMethod } from "./method.ts";
import { listsResult } from "./methods/lists.ts";
import { METHOD_TABLE } from "./methods.ts";
import type { Outbox } from "./outbox.ts";
import { replyText } from "./replies.ts";
import type { Outcome, Traffic } from "./traffic.ts";

/** Milliseconds after which a list whose mailbox was full is worth trying again. */
const OVERLOADED_AFTER_MS = 100;

export interface DispatchOptions {
  readonly gateway: Gateway;
  readonly caller: Caller;
  readonly following: Following;
  readonly outbox: Outbox;
}

/** The requests of one connection. */
export class Dispatch {
  readonly calls = new CallsInFlight();
  readonly #options: DispatchOptions;
  readonly #bulk = new BulkReads();
  readonly #watched = new Map<Pid, string>();

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** Takes one message. False: it was not JSON at all. */
  message(text: string): boolean {
    const decoded = decodeMessage(text);
    if (decoded.type === "call") this.#call(decoded);
    else if (decoded.type === "cast") this.#cast(decoded);
    else {
      const { kind, message } = decoded.error;
      this.#traffic.calls.add("", kind);
      this.#send(encodeError(null, errorObject(kind, message)));
      return kind !== "parse";
    }
    return true;
  }

  /** An answer of a list's process; one that comes too late is dropped. */
  answered(ref: Ref, answer: Answer): void {
    const call = this.calls.of(ref);
    if (call === undefined) return;
    if (!answer.ok || answer.elsewhere === undefined) return this.#finish(call, answer);
    const { list, request: asked } = answer.elsewhere;
    this.#askServer(call, list, asked);
  }

  /** A page of the caller's lists. */
  listsRead(page: ListsNews): void {
    const call = this.calls.of(page.ref as Ref);
    if (call === undefined) return;
    if (page.type === "lists_failed") return this.#finish(call, refuse("internal"));
    this.#finish(call, { ok: true, result: listsResult(page) });
  }

  /**
   * A list's process has ended. Gives the list, if it was one that is watched. A call whose time
   * was over it has passed by, and may have gone to sleep after that: nothing has crashed.
   */
  down(server: Pid): string | undefined {
    const list = this.#watched.get(server);
    this.#watched.delete(server);
    const now = this.#options.gateway.runtime.clock.now();
    for (const call of this.calls.askedOf(server)) {
      this.#finish(call, refuse(call.deadline < now ? "timeout" : "crashed"));
    }
    return list;
  }

  /** Answers the calls whose time is over. */
  sweep(now: number): void {
    for (const call of this.calls.overdue(now)) this.#finish(call, refuse("timeout"));
  }

  /** Requests wait for room in what is queued, or for each other. */
  get isWaiting(): boolean {
    return this.#bulk.isWaiting;
  }

  /** Runs what waited and may run now. */
  runWaiting(): void {
    let ready = this.#bulk.ready(this.#mayRead);
    while (ready.length > 0) {
      for (const { run } of ready) run();
      ready = this.#bulk.ready(this.#mayRead); // One that was refused at once makes way.
    }
  }

  /** The connection will be told when that process ends. */
  readonly watch = (list: string, server: Pid): void => {
    if (this.#watched.has(server)) return;
    monitor(server);
    this.#watched.set(server, list);
  };

  #cast({ method, params }: Extract<Decoded, { type: "cast" }>): void {
    if (isMethod(method) && METHODS[method].cast) this.#decode(undefined, method, params);
    else this.#traffic.casts.add(method, "ignored");
  }

  #call({ id, method, params }: Extract<Decoded, { type: "call" }>): void {
    if (this.calls.hasId(id)) {
      this.#traffic.calls.add(method, "duplicate_id");
      this.#send(encodeError(null, errorObject("duplicate_id", undefined, { id })));
    } else if (!isMethod(method)) this.#answer(id, method, refuse("unknown_method"));
    else this.#decode(id, method, params);
  }

  #decode<Name extends MethodName>(id: CallInFlight["id"], name: Name, raw: unknown): void {
    const decoded = decodeParams(name, raw);
    if (!decoded.ok) return this.#answer(id, name, refuse("bad_args", decoded.message));
    const { params } = decoded;
    const method = METHOD_TABLE[name];
    const { caller, gateway } = this.#options;
    const { directory } = gateway;
    if (method.kind === "caller") return this.#answer(id, name, method.answer(params, caller));
    const readAt = gateway.runtime.clock.now();
    const call: CallInFlight = {
      id,
      method: name,
      list: method.kind === "list" ? method.list(params, { caller, directory }) : undefined,
      readAt,
      deadline: readAt + (params.timeout_ms ?? CALL_TIMEOUT_MS),
      server: undefined,
      ref: undefined,
    };
    this.calls.add(call);
    if (this.#bulk.admits(call, this.#mayRead)) this.#ask(call, method, params);
    else this.#bulk.wait({ call, run: () => this.#ask(call, method, params) });
  }

  #ask<Name extends MethodName>(
    call: CallInFlight,
    method: ListMethod<Name> | DirectoryMethod<Name>,
    params: Params<Name>,
  ): void {
    if (method.kind === "list") this.#askList(call, method, params);
    else this.#askDirectory(call, method, params);
  }

  #askList<Name extends MethodName>(
    call: CallInFlight,
    method: ListMethod<Name>,
    params: Params<Name>,
  ): void {
    const asked = method.request(params, this.#options.caller);
    if ("ok" in asked) this.#finish(call, asked);
    else this.#askServer(call, call.list as string, asked);
  }

  #askServer(call: CallInFlight, list: string, asked: TodoRequest): void {
    const { caller, gateway, following } = this.#options;
    const server = gateway.directory.find(list);
    if (server === undefined) return this.#finish(call, refuse("crashed"));
    const isNew = !this.#watched.has(server);
    this.watch(list, server);
    if (asked.type !== "subscribe" && asked.type !== "unsubscribe") following.asks(list, isNew);
    const ask: Ask = { user: caller.user, deadline: call.deadline, request: asked };
    const ref = request(server, ask);
    if (ref !== undefined) return this.calls.asked(call, ref, server);
    const details = { after_ms: OVERLOADED_AFTER_MS };
    this.#finish(call, refuse("overloaded", undefined, details));
  }

  #askDirectory<Name extends MethodName>(
    call: CallInFlight,
    method: DirectoryMethod<Name>,
    params: Params<Name>,
  ): void {
    const { caller, gateway } = this.#options;
    const ref = makeRef();
    this.calls.asked(call, ref, undefined);
    method.ask(params, { caller, directory: gateway.directory, ref, deadline: call.deadline });
  }

  #finish(call: CallInFlight, answer: Answer): void {
    this.calls.remove(call);
    this.#bulk.ended(call);
    const { following } = this.#options;
    const { id, method, list } = call;
    if (method === "unsubscribe") {
      // Whatever came of it: what the list still pushes is not sent, and asks it again.
      following.unsubscribed(list as string);
      return this.#settle(call, { ok: true, result: {} });
    }
    if (method === "subscribe" && answer.ok) {
      following.subscribed(answer.result as Joined);
    }
    if (list !== undefined && id !== undefined) following.catchUp(list);
    this.#settle(call, answer);
  }

  /** What had to wait for a list or for the log is counted, and answered. */
  #settle(call: CallInFlight, answer: Answer): void {
    const { id, method, readAt } = call;
    const { gateway, caller } = this.#options;
    const outcome = outcomeOf(answer);
    const ms = gateway.runtime.clock.now() - readAt;
    if (id === undefined) this.#traffic.casts.add(method, outcome);
    else this.#traffic.answered(method, outcome, ms);
    const event = ms >= gateway.connections.slowCallMs ? "call_slow" : failure(outcome);
    if (event !== undefined) {
      const { telemetry } = gateway.runtime;
      telemetry.emit(event, { pid: caller.pid, request: id, method, list: call.list, outcome, ms });
    }
    this.#reply(id, method, answer);
  }

  /** What could be answered at once. */
  #answer(id: CallInFlight["id"], method: string, answer: Answer): void {
    const { calls, casts } = this.#traffic;
    (id === undefined ? casts : calls).add(method, outcomeOf(answer));
    this.#reply(id, method, answer);
  }

  get #traffic(): Traffic {
    return this.#options.gateway.connections.traffic;
  }

  #reply(id: CallInFlight["id"], method: string, answer: Answer): void {
    if (id !== undefined) this.#send(replyText(id, method, answer));
  }

  #send(text: string): void {
    this.#options.outbox.send(text);
  }

  /** Not while much is queued; what no list's mailbox orders, not before the writes. */
  readonly #mayRead = (call: CallInFlight): boolean =>
    this.#options.outbox.queuedBytes < QUEUED_BYTES_CONFLATE &&
    (call.list !== undefined || !this.calls.hasWriteBefore(call));
}

function outcomeOf(answer: Answer): Outcome {
  return answer.ok ? "ok" : answer.kind;
}

/** Of the outcomes only these are the server's own fault, and no load explains them. */
function failure(outcome: Outcome): "call_failed" | undefined {
  return outcome === "internal" || outcome === "crashed" ? "call_failed" : undefined;
}
