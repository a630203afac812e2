/**
 * FollowedLists: the lists that one client follows, a subscription for each.
 *
 * Order: a push goes to the list it names; those of lists that are not followed are handed back.
 * Bound: one subscription per list, however many follow it; the server's limit on top.
 */
import { tell } from "./listeners.ts";
import type { ReconnectingClient } from "./reconnecting_client.ts";
import type * as TodoReplica from "./todo_replica.ts";
import {
  type SubscriptionEnd,
  type SubscriptionListener,
  TodoSubscription,
} from "./todo_subscription.ts";

/** A list that is followed. */
export interface Following {
  /** The copy as it is; undefined before the first of it came. */
  readonly replica: TodoReplica.T | undefined;
  /** Ends it; the listener is told nothing more. */
  stop(): void;
}

export class FollowedLists {
  readonly #subscriptions = new Map<string, TodoSubscription>();

  /** What is known of a list; undefined: it is not followed, or nothing came yet. */
  replica(list: string): TodoReplica.T | undefined {
    return this.#subscriptions.get(list)?.replica;
  }

  /** Follows a list; several may follow the same one. */
  follow(client: ReconnectingClient, list: string, listener: SubscriptionListener): Following {
    const own = bound(listener);
    const known = this.#subscriptions.get(list);
    const subscription = known ?? this.#subscription(client, list);
    subscription.add(own);
    if (known === undefined) subscription.start();
    return {
      get replica() {
        return subscription.replica;
      },
      stop: () => {
        if (!subscription.remove(own) || this.#subscriptions.get(list) !== subscription) return;
        this.stop(list);
        client.ask({ method: "unsubscribe", params: { list }, resend: false }, () => undefined);
      },
    };
  }

  /** Ends following a list, for all who do. */
  stop(list: string): void {
    const subscription = this.#subscriptions.get(list);
    this.#subscriptions.delete(list);
    subscription?.end();
  }

  /** Ends following all lists; without a reason: because the client wants no more. */
  end(reason?: SubscriptionEnd): void {
    const subscriptions = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const subscription of subscriptions) subscription.end(reason);
  }

  /** Hands a push to who follows its list. False: nobody does. */
  pushed(name: string, params: unknown): boolean {
    const list = (params as { readonly list?: string } | undefined)?.list;
    const subscription = list === undefined ? undefined : this.#subscriptions.get(list);
    subscription?.pushed(name, params);
    return subscription !== undefined;
  }

  /** Subscribes all of them over a new connection; `resumed` when each is right again or over. */
  resume(resumed: () => void): void {
    const subscriptions = [...this.#subscriptions.values()];
    const left = new Set(subscriptions);
    if (left.size === 0) resumed();
    for (const subscription of subscriptions) {
      subscription.resume(() => {
        if (left.delete(subscription) && left.size === 0) resumed();
      });
    }
  }

  #subscription(client: ReconnectingClient, list: string): TodoSubscription {
    const subscription = new TodoSubscription(client, list, () => this.#forget(list, subscription));
    this.#subscriptions.set(list, subscription);
    return subscription;
  }

  #forget(list: string, subscription: TodoSubscription): void {
    if (this.#subscriptions.get(list) === subscription) this.#subscriptions.delete(list);
  }
}

/** One listener may follow several times, each time is its own; and it may have bugs. */
function bound(listener: SubscriptionListener): SubscriptionListener {
  return {
    changed: (replica, event) => tell(() => listener.changed(replica, event)),
    ended: (reason) => tell(() => listener.ended(reason)),
    stopped: () => tell(() => listener.stopped?.()),
  };
}
