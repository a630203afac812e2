/**
 * TodoPush: what a list's process sends to its subscribers.
 *
 * Shape: `text` is the whole JSON-RPC message. It is made once, and all subscribers of the list get
 *        the same object, so that a connection can frame it once for all of them.
 * Order: by seq, without gaps; nothing of the list follows a `gone`.
 */
import type { TodoEvent } from "../../shared/todo/todo_event.ts";

export type TodoPush =
  | {
      readonly type: "event";
      readonly list: string;
      readonly epoch: string;
      readonly seq: number;
      readonly text: string;
    }
  | {
      readonly type: "gone";
      readonly list: string;
      readonly reason: "revoked";
      readonly text: string;
    };

/** The push of an event. `body` is that of its row. User names, pids and ids need no escaping. */
export function eventPush(
  { list, epoch }: { readonly list: string; readonly epoch: string },
  { seq, at, by, pid }: TodoEvent,
  body: string,
): TodoPush {
  const text =
    `{"jsonrpc":"2.0","method":"event","params":{"list":"${list}","epoch":"${epoch}",` +
    `"seq":${seq},"at":${at},"by":"${by}","pid":"${pid}",${body.slice(1)}}`;
  return { type: "event", list, epoch, seq, text };
}

/** The last push: the list is shared with the receiver no longer. */
export function gonePush(list: string): TodoPush {
  const params = { list, reason: "revoked" };
  const text = JSON.stringify({ jsonrpc: "2.0", method: "gone", params });
  return { type: "gone", list, reason: "revoked", text };
}
