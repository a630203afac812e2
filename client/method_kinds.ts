/**
 * MethodKinds: what the client must know of a method to send it again: whether that does it twice.
 *
 * Shape: shared/protocol/methods.ts without its schemas, which pages do not load; a test compares.
 * Source: PROTOCOL.md section 2 (`key`).
 */
import type { MethodName } from "../shared/protocol/methods.ts";

/** `keyed`: a write that is done once under its key. `write`: one without a key. */
export type MethodKind = "read" | "keyed" | "write";

const KINDS: { readonly [Method in MethodName]: MethodKind } = {
  whoami: "read",
  describe: "read",
  lists: "read",
  agenda: "read",
  start: "keyed",
  rename_list: "keyed",
  add_todo: "keyed",
  update_todo: "keyed",
  delete_todo: "keyed",
  todos: "read",
  list: "read",
  tx: "keyed",
  subscribe: "read",
  unsubscribe: "read",
  share: "keyed",
  unshare: "keyed",
  members: "read",
  history: "read",
  delete_list: "write",
  restore_list: "write",
};

/** kindOf("add_todo") → "keyed"; undefined: a method of a newer server. */
export function kindOf(method: string): MethodKind | undefined {
  return Object.hasOwn(KINDS, method) ? KINDS[method as MethodName] : undefined;
}
