/**
 * Method lists: the lists of which the caller is a member, one page of them.
 *
 * Kind:   call; read from the index of memberships, not from the lists' processes.
 * Params: { after?: list id, limit?: 1..1000, deleted?: boolean }   `deleted`: those to restore
 * Result: { lists: [{ list, title, role, seq, count, deleted_at? }], more? }   in byte order
 * Source: PROTOCOL.md section 4.
 */
import { PAGE_ENTRIES_MAX, RESTORE_MS } from "../../../shared/protocol/limits.ts";
import type { Results } from "../../../shared/protocol/results.ts";
import type { ListsNews } from "../../todo/todo_directory.ts";
import type { DirectoryMethod } from "../method.ts";

/** A line of it is at most about 2.2 KiB (a title of 500 characters): so many fit a page. */
const ENTRIES_MAX = 100;

export const lists: DirectoryMethod<"lists"> = {
  kind: "directory",
  name: "lists",

  ask({ after, limit = PAGE_ENTRIES_MAX, deleted = false }, { caller, directory, ref }) {
    const query = {
      user: caller.user,
      limit: Math.min(limit, ENTRIES_MAX),
      ...(after === undefined ? undefined : { after }),
      ...(deleted ? { deletedSince: directory.clock.time() - RESTORE_MS } : undefined),
    };
    directory.lists(query, caller.pid, ref);
  },
};

/** What the directory found, as the wire says it. */
export function listsResult(page: Extract<ListsNews, { type: "lists" }>): Results<"lists"> {
  const entries = page.lists.map(({ deletedAt, ...entry }) =>
    deletedAt === undefined ? entry : { ...entry, deleted_at: deletedAt },
  );
  return page.more ? { lists: entries, more: true } : { lists: entries };
}
