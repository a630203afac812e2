/**
 * PushReader: decodes pushes, each text once for all the subscribers who get it.
 *
 * Shape: `stamped(title, us)` puts the time of a write into the todo's title, where `sentUs` of the
 *        push is read from: so it is known in whichever process the push arrives.
 * Bound: the last TEXTS_MAX texts are remembered.
 */
import type { EventParams, List } from "../../shared/protocol/results.ts";
import type { Todo } from "../../shared/todo/todo.ts";

const TEXTS_MAX = 4096;
const STAMP = /@(\d+)$/;

/** A push about a list; `sentUs` where a todo says when it was written. Others are `other`. */
export type ReadPush =
  | { readonly name: "event"; readonly event: EventParams; readonly sentUs: number | undefined }
  | { readonly name: "snapshot"; readonly list: List }
  | { readonly name: "gone" }
  | { readonly name: "other" };

/** stamped("Todo 7", 123) → "Todo 7 @123" */
export function stamped(title: string, us: number): string {
  return `${title} @${Math.round(us)}`;
}

export class PushReader {
  #read = new Map<string, ReadPush>();

  read(text: string): ReadPush {
    const known = this.#read.get(text);
    if (known !== undefined) return known;
    if (this.#read.size >= TEXTS_MAX) this.#read = new Map();
    const push = decode(text);
    this.#read.set(text, push);
    return push;
  }
}

function decode(text: string): ReadPush {
  const { method, params } = JSON.parse(text) as { method: string; params: unknown };
  switch (method) {
    case "event": {
      const event = params as EventParams;
      return { name: "event", event, sentUs: "todo" in event ? sentUs(event.todo) : undefined };
    }
    case "snapshot":
      return { name: "snapshot", list: params as List };
    case "gone":
      return { name: "gone" };
    default:
      return { name: "other" };
  }
}

function sentUs({ title }: Todo): number | undefined {
  const stamp = STAMP.exec(title)?.[1];
  return stamp === undefined ? undefined : Number(stamp);
}
