/**
 * ListChanges: a followed list as an async iterable: first what it is, then every change of it.
 *
 * Order: by seq, each change once.
 * Bound: CHANGES_MAX changes wait for a slow reader; then all of them become one state, told anew.
 * Errors: the iteration throws the RpcError for which the list is followed no more; a list that was
 *         deleted, or of which one is no member any more, is `not_found`. It ends by `break`, by
 *         its signal, by `unsubscribe` and by `close`.
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

/** Follows with `follow` from the first `next` to the end of the iteration. */
export async function* listChanges(
  follow: (listener: SubscriptionListener) => Following,
  signal?: AbortSignal,
): AsyncGenerator<ListChange, void, void> {
  if (signal?.aborted === true) return;
  let changes: ListChange[] = [];
  let end: { readonly reason: SubscriptionEnd | undefined } | undefined;
  let wake: () => void = () => undefined;
  const stop = (reason?: SubscriptionEnd): void => {
    end ??= { reason };
    wake();
  };
  const aborted = (): void => {
    changes = [];
    stop();
  };
  const following = follow({
    changed(replica, event) {
      if (changes.length >= CHANGES_MAX) changes = [{ replica, event: undefined }];
      else changes.push({ replica, event });
      wake();
    },
    ended: stop,
    stopped: stop,
  });
  signal?.addEventListener("abort", aborted);
  try {
    for (;;) {
      const change = changes.shift();
      if (change !== undefined) yield change;
      else if (end !== undefined) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener("abort", aborted);
    following.stop();
  }
  const { reason } = end;
  if (reason !== undefined) throw reason instanceof RpcError ? reason : goneError(reason);
}

function goneError(reason: Exclude<SubscriptionEnd, RpcError>): RpcError {
  const sentence =
    reason === "deleted" ? "The list was deleted." : "You are no longer a member of the list.";
  const { code, retry } = ERRORS.not_found;
  const data = { what: "list", gone: reason } as const;
  return new RpcError(sentence, { kind: "not_found", code, retry, data });
}
