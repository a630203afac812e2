/**
 * Method agenda: what is to be done from a day to a day, over all lists of the caller.
 *
 * Kind:   call; a bulk read. The directory asks the lists one after the other.
 * Params: { from?, to?: "YYYY-MM-DD", done?, after?: list id, after_id?: todo id, limit?: 1..1000 }
 *         only open todos unless `done`; `limit` counts lists
 * Result: { lists: [{ list, title, seq, todos }], more? }   in byte order of `list`
 * Source: PROTOCOL.md section 4.
 */
import type { DirectoryMethod } from "../method.ts";

export const agenda: DirectoryMethod<"agenda"> = {
  kind: "directory",
  name: "agenda",

  ask({ from, to, done, after, after_id, limit }, { caller, directory, ref, deadline }) {
    const asker = { user: caller.user, to: caller.pid, ref, deadline };
    const days = { from, until: to, done };
    directory.agenda({ ...asker, ...days, after, afterId: after_id, limit });
  },
};
