/**
 * Methods: the table of what a caller can ask for: name → method.
 */
import type { MethodName } from "../../shared/protocol/methods.ts";
import type { Method } from "./method.ts";
import { addTodo } from "./methods/add_todo.ts";
import { agenda } from "./methods/agenda.ts";
import { deleteList } from "./methods/delete_list.ts";
import { deleteTodo } from "./methods/delete_todo.ts";
import { describe } from "./methods/describe.ts";
import { history } from "./methods/history.ts";
import { list } from "./methods/list.ts";
import { lists } from "./methods/lists.ts";
import { members } from "./methods/members.ts";
import { renameList } from "./methods/rename_list.ts";
import { restoreList } from "./methods/restore_list.ts";
import { share } from "./methods/share.ts";
import { start } from "./methods/start.ts";
import { subscribe } from "./methods/subscribe.ts";
import { todos } from "./methods/todos.ts";
import { tx } from "./methods/tx.ts";
import { unshare } from "./methods/unshare.ts";
import { unsubscribe } from "./methods/unsubscribe.ts";
import { updateTodo } from "./methods/update_todo.ts";
import { whoami } from "./methods/whoami.ts";

/** Every method of shared/protocol/methods.ts, each once. */
export const METHOD_TABLE: { readonly [Name in MethodName]: Method<Name> } = {
  whoami,
  describe,
  lists,
  agenda,
  start,
  rename_list: renameList,
  add_todo: addTodo,
  update_todo: updateTodo,
  delete_todo: deleteTodo,
  todos,
  list,
  tx,
  subscribe,
  unsubscribe,
  share,
  unshare,
  members,
  history,
  delete_list: deleteList,
  restore_list: restoreList,
};
