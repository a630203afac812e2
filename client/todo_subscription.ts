/**
 * TodoSubscription: one list followed: subscribed, read page by page, kept right through gaps and
 * connections.
 *
 * Order: what a listener is told is in the order of seq, each once; a replica that cannot go on by
 *        events is subscribed again by itself and told of as fresh.
 * Bound: one call of its own in flight; a replica per list, however many listen.
 * Errors: it ends once: the list is `gone`, subscribing was refused for good, or the client is
 *         stopped. A server that cannot serve the list for a while is asked again.
 * Source: PROTOCOL.md section 5.
 */
import type { Push } from "../shared/protocol/pushes.ts";
import type { EventParams, List, Subscribed } from "../shared/protocol/results.ts";
import type { TodoId } from "../shared/todo/todo.ts";
import { fullJitterMs } from "./backoff.ts";
import type { ReconnectingClient } from "./reconnecting_client.ts";
import type { Outcome, RpcError } from "./rpc_error.ts";
import * as TodoReplica from "./todo_replica.ts";

/** Why a list is followed no more. */
export type SubscriptionEnd = Push<"gone">["reason"] | RpcError;

/** Told of what a list becomes. */
export interface SubscriptionListener {
  /**
   * The replica is whole and new: by `event`, or anew (undefined: the first time, or after events
   * were missed).
   */
  changed(replica: TodoReplica.T, event: EventParams | undefined): void;
  /** Nothing more comes. */
  ended(reason: SubscriptionEnd): void;
  /** Nothing more comes because this client wants no more: `unsubscribe` or `close`. */
  stopped?(): void;
}

export class TodoSubscription {
  readonly #client: ReconnectingClient;
  readonly #list: string;
  /** Each listener, and whether it knows the replica. */
  readonly #listeners = new Map<SubscriptionListener, { told: boolean }>();
  readonly #over: () => void;
  #replica: TodoReplica.T | undefined;
  /** The call that is in flight. */
  #asking: "subscribe" | "list" | undefined;
  /** While it subscribes: why the subscription before that ended, if it did. */
  #endOfFormer: Push<"gone">["reason"] | undefined;
  /** What comes next cannot be folded in: it must be subscribed (again). */
  #isStale = true;
  #isOver = false;
  #failures = 0;
  #resumed: () => void = () => undefined;
  #callOff: () => void = () => undefined;

  /** `over`: called when it ends by itself. */
  constructor(client: ReconnectingClient, list: string, over: () => void) {
    this.#client = client;
    this.#list = list;
    this.#over = over;
  }

  /** Subscribes; whoever is to be told of what comes of it was added before. */
  start(): void {
    this.#ask();
  }

  /** The copy as it is; undefined before it was whole for the first time. */
  get replica(): TodoReplica.T | undefined {
    return this.#replica?.pageAfter === null ? this.#replica : undefined;
  }

  /** Tells one more of the list, first of what it is. */
  add(listener: SubscriptionListener): void {
    const state = { told: false };
    this.#listeners.set(listener, state);
    queueMicrotask(() => {
      const replica = this.#isOver || state.told ? undefined : this.replica;
      if (replica !== undefined) this.#tellOne(listener, replica, undefined);
    });
  }

  /** Tells it no more. True: nobody is left. */
  remove(listener: SubscriptionListener): boolean {
    this.#listeners.delete(listener);
    return this.#listeners.size === 0;
  }

  /** Hands it a push about its list; what it does not know is not for it. */
  pushed(name: string, params: unknown): void {
    if (name === "event") this.#event(params as EventParams);
    else if (name === "snapshot") this.#begin(params as Push<"snapshot">);
    else if (name === "gone") this.#gone((params as Push<"gone">).reason);
  }

  /** Subscribes over a new connection, from where it is; `resumed` once it is right again. */
  resume(resumed: () => void): void {
    this.#resumed = resumed;
    this.#failures = 0; // Those of a time without a connection say nothing of the list.
    this.#makeStale();
  }

  /** Ends it: with a reason, or (undefined) because nobody wants it any more. */
  end(reason?: SubscriptionEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#callOff();
    for (const listener of this.#listeners.keys()) {
      if (reason === undefined) listener.stopped?.();
      else listener.ended(reason);
    }
    this.#resumed();
  }

  #end(reason: SubscriptionEnd): void {
    this.#over();
    this.end(reason);
  }

  // ── Asking

  /** One call at a time: while one is under way its reply decides what is asked next. */
  #ask(): void {
    const after = this.#replica?.pageAfter ?? null;
    if (this.#asking !== undefined || this.#isOver) return;
    if (this.#isStale) this.#subscribe();
    else if (after !== null) this.#readOn(after);
  }

  /** From where the copy is, also when its last pages are missing: they are read on afterwards. */
  #subscribe(): void {
    const known = this.#replica;
    const position = known === undefined ? {} : { epoch: known.epoch, seq: known.state.seq };
    this.#call("subscribe", position, (result) => {
      const reply = result as Subscribed;
      this.#endOfFormer = undefined;
      this.#isStale = false;
      if (reply.mode === "snapshot") this.#begin(reply);
      else this.#goOn(reply);
    });
  }

  #goOn({ events, seq }: Extract<Subscribed, { mode: "resumed" }>): void {
    for (const event of events) this.#event(event);
    const isThere = !this.#isStale && this.#replica?.state.seq === seq;
    if (!isThere)
      this.#forget(); // What came does not lead there.
    else if (this.#replica?.pageAfter === null) this.#resumed();
  }

  #readOn(after: TodoId): void {
    this.#call("list", { after }, (result) => {
      // Another snapshot may have come meanwhile, whose next page is another one.
      if (this.#isStale || this.#replica?.pageAfter !== after) return;
      const folded = TodoReplica.applyPage(this.#replica, result as List);
      if (folded.ok) this.#become(folded.replica, undefined);
      else this.#forget();
    });
  }

  #call(method: "subscribe" | "list", params: object, done: (result: unknown) => void): void {
    this.#asking = method;
    this.#callOff();
    const asking = { method, params: { list: this.#list, ...params }, resend: false };
    let isSent = false;
    this.#client.ask(asking, (outcome) => {
      if (isSent) this.#answered(outcome, done);
      else queueMicrotask(() => this.#answered(outcome, done)); // Refused before it was.
    });
    isSent = true;
  }

  #answered(outcome: Outcome, done: (result: unknown) => void): void {
    if (this.#isOver) return;
    if (outcome.ok) {
      this.#failures = 0;
      done(outcome.result);
    }
    this.#asking = undefined;
    if (outcome.ok) this.#ask();
    else this.#failed(outcome.error);
  }

  #failed(error: RpcError): void {
    const { stopped, environment } = this.#client;
    const reason = stopped ?? (error.retry ? undefined : error);
    if (reason !== undefined) this.#end(stopped ?? this.#endOfFormer ?? reason);
    else if (error.kind !== "closed") {
      // Else the next connection resumes it.
      const { clock, random } = environment;
      this.#failures += 1;
      const delayMs = (error.data.after_ms ?? 0) + fullJitterMs(this.#failures, random);
      this.#callOff = clock.alarm(clock.now() + delayMs, () => this.#ask());
    }
  }

  /** Before the reply to a `subscribe` it is about one before: the list may be there again. */
  #gone(reason: Push<"gone">["reason"]): void {
    if (this.#asking === "subscribe") this.#endOfFormer = reason;
    else this.#end(reason);
  }

  // ── The copy

  #begin(snapshot: List): void {
    this.#isStale = false;
    this.#become(TodoReplica.fromSnapshot(snapshot), undefined);
    this.#ask();
  }

  #event(event: EventParams): void {
    if (this.#isOver || this.#replica === undefined) return; // Of a subscription before this one.
    const folded = TodoReplica.applyEvent(this.#replica, event);
    if (folded.ok) this.#become(folded.replica, event);
    else if (folded.reason !== "old") this.#makeStale();
  }

  #makeStale(): void {
    this.#isStale = true;
    this.#ask();
  }

  /** Begins from nothing. */
  #forget(): void {
    this.#replica = undefined;
    this.#makeStale();
  }

  #become(replica: TodoReplica.T, event: EventParams | undefined): void {
    this.#replica = replica;
    if (replica.pageAfter !== null) return;
    for (const listener of this.#listeners.keys()) this.#tellOne(listener, replica, event);
    if (event === undefined) this.#resumed();
  }

  #tellOne(
    listener: SubscriptionListener,
    replica: TodoReplica.T,
    event: EventParams | undefined,
  ): void {
    const state = this.#listeners.get(listener);
    if (state === undefined || this.#isOver) return; // Since one that was told before it.
    const isFirst = !state.told;
    state.told = true;
    listener.changed(replica, isFirst ? undefined : event);
  }
}
