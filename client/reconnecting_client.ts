/**
 * ReconnectingClient: calls over a connection that is made anew whenever it is lost.
 *
 * Shape:  rpc_client.ts is one connection, connector.ts makes them, pending_calls.ts has the calls
 *         that are not over; here is which call goes when and over which connection.
 * Order:  calls are sent in the order they were made. What was sent and not answered when the
 *         connection was lost is sent again first, in that order; casts are not.
 * Bound:  at most `limits.in_flight` calls are sent at once; each ends by its own deadline at the
 *         latest. After `goaway` the connection before has DRAIN_MS to answer.
 * Errors: a reply that says `retry` is followed by another try while the deadline allows. What the
 *         server closes for good (44xx, HTTP 400, 401, 403) ends the client and every call.
 * Source: PROTOCOL.md sections 2, 6 and 7.
 */
import { CALL_TIMEOUT_MS } from "../shared/protocol/limits.ts";
import type { Push } from "../shared/protocol/pushes.ts";
import { sizeRefusal, timeoutRefusal, tooLarge, tooManyWait } from "./call_refusals.ts";
import type { ClientEnvironment } from "./client_environment.ts";
import { Connector, type ServerAddress } from "./connector.ts";
import { Deadline } from "./deadline.ts";
import { messageText } from "./message_text.ts";
import type { PendingCall } from "./pending_call.ts";
import { PendingCalls } from "./pending_calls.ts";
import type { RpcClient } from "./rpc_client.ts";
import { closedByUs, interrupted, type Outcome, type RpcError, withApplied } from "./rpc_error.ts";

const CLOSE_TOO_LARGE = 1009; // RFC 6455 §7.4.1
const DRAIN_MS = 1000; // Calls made since wait so long for those before them, no longer.

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
  /** Of all the rounds of which this call is one; else it has its own time. */
  readonly deadline?: Deadline | undefined;
  /** False: it is sent once. It fails as `closed` with its connection if there is to be another. */
  readonly resend?: boolean;
}

export class ReconnectingClient {
  readonly environment: ClientEnvironment;
  readonly #listener: ReconnectingListener;
  readonly #pending: PendingCalls;
  readonly #connector: Connector;
  #connection: RpcClient | undefined;
  /** The connection before, which still owes replies; till it is gone nothing else is sent. */
  #draining: RpcClient | undefined;
  #callOffDrain: () => void = () => undefined;
  #welcome: Push<"welcome"> | undefined;
  #state: ClientState = "offline";
  #isPumping = false;
  #stopped: RpcError | undefined;

  private constructor(
    address: ServerAddress,
    listener: ReconnectingListener,
    environment: ClientEnvironment,
  ) {
    this.#listener = listener;
    this.environment = environment;
    this.#pending = new PendingCalls(environment, () => this.#goOn());
    this.#connector = new Connector(address, environment, {
      connected: (client) => this.#use(client),
      refused: (error) => this.#refused(error),
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

  /** Why it is over and will not come back; undefined while it may. */
  get stopped(): RpcError | undefined {
    return this.#stopped;
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
    const { deadline = new Deadline(this.environment.clock, timeoutMs) } = asking;
    const timeout_ms = asking.deadline === undefined ? timeoutMs : deadline.leftMs;
    const params = JSON.stringify({ ...asking.params, timeout_ms });
    const refusal = timeoutRefusal(timeoutMs) ?? this.#refusal(method, params);
    if (refusal !== undefined) {
      done({ ok: false, error: write ? withApplied(refusal, "no") : refusal });
      return;
    }
    const deadlineMs = deadline.atMs;
    this.#pending.add({
      method,
      params,
      list: listOf(asking.params),
      write,
      resend,
      deadlineMs,
      done,
    });
    this.#pump();
  }

  /** Sends what is never answered, behind what waits. False: it cannot be sent. */
  cast(method: string, params: object): boolean {
    const text = JSON.stringify(params);
    if (this.#connection === undefined || this.#refusal(method, text) !== undefined) return false;
    const deadlineMs = this.environment.clock.now() + CALL_TIMEOUT_MS;
    const cast = { method, params: text, write: true, resend: false, done: undefined };
    this.#pending.add({ ...cast, list: listOf(params), deadlineMs });
    this.#pump();
    return true;
  }

  /** Ends it; calls that still wait fail as `closed`. */
  close(): void {
    if (this.#stopped === undefined) this.#end(closedByUs());
  }

  // ── Calls

  /** Why a call is not even let wait. */
  #refusal(method: string, params: string): RpcError | undefined {
    if (this.#stopped !== undefined) return this.#stopped;
    if (this.#pending.isFull) return tooManyWait();
    const text = messageText({ method, params }, Number.MAX_SAFE_INTEGER);
    return sizeRefusal(method, text, this.welcome.limits.message_bytes);
  }

  /** Sends what waits, as far as the server's limit allows. */
  #pump(): void {
    const connection = this.#connection;
    // While the connection before still answers, what is sent here could overtake it.
    if (connection === undefined || this.#draining !== undefined || this.#isPumping) return;
    const { in_flight: inFlightMax } = connection.welcome.limits;
    this.#isPumping = true; // A call that is refused at once comes back here.
    while (this.#pending.sent.size < inFlightMax) {
      const call = this.#pending.next(connection);
      if (call === undefined) break;
      this.#send(connection, call);
    }
    this.#isPumping = false;
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
    this.#pending.answer(call, outcome);
    this.#goOn();
  }

  /** A call is over: there may be room for others. */
  #goOn(): void {
    this.#drain();
    this.#pump();
  }

  // ── The connection

  /** From here on calls go over this connection. */
  #use(connection: RpcClient): void {
    const before = this.#connection;
    this.#connection = connection;
    this.#welcome = connection.welcome;
    // Over one that came while another drained nothing was sent: it owes nothing.
    if (this.#draining !== undefined) before?.close();
    else if (before !== undefined) this.#beginDrain(before);
    this.#pending.failAll(interrupted(), ({ resend, done }) => !resend && done !== undefined);
    this.#goOn();
    if (connection.goaway !== undefined) this.#connector.goAway(connection.goaway);
    this.#resume(connection);
  }

  #resume(connection: RpcClient): void {
    let isResumed = false;
    this.#listener.resume(() => {
      isResumed = true;
      if (this.#connection === connection) this.#setState("live");
    });
    if (!isResumed && this.#connection === connection) this.#setState("catching up");
  }

  #beginDrain(connection: RpcClient): void {
    const { clock } = this.environment;
    this.#draining = connection;
    this.#callOffDrain = clock.alarm(clock.now() + DRAIN_MS, () => {
      this.#pending.takeBack(this.#owedBy(connection));
      this.#goOn();
    });
  }

  /** Lets go of the connection before, once it owes nothing. */
  #drain(): void {
    const draining = this.#draining;
    if (draining === undefined || this.#owedBy(draining).length > 0) return;
    this.#endDrain();
    draining.close();
  }

  #endDrain(): void {
    this.#draining = undefined;
    this.#callOffDrain();
  }

  #owedBy(client: RpcClient): PendingCall[] {
    return [...this.#pending.sent].filter((call) => owes(client, call));
  }

  #pushed(name: string, params: unknown, client: RpcClient): void {
    if (client !== this.#connection) return; // The lists are followed over the newer one.
    if (name === "goaway") this.#connector.goAway(params as Push<"goaway">);
    else if (name !== "bye") this.#connector.served();
    this.#listener.pushed(name, params);
  }

  #lost(error: RpcError, client: RpcClient): void {
    if (client !== this.#connection && client !== this.#draining) return; // Not used yet.
    const mayComeBack = this.#connector.mayComeBack(error);
    if (client === this.#draining) {
      this.#endDrain();
      this.#settleOwed(client, { error, resend: mayComeBack });
      this.#pump();
      return;
    }
    this.#connection = undefined;
    if (!mayComeBack) {
      this.#stop(error);
      return;
    }
    this.#pending.failAll(interrupted(), ({ resend }) => !resend);
    this.#settleOwed(client, { error, resend: true });
    this.#connector.connectLater(error);
    this.#setState("offline");
  }

  /** What a lost connection did not answer waits for the next one, or fails. */
  #settleOwed(client: RpcClient, { error, resend }: { error: RpcError; resend: boolean }): void {
    // Which frame was too large is not said: none of them is sent again.
    const isTooLarge = error.data.close_code === CLOSE_TOO_LARGE;
    if (resend && !isTooLarge) this.#pending.takeBack(this.#owedBy(client));
    else this.#pending.failAll(isTooLarge ? tooLarge(error) : error, (call) => owes(client, call));
  }

  // ── The end

  /** No other connection is to be had. One that is still there serves on until it closes. */
  #refused(error: RpcError): void {
    if (this.#connection === undefined) this.#stop(error);
  }

  /** It will not come back. */
  #stop(error: RpcError): void {
    this.#end(error);
    this.#listener.closed(error);
  }

  #end(error: RpcError): void {
    this.#stopped = error;
    this.#connector.stop();
    const connections = [this.#draining, this.#connection];
    this.#endDrain();
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

function listOf(params: { readonly list?: unknown }): string {
  return typeof params.list === "string" ? params.list : "";
}

function owes(client: RpcClient, { place, connection }: PendingCall): boolean {
  return place === "sent" && connection === client;
}
