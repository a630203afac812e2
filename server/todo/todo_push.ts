/**
 * TodoPush: what a list's process sends to its subscribers.
 *
 * Shape: `text` is the whole JSON-RPC message. It is made once, and all subscribers of the list get
 *        the same object, so that a connection can frame it once for all of them. `state` is the
 *        list after the event, for a subscriber that is too slow for every event.
 * Order: by seq, without gaps; nothing of the list follows a `gone`.
 */
import { encodePush } from "../../shared/protocol/codec.ts";
import type { Push } from "../../shared/protocol/pushes.ts";
import type { ListState, TodoEvent } from "../../shared/todo/todo_event.ts";
import { type ListName, listJson } from "./list_pages.ts";

export type TodoPush =
  | {
      readonly type: "event";
      readonly list: string;
      readonly epoch: string;
      readonly seq: number;
      readonly text: string;
      readonly state: ListState;
    }
  | {
      readonly type: "gone";
      readonly list: string;
      readonly reason: GoneReason;
      readonly text: string;
    };

/** The push of an event, and the list after it. */
export type EventPush = Extract<TodoPush, { type: "event" }>;
type GoneReason = Push<"gone">["reason"];

/** The push of an event. `body` is that of its row, `state` the list after it. */
export function eventPush(
  name: ListName,
  event: EventHead,
  { body, state }: { readonly body: string; readonly state: ListState },
): EventPush {
  const text = encodePush("event", eventJson(name, event, body));
  const { list, epoch } = name;
  return { type: "event", list, epoch, seq: event.seq, text, state };
}

/** What every event has beside its body. */
type EventHead = Pick<TodoEvent, "seq" | "at" | "by" | "pid">;

/** An event as its push and `history` show it. User names, pids and ids need no escaping. */
export function eventJson(
  { list, epoch }: ListName,
  { seq, at, by, pid }: EventHead,
  body: string,
): string {
  return (
    `{"list":"${list}","epoch":"${epoch}","seq":${seq},"at":${at},"by":"${by}","pid":"${pid}",` +
    body.slice(1)
  );
}

/** The last push: the list is deleted, or shared with the receiver no longer. */
export function gonePush(list: string, reason: GoneReason): TodoPush {
  const params: Push<"gone"> = { list, reason };
  return { type: "gone", list, reason, text: encodePush("gone", params) };
}

/** The whole message that tells a subscriber of the list anew; `json` is a List. */
export function snapshotMessage(reason: Push<"snapshot">["reason"], json: string): string {
  return encodePush("snapshot", `{"reason":"${reason}",${json.slice(1)}`);
}

/** Snapshots that were made of pushes, for as long as somebody holds the push. */
const snapshots = new WeakMap<EventPush, string>();

/** The whole message that tells of the list after `push`, in place of it and of pushes before. */
export function snapshotText(push: EventPush): string {
  let text = snapshots.get(push);
  if (text === undefined) {
    text = snapshotMessage("slow", listJson(push, push.state, {}));
    snapshots.set(push, text);
  }
  return text;
}
