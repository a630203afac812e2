/**
 * Policy: who may do what with a list.
 *
 * Each role may all that the ones below it may. Judged in the list's own process, on the members as
 * its events made them: a revoked user has no window between the check and the change.
 * Source: PROTOCOL.md section 4, column roles.
 */
import { USER_LISTS_MAX } from "../../shared/protocol/limits.ts";
import type { Role } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import type { Refusal } from "../storage/event_log.ts";
import { type Refused, refuse, type TodoRequest } from "./todo_request.ts";

const RANK = { viewer: 1, editor: 2, owner: 3 } as const satisfies Record<Role, number>;

const WANTED = {
  todos: "viewer",
  list: "viewer",
  members: "viewer",
  agenda: "viewer",
  history: "viewer",
  subscribe: "viewer",
  add_todo: "editor",
  update_todo: "editor",
  delete_todo: "editor",
  tx: "editor",
  rename_list: "owner",
  share: "owner",
  delete_list: "owner",
  restore_list: "viewer", // Nobody has anything to restore: it is not deleted.
} as const satisfies { readonly [Type in TodoRequest["type"]]?: Role };

const LISTS_FULL = `a member of ${USER_LISTS_MAX} lists already, the most there may be`;

/** To one who may not see the list it does not exist: the same words as for one that does not. */
export function noList(): Refused {
  return refuse("not_found", "There is no such list, or it is not shared with you.", {
    what: "list",
  });
}

/** To one who wants to start a list under an id that others have or had. */
export function taken(): Refused {
  return refuse("forbidden", "This list id is taken; choose another or leave it out.");
}

/** undefined: `user` may. Else the refusal. */
export function refusalOf(
  state: ListState,
  user: string,
  request: TodoRequest,
): Refused | undefined {
  const role = state.members.get(user);
  if (request.type === "unsubscribe") return undefined;
  if (role === undefined) {
    return request.type === "start" ? taken() : noList();
  }
  if (request.type === "start") return undefined;
  const wanted = wantedRole(user, request);
  if (RANK[role] >= RANK[wanted]) return undefined;
  return refuse("forbidden", `This wants the role ${wanted}; you are ${role} of this list.`);
}

/** What is told when the log has refused it; nothing was changed. */
export function refusalFor(reason: Refusal, { type }: TodoRequest): Refused {
  switch (reason) {
    case "read_only":
      return refuse("read_only");
    case "fence": // Of a birth, and of what came after it.
      return type === "start" ? taken() : noList();
    case "limit":
      return refuse("limit", `${type === "share" ? "This user is" : "You are"} ${LISTS_FULL}.`);
    case "made": // Of a birth; who has made what is asked elsewhere.
    case "constraint":
      return refuse("internal", undefined, { applied: "no" });
    default:
      return reason satisfies never;
  }
}

function wantedRole(user: string, request: Exclude<TodoRequest, { type: "start" }>): Role {
  switch (request.type) {
    case "unsubscribe":
      return "viewer";
    case "unshare":
      return request.user === user ? "viewer" : "owner";
    default:
      return WANTED[request.type];
  }
}
