/**
 * Method tx: change several todos of a list, all or none.
 *
 * Kind:   call or cast. Subscribers are pushed one event for each change, nothing of the list
 *         between, once all are durable.
 * Params: { list, ops: 1..100 of { op: "add_todo" | "update_todo" | "delete_todo", … } }
 * Result: { results, seq }   in the order of ops: { id, rev } | { changed, rev } | { changed }
 * Errors: those of the op that failed first, with its index as `op`
 * Source: PROTOCOL.md section 4.
 */
import type { Params } from "../../../shared/protocol/methods.ts";
import type { TodoCommand } from "../../todo/todo_request.ts";
import type { ListMethod } from "../method.ts";

export const tx: ListMethod<"tx"> = {
  kind: "list",
  name: "tx",
  list: ({ list }) => list,

  request({ ops, key }) {
    return { type: "tx", ops: ops.map(command), key };
  },
};

function command(op: Params<"tx">["ops"][number]): TodoCommand {
  switch (op.op) {
    case "add_todo":
      return { type: "add_todo", todo: op.todo };
    case "update_todo": {
      const { id, patch, add_tags, remove_tags, if_rev } = op;
      const change = { patch, addTags: add_tags, removeTags: remove_tags };
      return { type: "update_todo", id, change, ifRev: if_rev };
    }
    case "delete_todo":
      return { type: "delete_todo", id: op.id, ifRev: op.if_rev };
    default:
      return op satisfies never;
  }
}
