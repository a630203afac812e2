/**
 * ReconnectingClient: calls over a connection that is made anew whenever it is lost.
 *
 * Shape:  rpc_client.ts is one connection, connector.ts makes them, pending_calls.ts has the calls
 *         that are not over; here is which call goes when and over which connection.
 * Order:  calls are sent in the order they were made. What was sent and not answered when the
 *         connection was lost is sent again first, in that order; casts are not.
 * Bound:  at most `limits.in_flight` calls are sent at once; each ends by its own deadline at the
 *         latest.
 * Errors: a reply that says `retry` is followed by another try while the deadline allows. What the
 *         server closes for good (44xx, HTTP 400, 401, 403) ends the client and every call.
 * Source: PROTOCOL.md sections 2, 6 and 7.
 */
import { ERRORS } from "../shared/protocol/errors.ts";
import { CALL_TIMEOUT_MS, CLIENT_GUARD_MS } from "../shared/protocol/limits.ts";
import type { Push } from "../shared/protocol/pushes.ts";
import { retryMs } from "./backoff.ts";
import type { ClientEnvironment } from "./client_environment.ts";
import { Connector, type ServerAddress } from "./connector.ts";
import { type PendingCall, PendingCalls } from "./pending_calls.ts";
import type { RpcClient } from "./rpc_client.ts";
import { closedByUs, type Outcome, RpcError, withApplied } from "./rpc_error.ts";

const CLOSE_TOO_LARGE = 1009; // RFC 6455 §7.4.1

/** Whether calls reach the server. `catching up`: connected again, not all lists are resumed. */
export type ClientState = "live" | "catching up" | "offline";

/** Told of what comes of itself. */
export interface ReconnectingListener {
  pushed(name: string, params: unknown): void;
  stateChanged(state: ClientState): void;
  /** There is a new connection: subscribe again; `resumed` when that is done. */
  resume(resumed: () => void): void;
  /** Once: it will not come back. Every call has failed with this. */
  closed(error: RpcError): void;
}

/** One call. `timeoutMs`: the server's; the call ends CLIENT_GUARD_MS later at the latest. */
export interface Asking {
  readonly method: string;
  readonly params: object;
  readonly write?: boolean;
  readonly timeoutMs?: number | undefined;
  /** False: it fails as `closed` with the connection that carries it. */
  readonly resend?: boolean;
}

export class ReconnectingClient {
  readonly environment: ClientEnvironment;
  readonly #listener: ReconnectingListener;
  readonly #pending: PendingCalls;
  readonly #connector: Connector;
  #connection: RpcClient | undefined;
  #draining: RpcClient | undefined; // The one before, which still owes replies.
  #welcome: Push<"welcome"> | undefined;
  #state: ClientState = "offline";
  #stopped: RpcError | undefined;

  private constructor(
    address: ServerAddress,
    listener: ReconnectingListener,
    environment: ClientEnvironment,
  ) {
    this.#listener = listener;
    this.environment = environment;
    this.#pending = new PendingCalls(environment.clock, () => this.#goOn());
    this.#connector = new Connector(address, environment, {
      connected: (client) => this.#use(client),
      refused: (error) => this.#stop(error),
      pushed: (name, params, client) => this.#pushed(name, params, client),
      closed: (error, client) => this.#lost(error, client),
    });
  }

  /** The client once it is connected; throws the RpcError with which the first attempt failed. */
  static async connect(
    address: ServerAddress,
    listener: ReconnectingListener,
    environment: ClientEnvironment,
  ): Promise<ReconnectingClient> {
    const client = new ReconnectingClient(address, listener, environment);
    client.#use(await client.#connector.connect());
    return client;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** What the server said first, of the newest connection. */
  get welcome(): Push<"welcome"> {
    return this.#welcome as Push<"welcome">; // There is one as soon as there is a client.
  }

  /** The call's result; throws the RpcError of its refusal or deadline. */
  call(asking: Asking): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.ask(asking, (outcome) => {
        if (outcome.ok) resolve(outcome.result);
        else reject(outcome.error);
      });
    });
  }

  /** The same for those who must act on the reply before the push behind it is handed on. */
  ask(asking: Asking, done: (outcome: Outcome) => void): void {
    const { method, timeoutMs, write = false, resend = true } = asking;
    const params = JSON.stringify({ ...asking.params, timeout_ms: timeoutMs });
    const refusal = this.#stopped ?? (this.#pending.isFull ? tooManyWait() : undefined);
    if (refusal !== undefined) {
      done({ ok: false, error: write ? withApplied(refusal, "no") : refusal });
      return;
    }
    const guardMs = (timeoutMs ?? CALL_TIMEOUT_MS) + CLIENT_GUARD_MS;
    const deadlineMs = this.environment.clock.now() + guardMs;
    this.#pending.add({ method, params, write, resend, deadlineMs, done });
    this.#pump();
  }

  /** Sends what is never answered, behind what waits. False: there is no connection to send it. */
  cast(method: string, params: object): boolean {
    if (this.#connection === undefined || this.#pending.isFull) return false;
    const deadlineMs = this.environment.clock.now() + CALL_TIMEOUT_MS;
    const text = JSON.stringify(params);
    const cast = { method, params: text, write: true, resend: false, done: undefined };
    this.#pending.add({ ...cast, deadlineMs });
    this.#pump();
    return true;
  }

  /** Ends it; calls that still wait fail as `closed`. */
  close(): void {
    if (this.#stopped === undefined) this.#end(closedByUs());
  }

  // ── Calls

  /** Sends what waits, as far as the server's limit allows. */
  #pump(): void {
    const connection = this.#connection;
    // While the connection before still answers, what is sent here could overtake it.
    if (connection === undefined || this.#draining !== undefined) return;
    const { in_flight: inFlightMax } = connection.welcome.limits;
    while (this.#pending.sent.size < inFlightMax) {
      const call = this.#pending.next(connection);
      if (call === undefined) return;
      this.#send(connection, call);
    }
  }

  #send(connection: RpcClient, call: PendingCall): void {
    if (call.done === undefined) {
      connection.cast(call);
      this.#pending.finish(call, { ok: true, result: undefined });
    } else connection.ask(call, (outcome) => this.#answered(connection, call, outcome));
  }

  #answered(connection: RpcClient, call: PendingCall, outcome: Outcome): void {
    // Over since; or what fails with its connection, of which #lost decides for all.
    if (call.place !== "sent" || connection.ended !== undefined) return;
    this.#connector.served();
    if (outcome.ok) this.#pending.finish(call, outcome);
    else this.#refused(call, outcome.error);
    this.#goOn();
  }

  /** A call is over: there may be room for others. */
  #goOn(): void {
    this.#drain();
    this.#pump();
  }

  #refused(call: PendingCall, error: RpcError): void {
    const { clock, random } = this.environment;
    if (error.data.applied === "unknown") call.inDoubt = true;
    const againMs = clock.now() + (retryMs(error, call.tries, random) ?? Number.POSITIVE_INFINITY);
    if (againMs >= call.deadlineMs) this.#pending.finish(call, { ok: false, error });
    else this.#pending.rest(call, againMs, () => this.#pump());
  }

  // ── The connection

  /** From here on calls go over this connection. */
  #use(connection: RpcClient): void {
    this.#draining = this.#connection;
    this.#connection = connection;
    this.#welcome = connection.welcome;
    this.#pending.failAll(replaced(), ({ resend, done }) => !resend && done !== undefined);
    this.#goOn();
    this.#resume(connection);
  }

  #resume(connection: RpcClient): void {
    let isResumed = false;
    this.#listener.resume(() => {
      isResumed = true;
      if (this.#connection === connection) this.#setState("live");
    });
    if (!isResumed) this.#setState("catching up");
  }

  /** Lets go of the connection before, once it has answered what it was asked. */
  #drain(): void {
    const draining = this.#draining;
    if (draining === undefined) return;
    for (const call of this.#pending.sent) if (call.connection === draining) return;
    this.#draining = undefined;
    draining.close();
  }

  #pushed(name: string, params: unknown, client: RpcClient): void {
    if (client !== this.#connection) return; // The lists are followed over the newer one.
    if (name === "goaway") this.#connector.goAway(params as Push<"goaway">);
    this.#listener.pushed(name, params);
  }

  #lost(error: RpcError, client: RpcClient): void {
    if (client !== this.#connection && client !== this.#draining) return; // Not used yet.
    const mayComeBack = this.#connector.mayComeBack(error);
    if (client === this.#draining) {
      this.#draining = undefined;
      this.#takeBack(client, { error, resend: mayComeBack });
      this.#pump();
      return;
    }
    this.#connection = undefined;
    if (!mayComeBack) {
      this.#stop(error);
      return;
    }
    this.#takeBack(client, { error, resend: true });
    this.#pending.failAll(error, ({ resend }) => !resend);
    this.#setState("offline");
    this.#connector.connectLater(error.data.after_ms);
  }

  /** What a lost connection did not answer waits for the next one, or fails. */
  #takeBack(client: RpcClient, { error, resend }: { error: RpcError; resend: boolean }): void {
    const calls = [...this.#pending.sent].filter(({ connection }) => connection === client);
    for (const call of calls) call.inDoubt = true;
    // Which frame was too large is not said: none of them is sent again.
    const isTooLarge = error.data.close_code === CLOSE_TOO_LARGE;
    if (resend && !isTooLarge) this.#pending.requeue(calls);
    else {
      const answer = isTooLarge ? tooLarge(error) : error;
      for (const call of calls) this.#pending.finish(call, { ok: false, error: answer });
    }
  }

  // ── The end

  /** It will not come back. */
  #stop(error: RpcError): void {
    this.#end(error);
    this.#listener.closed(error);
  }

  #end(error: RpcError): void {
    this.#stopped = error;
    this.#connector.stop();
    const connections = [this.#draining, this.#connection];
    this.#draining = undefined;
    this.#connection = undefined;
    for (const connection of connections) connection?.close();
    this.#pending.failAll(error);
    this.#setState("offline");
  }

  #setState(state: ClientState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#listener.stateChanged(state);
  }
}

function tooManyWait(): RpcError {
  const sentence = "More calls wait for the connection than this client keeps.";
  return new RpcError(sentence, { kind: "overloaded", ...ERRORS.overloaded });
}

function tooLarge({ data }: RpcError): RpcError {
  const sentence = "The server closed the connection over a frame that was too large for it.";
  return new RpcError(sentence, { kind: "too_large", ...ERRORS.too_large, data });
}

function replaced(): RpcError {
  const sentence = "The connection was replaced by a newer one.";
  return new RpcError(sentence, { kind: "closed", code: 0, retry: true });
}
