/**
 * LogState: whether SQLite will find in the log beside a store all that was committed to it.
 *
 * `torn`: commits stand behind a place that SQLite does not read over, but the machine was started
 * anew since, or nobody knows: it may have gone down with the last of the log not yet written, of
 * which nothing was acknowledged. `damaged`: it was not, so what was acknowledged is lost there.
 */
import { wasLeftInThisBoot } from "./store_mark.ts";
import { hasCommitsPastEnd } from "./wal_frames.ts";
import { isWalReadable } from "./wal_header.ts";

/** That of the store at `path`, to which nobody writes. */
export function logState(path: string): "whole" | "torn" | "damaged" {
  if (!isWalReadable(path)) return "damaged";
  if (!hasCommitsPastEnd(path)) return "whole";
  return wasLeftInThisBoot(path) ? "damaged" : "torn";
}
