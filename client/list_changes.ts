/**
 * ListChanges: a followed list as an async iterable: first what it is, then every change of it.
 *
 * Order: by seq, each change once; what was there before the end is read before it.
 * Bound: CHANGES_MAX changes wait for a slow reader; then all of them become one state, told anew.
 * Errors: the iteration throws the RpcError for which the list is followed no more; a list that was
 *         deleted, or of which one is no member any more, is `not_found`. It ends by `break`, by
 *         its signal, by `unsubscribe` and by `close`, also while a `next` waits.
 */
import { ERRORS } from "../shared/protocol/errors.ts";
import type { EventParams } from "../shared/protocol/results.ts";
import type { Following } from "./followed_lists.ts";
import { RpcError } from "./rpc_error.ts";
import type * as TodoReplica from "./todo_replica.ts";
import type { SubscriptionEnd, SubscriptionListener } from "./todo_subscription.ts";

const CHANGES_MAX = 1000; // A state is told in their place; a replica shares what did not change.

/** A list as it is. `event`: what changed it; undefined: it is told anew. */
export interface ListChange {
  readonly replica: TodoReplica.T;
  readonly event: EventParams | undefined;
}

type Taken = IteratorResult<ListChange, undefined>;

export class ListChanges implements AsyncIterableIterator<ListChange, undefined, void> {
  readonly #follow: (listener: SubscriptionListener) => Following;
  readonly #signal: AbortSignal | undefined;
  readonly #readers: PromiseWithResolvers<Taken>[] = []; // Each waits for one change.
  #changes: ListChange[] = [];
  #following: Following | undefined;
  #isOver = false;
  #error: RpcError | undefined; // Of its end; thrown once.

  /** Follows with `follow` from the first `next` to the end of the iteration. */
  constructor(follow: (listener: SubscriptionListener) => Following, signal?: AbortSignal) {
    this.#follow = follow;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Taken> {
    if (this.#following === undefined && !this.#isOver) this.#begin();
    const reader = Promise.withResolvers<Taken>();
    this.#readers.push(reader);
    this.#serve();
    return reader.promise;
  }

  async return(): Promise<Taken> {
    this.#cancel();
    return { done: true, value: undefined };
  }

  #begin(): void {
    if (this.#signal?.aborted === true) {
      this.#end();
      return;
    }
    this.#signal?.addEventListener("abort", this.#cancel);
    this.#following = this.#follow({
      changed: (replica, event) => this.#add({ replica, event }),
      ended: (reason) => this.#end(reason instanceof RpcError ? reason : goneError(reason)),
      stopped: () => this.#end(),
    });
  }

  #add(change: ListChange): void {
    if (this.#changes.length < CHANGES_MAX) this.#changes.push(change);
    else this.#changes = [{ replica: change.replica, event: undefined }];
    this.#serve();
  }

  /** The reader wants no more: not even what is there. */
  readonly #cancel = (): void => {
    this.#changes = [];
    this.#error = undefined;
    this.#end();
  };

  #end(error?: RpcError): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#error = error;
      this.#signal?.removeEventListener("abort", this.#cancel);
      this.#following?.stop();
    }
    this.#serve();
  }

  /** Gives readers what there is for them. */
  #serve(): void {
    while (this.#readers.length > 0 && (this.#changes.length > 0 || this.#isOver)) {
      const change = this.#changes.shift();
      const reader = this.#readers.shift();
      const error = this.#error;
      if (change !== undefined) reader?.resolve({ done: false, value: change });
      else if (error === undefined) reader?.resolve({ done: true, value: undefined });
      else {
        this.#error = undefined;
        reader?.reject(error);
      }
    }
  }
}

function goneError(reason: Exclude<SubscriptionEnd, RpcError>): RpcError {
  const sentence =
    reason === "deleted" ? "The list was deleted." : "You are no longer a member of the list.";
  const { code, retry } = ERRORS.not_found;
  const data = { what: "list", gone: reason } as const;
  return new RpcError(sentence, { kind: "not_found", code, retry, data });
}
