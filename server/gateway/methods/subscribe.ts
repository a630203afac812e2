/**
 * Method subscribe: be told of every change of a list from now on.
 *
 * Kind:   call; a bulk read, since it answers with a snapshot.
 * Params: { list, epoch?, seq? }   both or neither: what the caller has already
 * Result: { mode: "snapshot", reason?, …List } | { mode: "resumed", list, epoch, seq, events }
 * Errors: bad_position (only one of the two) | limit (subscriptions of one connection)
 * Source: PROTOCOL.md section 5.
 */
import { SUBSCRIPTIONS_MAX } from "../../../shared/protocol/limits.ts";
import { refuse } from "../../todo/todo_request.ts";
import type { ListMethod } from "../method.ts";

export const subscribe: ListMethod<"subscribe"> = {
  kind: "list",
  name: "subscribe",
  list: ({ list }) => list,

  request({ list, epoch, seq }, caller) {
    if ((epoch === undefined) !== (seq === undefined)) return refuse("bad_position");
    if (caller.subscriptions >= SUBSCRIPTIONS_MAX && !caller.isSubscribed(list)) {
      const most = `A connection has at most ${SUBSCRIPTIONS_MAX} subscriptions`;
      return refuse("limit", `${most}; this would be one more.`);
    }
    return { type: "subscribe", epoch, seq };
  },
};
