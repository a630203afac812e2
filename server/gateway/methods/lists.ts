/**
 * Method lists: the lists of which the caller is a member, one page of them.
 *
 * Kind:   call; read from the index of memberships, not from the lists' processes.
 * Params: { after?: list id, limit?: 1..1000 }   `deleted` is accepted; nothing is deleted yet
 * Result: { lists: [{ list, title, role, seq, count }], more? }   in byte order of `list`
 * Source: PROTOCOL.md section 4.
 */
import { PAGE_ENTRIES_MAX } from "../../../shared/protocol/limits.ts";
import type { DirectoryMethod } from "../method.ts";

/** A line of it is at most about 2.2 KiB (a title of 500 characters): so many fit a page. */
const ENTRIES_MAX = 100;

export const lists: DirectoryMethod<"lists"> = {
  kind: "directory",
  name: "lists",

  ask({ after, limit = PAGE_ENTRIES_MAX }, { caller, directory, ref }) {
    const query = { user: caller.user, limit: Math.min(limit, ENTRIES_MAX) };
    directory.lists(after === undefined ? query : { ...query, after }, caller.pid, ref);
  },
};
