/**
 * TodoSubscription: one list followed: subscribed, read page by page, kept up to date.
 *
 * Order: what the listener is told is in the order of seq, each once; a replica that cannot go on
 *        by events is subscribed again by itself and told of as fresh.
 * Bound: one call of its own in flight; a replica per subscription.
 * Errors: a subscription ends once: the list is `gone`, or a call of its own failed. It does not
 *         reconnect.
 */
import type { Push } from "../shared/protocol/pushes.ts";
import type { EventParams, List, Subscribed } from "../shared/protocol/results.ts";
import type { TodoId } from "../shared/todo/todo.ts";
import type { RpcClient } from "./rpc_client.ts";
import type { RpcError } from "./rpc_error.ts";
import * as TodoReplica from "./todo_replica.ts";

/** Why a subscription ended. */
export type SubscriptionEnd = Push<"gone">["reason"] | RpcError;

/** Told of what a list becomes. */
export interface SubscriptionListener {
  /**
   * The replica is whole and new: by `event`, or anew (undefined: the first time, or after events
   * were missed).
   */
  changed(replica: TodoReplica.T, event: EventParams | undefined): void;
  ended(reason: SubscriptionEnd): void;
}

export class TodoSubscription {
  readonly #rpc: RpcClient;
  readonly #list: string;
  readonly #listener: SubscriptionListener;
  #replica: TodoReplica.T | undefined;
  #asking = false;
  #ended = false;

  constructor(rpc: RpcClient, list: string, listener: SubscriptionListener) {
    this.#rpc = rpc;
    this.#list = list;
    this.#listener = listener;
    this.#subscribe();
  }

  /** The copy as it is; undefined before the first snapshot came. */
  get replica(): TodoReplica.T | undefined {
    return this.#replica;
  }

  /** Hands it a push; those of other lists and those it does not know are not for it. */
  pushed(name: string, params: unknown): void {
    if (this.#ended) return;
    if (name === "event") this.#event(params as EventParams);
    else if (name === "snapshot") this.#begin(params as Push<"snapshot">);
    else if (name === "gone") this.end((params as Push<"gone">).reason);
  }

  /** Tells the listener that nothing more comes. */
  end(reason: SubscriptionEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#listener.ended(reason);
  }

  /** Stops without telling the listener. */
  stop(): void {
    this.#ended = true;
  }

  #subscribe(): void {
    const known = this.#replica?.pageAfter === null ? this.#replica : undefined;
    const position = known === undefined ? {} : { epoch: known.epoch, seq: known.state.seq };
    this.#ask("subscribe", position, (result) => {
      const reply = result as Subscribed;
      if (reply.mode === "snapshot") this.#begin(reply);
      else for (const event of reply.events) this.#event(event);
    });
  }

  #begin(snapshot: List): void {
    this.#replica = TodoReplica.fromSnapshot(snapshot);
    if (this.#replica.pageAfter === null) this.#listener.changed(this.#replica, undefined);
    else this.#readOn(this.#replica.pageAfter);
  }

  #readOn(after: TodoId): void {
    this.#ask("list", { after }, (result) => {
      // Another snapshot may have come meanwhile, whose next page is another one.
      if (this.#replica?.pageAfter === after) this.#page(this.#replica, result as List);
    });
  }

  #page(replica: TodoReplica.T, page: List): void {
    const folded = TodoReplica.applyPage(replica, page);
    if (!folded.ok) {
      this.#subscribe();
      return;
    }
    this.#replica = folded.replica;
    if (this.#replica.pageAfter === null) this.#listener.changed(this.#replica, undefined);
  }

  #event(event: EventParams): void {
    if (this.#replica === undefined) return; // Of a subscription before this one.
    const folded = TodoReplica.applyEvent(this.#replica, event);
    if (!folded.ok) {
      if (folded.reason !== "old") this.#subscribe();
      return;
    }
    this.#replica = folded.replica;
    if (this.#replica.pageAfter === null) this.#listener.changed(this.#replica, event);
  }

  /** One call at a time: while one is under way its reply decides what is asked next. */
  #ask(method: "subscribe" | "list", params: object, done: (result: unknown) => void): void {
    if (this.#asking) return;
    this.#asking = true;
    this.#rpc.ask({ method, params: { list: this.#list, ...params } }, (outcome) => {
      this.#asking = false;
      if (this.#ended) return;
      if (!outcome.ok) {
        this.end(outcome.error);
        return;
      }
      done(outcome.result);
      const after = this.#replica?.pageAfter ?? null;
      if (after !== null) this.#readOn(after);
    });
  }
}
