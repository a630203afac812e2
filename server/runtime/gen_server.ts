/**
 * GenServer: the server process of OTP: a module of callbacks, a state, calls, casts and messages.
 *
 *     const Counter: GenServer.Module<number, number, "next", "reset"> = {
 *       name: "counter",
 *       init: (first) => ["ok", first],
 *       handleCall: (_request, _from, count) => ["reply", count, count + 1],
 *       handleCast: () => ["noreply", 0],
 *     };
 *
 * Order: `init` runs inside `start`, in the new process's name, so that start answers with the
 * result of it; it must not wait: what takes time goes into handleContinue or a message to itself.
 * Errors: what a callback throws, or a return value of another shape, ends the server, after
 * `terminate`, with that reason. Source: OTP gen_server(3).
 */
import { Call, type From, reply as replyTo } from "./call.ts";
import { begin, CallbackProcess } from "./callback_process.ts";
import type { AnswerOf, BarePid, ServerPid } from "./contract.ts";
import { current } from "./current.ts";
import { type ExitReason, ExitSignal, reasonOf } from "./exit_reason.ts";
import { abandon, type Exit } from "./exits.ts";
import { checkData } from "./isolation.ts";
import type { Test } from "./message_queue.ts";
import { demonitor, monitor } from "./monitors.ts";
import type { Pid } from "./pid.ts";
import type { Outcome, Process } from "./process.ts";
import { after, on, receive } from "./receive.ts";
import type { Runtime } from "./runtime.ts";
import { post, send } from "./send.ts";
import type { SpawnOptions } from "./spawn.ts";
import { SystemMessage, type SystemRequest, type TraceEvent } from "./system_message.ts";
import { Timer } from "./timers.ts";
import type { Waiting } from "./waiting.ts";

export { call, reply } from "./call.ts";
export type { Asks, ServerPid } from "./contract.ts";

/** What comes next: `continue`: handleContinue before any message; `timeout`: ms of silence. */
export type Then = { readonly continue: unknown } | { readonly timeout: number };

export type Init<State> =
  | readonly ["ok", State, Then?]
  | readonly ["stop", ExitReason]
  | readonly ["ignore"];

/** What a callback answers. "stop" with four members also replies to the call. */
export type Next<State> = readonly ["noreply", State, Then?] | readonly ["stop", ExitReason, State];

/** What handleCall answers: also at once, to who asked. */
export type CallNext<State, Answer = unknown> =
  | Next<State>
  | readonly ["reply", Answer, State, Then?]
  | readonly ["stop", ExitReason, Answer, State];

/** A server's callbacks. A call, a cast or a continue without its callback is a bug and ends it. */
export interface Module<Args, State, Request = never, Message = never> {
  /** For people: logs call its processes so. */
  readonly name: string;
  init(args: Args): Init<State>;
  handleCall?(request: Request, from: From, state: State): CallNext<State, AnswerOf<Request>>;
  handleCast?(message: Message, state: State): Next<State>;
  /** Everything else: plain messages, `Down`, `Exit`, `Reply`, and {type: "timeout"}. */
  handleInfo?(message: unknown, state: State): Next<State>;
  handleContinue?(argument: unknown, state: State): Next<State>;
  /** Last words; not called when it is killed or dies by an untrapped exit signal. */
  terminate?(reason: ExitReason, state: State): void;
}

/** How a server starts; `link` binds it to the process that starts it. */
export interface StartOptions<Args> extends Omit<SpawnOptions, "label"> {
  readonly args: Args;
  /** Name in the runtime's registry; taken: the start fails with "already_started". */
  readonly register?: string;
}

/** What came of a start. */
export type Started<Kind extends Pid = Pid<unknown>> =
  | { readonly ok: true; readonly pid: Kind }
  | { readonly ok: false; readonly reason: ExitReason };

/**
 * Starts a server and waits for its init. "ignore" fails with reason "ignore". A `continue` that
 * init asked for is no part of the start: it runs in the server's first turn, before any message.
 */
export function start<Args, State, Request, Message>(
  runtime: Runtime,
  module: Module<Args, State, Request, Message>,
  options: StartOptions<Args>,
): Started<ServerPid<Request, Message>> {
  const untyped = module as unknown as AnyModule;
  const process = begin(new Server(runtime, untyped, options), options);
  const { register } = options;
  if (register !== undefined && !runtime.names.register(register, process.pid)) {
    abandon(process, "normal");
    return { ok: false, reason: "already_started" };
  }
  const refused = runtime.inside(process, () => process.init(options.args));
  const failure = refused ?? process.bonds?.doomed;
  if (failure === undefined) {
    return { ok: true, pid: process.pid as ServerPid<Request, Message> };
  }
  abandon(process, failure === "ignore" ? "normal" : failure);
  return { ok: false, reason: failure };
}

class Cast {
  readonly message: unknown;

  constructor(message: unknown) {
    this.message = message;
  }
}

/** Sends without waiting for anything. False: its mailbox is full and the message was not sent. */
export function cast<Message>(pid: ServerPid<never, Message>, message: Message): boolean;
export function cast(pid: BarePid, message: unknown): boolean;
export function cast(pid: Pid, message: unknown): boolean {
  const { process } = pid;
  if (process === undefined) return true;
  checkData(process.runtime, message);
  return post(process, new Cast(message)) !== "refused";
}

/** Asks a server to end, lets it say its last words, and waits for its end. */
export function* stop(
  pid: Pid,
  reason: ExitReason = "normal",
  timeoutMs = Number.POSITIVE_INFINITY,
): Waiting<"ok" | "noproc" | "timeout"> {
  if (pid.process === undefined) return "noproc";
  const ref = monitor(pid);
  pid.process.deliver(new SystemMessage(current(), ref, { type: "stop", reason }));
  return yield* receive<"ok" | "timeout">(
    on({ type: "DOWN", ref }, () => "ok" as const),
    after(timeoutMs, () => {
      demonitor(ref, { flush: true });
      return "timeout" as const;
    }),
  );
}

type AnyModule = Module<unknown, unknown, unknown, unknown>;

/** How long a server is to hear nothing; what it then hears. */
class Silence extends Timer {
  readonly #server: Process;

  constructor(server: Process) {
    super();
    this.#server = server;
  }

  fire(): void {
    const { queued, pid } = this.#server;
    if (!queued) this.#server.deliver({ type: "timeout" }, pid); // Else it hears something now.
  }
}

/** One running server: the state, and how messages become callbacks. */
export class Server extends CallbackProcess {
  readonly #module: AnyModule;
  #state: unknown = undefined;
  #continue: { readonly continue: unknown } | undefined = undefined;
  #silentMs: number | undefined = undefined;
  /** Set: it takes no messages but the system's; `selected` is what it took before. */
  #pause: { readonly selected: Test | undefined } | undefined = undefined;
  #tracer: Pid<TraceEvent> | undefined = undefined;

  constructor(runtime: Runtime, module: AnyModule, { mailbox }: SpawnOptions) {
    super(runtime, { label: module.name, ...(mailbox === undefined ? {} : { mailbox }) });
    this.#module = module;
  }

  get state(): unknown {
    return this.#state;
  }

  get suspended(): boolean {
    return this.#pause !== undefined;
  }

  /** undefined: it runs; else why it does not. */
  init(args: unknown): ExitReason | undefined {
    try {
      const result = this.#module.init(args);
      if (result?.[0] === "ignore") return "ignore"; // Untyped callers may give anything back.
      if (result?.[0] === "stop") return result[1];
      if (result?.[0] !== "ok") return badReturn(result);
      this.#state = result[1];
      this.#then(result[2]);
      if (this.#continue !== undefined) this.wake();
      return undefined;
    } catch (thrown) {
      return reasonOf(thrown);
    }
  }

  override turn(): Outcome {
    if (this.#continue !== undefined) this.#guarded(undefined); // Asked for by init.
    return super.turn();
  }

  handle(message: unknown): void {
    if (this.timer !== undefined) this.#stopSilence(message);
    this.#guarded({ message });
  }

  /** Handles a message, if there is one, and what it continues with; a throw is its end. */
  #guarded(one: { readonly message: unknown } | undefined): void {
    try {
      if (one !== undefined) this.#take(one.message);
      if (this.#continue !== undefined) this.#continueNow();
    } catch (thrown) {
      const reason = reasonOf(thrown);
      const signalled = this.bonds?.doomed !== undefined; // Then it has no last words.
      if (!signalled) this.#module.terminate?.(reason, this.#state);
      throw new ExitSignal(reason);
    }
  }

  #take(message: unknown): void {
    if (this.#tracer === undefined || message instanceof SystemMessage) {
      return this.#dispatch(message);
    }
    this.#traceComing(message);
    this.#dispatch(message);
    if (this.#continue !== undefined) this.#continueNow();
    this.#trace({ state: this.#state });
  }

  #dispatch(message: unknown): void {
    const module = this.#module;
    if (message instanceof Call) {
      if (module.handleCall === undefined) throw new Error(`${module.name}: no handleCall`);
      const { from, request } = message;
      this.#next(module.handleCall(request, from, this.#state), from);
    } else if (message instanceof Cast) {
      if (module.handleCast === undefined) throw new Error(`${module.name}: no handleCast`);
      this.#next(module.handleCast(message.message, this.#state));
    } else if (message instanceof SystemMessage) {
      this.#obey(message);
    } else if (isParentsExit(message, this)) {
      throw new ExitSignal(message.reason);
    } else if (module.handleInfo !== undefined) {
      this.#next(module.handleInfo(message, this.#state));
    }
  }

  #next(next: CallNext<unknown>, from?: From): void {
    switch (next?.[0]) {
      case "reply":
        if (from === undefined) throw new ExitSignal({ bad_return_value: "reply" });
        this.#state = next[2];
        if (this.#tracer !== undefined) this.#trace({ reply: next[1], to: from.pid });
        replyTo(from, next[1]);
        return this.#then(next[3]);
      case "noreply":
        this.#state = next[1];
        return this.#then(next[2]);
      case "stop":
        if (next.length === 4) {
          this.#state = next[3];
          if (from !== undefined) replyTo(from, next[2]);
        } else this.#state = next[2];
        throw new ExitSignal(next[1]);
      default:
        throw new ExitSignal(badReturn(next));
    }
  }

  #obey(message: SystemMessage): void {
    message.answer(this.#answerOf(message.request));
    if (this.#pause === undefined) this.#startSilence();
  }

  #answerOf(request: SystemRequest): unknown {
    switch (request.type) {
      case "stop":
        throw new ExitSignal(request.reason);
      case "get_state":
        return this.#state;
      case "suspend":
        return this.#suspend();
      case "resume":
        return this.#resume();
      case "trace":
        return this.#traceTo(request.to);
    }
  }

  #suspend(): "ok" {
    if (this.#pause !== undefined) return "ok";
    this.#pause = { selected: this.mailbox?.selects };
    this.selectOnly((message) => message instanceof SystemMessage || isParentsExit(message, this));
    return "ok";
  }

  #resume(): "ok" {
    if (this.#pause !== undefined) this.selectOnly(this.#pause.selected);
    this.#pause = undefined;
    return "ok";
  }

  #traceTo(tracer: Pid<TraceEvent> | undefined): "ok" {
    this.#tracer = tracer;
    return "ok";
  }

  #traceComing(message: unknown): void {
    if (message instanceof Call) {
      const { from, request } = message;
      this.#trace({ call: request, from: from.pid });
    } else if (message instanceof Cast) this.#trace({ cast: message.message });
    else this.#trace({ info: message });
  }

  #trace(event: TraceEvent["event"]): void {
    const { pid } = this;
    if (this.#tracer !== undefined) send(this.#tracer, { type: "TRACE", pid, event });
  }

  /** Runs handleContinue until none is asked for; a loop, so that a server may go on for long. */
  #continueNow(): void {
    const module = this.#module;
    while (this.#continue !== undefined) {
      const { continue: argument } = this.#continue;
      this.#continue = undefined;
      if (module.handleContinue === undefined) throw new Error(`${module.name}: no handleContinue`);
      this.#next(module.handleContinue(argument, this.#state));
    }
  }

  #then(then: Then | undefined): void {
    if (then === undefined) return;
    if ("continue" in then) {
      this.#continue = then;
      return;
    }
    this.#silentMs = then.timeout;
    this.#startSilence();
  }

  #startSilence(): void {
    const ms = this.#silentMs ?? Number.POSITIVE_INFINITY;
    if (ms === Number.POSITIVE_INFINITY) return;
    this.timer = new Silence(this);
    this.runtime.setTimer(this.timer, ms);
  }

  /** Any message ends the silence; after the system's it begins again, as in OTP. */
  #stopSilence(message: unknown): void {
    if (!(message instanceof SystemMessage)) this.#silentMs = undefined;
    if (this.timer !== undefined) this.runtime.cancelTimer(this.timer);
    this.timer = undefined;
  }
}

/** An async callback gives back a promise; its rejection is not to end more than this server. */
function badReturn(value: unknown): ExitReason {
  if (value instanceof Promise) value.catch(() => undefined);
  return { bad_return_value: String(value) };
}

function isParentsExit(message: unknown, process: Process): message is Exit {
  if (typeof message !== "object" || message === null) return false;
  const { type, from } = message as Partial<Exit>;
  return type === "EXIT" && from !== undefined && from === process.parent;
}
